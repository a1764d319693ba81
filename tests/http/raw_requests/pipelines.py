"""Requests one behind the other, with a bad one at each place (RFC 9112 §9.3.2; H7)."""

from raw_requests.case import VISIT, Case, Verdict, with_line, with_target
from support.raw_http import CHUNKED, GET, LAST_CHUNK

LENGTH = 6
OTHERS = {  # what stands between visits: bytes, status, whether anything behind it is answered
    "a route that is none": (with_target(b"/nowhere"), 403, True),
    "health": (with_target(b"/health"), 200, True),
    "a body": (b"POST /counter HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 403, True),
    "chunks": (CHUNKED.replace(b"GET", b"POST") + b"5\r\nhello\r\n" + LAST_CHUNK, 403, True),
    "an empty line in front": (b"\r\n" + with_target(b"/nowhere"), 403, True),
    "a last request": (with_target(b"/nowhere").replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), 403, False),
    "HTTP/1.0": (b"GET /nowhere HTTP/1.0\r\n\r\n", 403, False),
    "a bad name": (GET + b"Bad Name: x\r\n\r\n", 400, False),
    "a bad target": (with_target(b"counter"), 400, False),
    "a bare LF": (GET + b"X-A: b\nX-B: c\r\n\r\n", 400, False),
    "another version": (with_line(b"GET /counter HTTP/2.0"), 505, False),
    "a bad chunk": (CHUNKED + b"5\r\nhelloo\r\n" + LAST_CHUNK, 400, False),
    "an unknown expectation": (GET + b"Expect: x\r\n\r\n", 417, False),
    "a large body": (GET + b"Content-Length: 99999999\r\n\r\n", 413, False),
    "a large head": (GET + b"X-A: " + b"a" * 10_240 + b"\r\n\r\n", 431, False),
    "two empty lines": (b"\r\n\r\n", 400, False),
}


def pipeline(name, place):
    other, status, goes_on = OTHERS[name]
    behind = LENGTH - 1 - place
    after = (200,) * behind if goes_on else ()
    return Case(f"{name} at place {place + 1}", VISIT * place + other + VISIT * behind,
                Verdict((200,) * place + (status,) + after, stays=goes_on, counted=place + len(after)))


CASES = [
    *(pipeline(name, place) for name in OTHERS for place in range(LENGTH)),
    Case("two hundred visits", VISIT * 200, Verdict((200,) * 200, stays=True, counted=200)),
    Case("a bad request behind a hundred", VISIT * 100 + b"\x00",
         Verdict((200,) * 100 + (400,), stays=False, counted=100)),
]
