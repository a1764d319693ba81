"""Sizes one under, at and one over each limit (H4 to H6)."""

from raw_requests.case import BODY_TOO_LARGE, COUNTED, HEAD_TOO_LARGE, NO_ROUTE, UNFINISHED, VISIT, cases
from support.raw_http import CHUNKED, GET, LAST_CHUNK

HEAD_BYTES_MAX = 10_240
BODY_BYTES_MAX = 10 * 1024 * 1024
CHUNK_BYTES = 65_536


def long_value(size):
    return GET + b"X-A: " + b"a" * (size - len(GET) - len(b"X-A: \r\n\r\n")) + b"\r\n\r\n"


def long_name(size):
    return GET + b"a" * (size - len(GET) - len(b": b\r\n\r\n")) + b": b\r\n\r\n"


def long_query(size):
    return VISIT.replace(b"/counter", b"/counter?" + b"a" * (size - len(VISIT) - 1))


def long_path(size):
    return VISIT.replace(b"/counter", b"/counter" + b"a" * (size - len(VISIT)))


def long_method(size):
    return b"G" * (size - len(VISIT)) + VISIT


def many_fields(size):
    count, padding = divmod(size - len(VISIT), len(b"a: b\r\n"))
    return VISIT[:-2] + b"a: b\r\n" * (count - 1) + b"a: b" + b"b" * padding + b"\r\n\r\n"


def blanks(size):
    return GET + b"X-A:" + b" " * (size - len(GET) - len(b"X-A:\r\n\r\n")) + b"\r\n\r\n"


def whole(size):
    return GET + b"Content-Length: %d\r\n\r\n" % size + b"x" * size


def chunk(size):
    return b"%x\r\n" % size + b"x" * size + b"\r\n"


def one_chunk(size):
    return CHUNKED + chunk(size) + LAST_CHUNK


def many_chunks(size):
    count, last = divmod(size - 1, CHUNK_BYTES)
    return CHUNKED + chunk(CHUNK_BYTES) * count + chunk(last + 1) + LAST_CHUNK


def of_sizes(what, request_of, sizes):
    return {f"{what}, {size} bytes": request_of(size) for size in sizes}


def around_the_limit(what, request_of, verdict):
    return [*cases(verdict, of_sizes(what, request_of, (HEAD_BYTES_MAX - 1, HEAD_BYTES_MAX))),
            *cases(HEAD_TOO_LARGE, of_sizes(what, request_of, (HEAD_BYTES_MAX + 1, HEAD_BYTES_MAX * 2)))]


HEADS = {  # how a head is made of any size, and what becomes of one that fits
    "a long value": (long_value, COUNTED),
    "a long name": (long_name, COUNTED),
    "a long query": (long_query, COUNTED),
    "many fields": (many_fields, COUNTED),
    "blanks": (blanks, COUNTED),
    "a long path": (long_path, NO_ROUTE),
    "a long method": (long_method, NO_ROUTE),
}

CASES = [
    *(case for what, (request_of, verdict) in HEADS.items() for case in around_the_limit(what, request_of, verdict)),
    *cases(COUNTED, {
        "the largest head behind an empty line": b"\r\n" + long_value(HEAD_BYTES_MAX),
        "around the small buffer, one under": long_value(1023),
        "around the small buffer": long_value(1024),
        "around the small buffer, one over": long_value(1025),
        "a body behind the largest head": long_value(HEAD_BYTES_MAX - len(b"Content-Length: 5\r\n")).replace(
            b"X-A:", b"Content-Length: 5\r\nX-A:") + b"hello",
        **of_sizes("a body", whole, (1, 1023, 1024, 16_383, 16_384, 16_385, BODY_BYTES_MAX - 1, BODY_BYTES_MAX)),
        **of_sizes("a chunk", one_chunk, (1, 1024, 16_384, BODY_BYTES_MAX)),
        **of_sizes("many chunks", many_chunks, (65_537, BODY_BYTES_MAX - 1, BODY_BYTES_MAX)),
    }),
    *cases(HEAD_TOO_LARGE, {
        "a request line without an end": b"GET /" + b"a" * HEAD_BYTES_MAX,
        "a value without an end": GET + b"X-A: " + b"a" * HEAD_BYTES_MAX,
        "bytes without meaning": b"a" * (HEAD_BYTES_MAX + 1),
    }),
    *cases(UNFINISHED, {
        "a request line without an end, at the limit": b"GET /" + b"a" * (HEAD_BYTES_MAX - 5),
    }),
    *cases(BODY_TOO_LARGE, {
        "a body one over, announced": GET + b"Content-Length: %d\r\n\r\n" % (BODY_BYTES_MAX + 1),
        "a body one over, expected":
            GET + b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % (BODY_BYTES_MAX + 1),
        "a body one over, begun": GET + b"Content-Length: %d\r\n\r\n" % (BODY_BYTES_MAX + 1) + b"x" * 65_536,
        "a chunk one over, announced": CHUNKED + b"%x\r\n" % (BODY_BYTES_MAX + 1),
        "many chunks, one over": many_chunks(BODY_BYTES_MAX + 1),
    }),
]
