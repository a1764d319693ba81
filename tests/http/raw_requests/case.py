"""A raw request with a name, and the verdict that it must get."""

import dataclasses

from support.raw_http import GET


NAME_BYTES_MAX = 80


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The statuses that answer the bytes, whether the connection serves what follows, what is added to the count."""

    statuses: tuple
    stays: bool
    counted: int = 0


COUNTED = Verdict((200,), stays=True, counted=1)
COUNTED_LAST = Verdict((200,), stays=False, counted=1)  # the client wanted it to be the last
ANSWERED = Verdict((200,), stays=True)  # a preflight, or health: a success that counts nothing
NO_ROUTE = Verdict((403,), stays=True)
NO_ROUTE_LAST = Verdict((403,), stays=False)
REFUSED = Verdict((400,), stays=False)
BODY_TOO_LARGE = Verdict((413,), stays=False)
EXPECTATION_FAILED = Verdict((417,), stays=False)
HEAD_TOO_LARGE = Verdict((431,), stays=False)
OTHER_VERSION = Verdict((505,), stays=False)
UNFINISHED = Verdict((), stays=False)  # no request yet: the server waits, and what follows would belong to it


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    data: bytes
    verdict: Verdict


def cases(verdict, requests):
    """The cases of a table: name to bytes."""
    return [Case(name, data, verdict) for name, data in requests.items()]


def each(what, values, request_of):
    """A table of requests that differ in one value, which names them."""
    return {f"{what} {shown(value)}": request_of(value) for value in values}


def shown(value):
    return repr(value) if len(value) <= NAME_BYTES_MAX else f"{value[:8]!r}... of {len(value)} bytes"


VISIT = GET + b"\r\n"


def with_fields(fields):
    return GET + fields + b"\r\n\r\n"


def with_line(request_line):
    return request_line + b"\r\nHost: a\r\n\r\n"


def with_target(target, method=b"GET"):
    return with_line(method + b" " + target + b" HTTP/1.1")


def with_host(host):
    return b"GET /counter HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"
