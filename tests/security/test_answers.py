"""What leaves the process: nothing that a client sent, and nothing of the inside."""

import re

import pytest

from e2e.answers import FAILED_VISIT_BODY
from support.raw_http import VISIT, Connection, ask, request
from support.server import Server

MARK = b"canary"
COUNT_MAX = 2**53 - 1
PLACES = {
    "path": b"GET /a%sz HTTP/1.1\r\nHost: a\r\n\r\n",
    "query": b"GET /counter?a%sz HTTP/1.1\r\nHost: a\r\n\r\n",
    "method": b"A%sZ / HTTP/1.1\r\nHost: a\r\n\r\n",
    "version": b"GET / HTTP/1.%s\r\nHost: a\r\n\r\n",
    "host": b"GET /counter HTTP/1.1\r\nHost: a%sz\r\n\r\n",
    "name": b"GET /counter HTTP/1.1\r\nHost: a\r\nA%sZ: b\r\n\r\n",
    **{name: b"GET /counter HTTP/1.1\r\nHost: a\r\n" + name.encode() + b": a%sz\r\n\r\n" for name in (
        "Origin", "Referer", "User-Agent", "X-Api-Key", "X-Amzn-Trace-Id", "traceparent", "X-Request-Id",
        "x-amzn-RequestId", "X-Forwarded-For", "Access-Control-Request-Headers", "Cookie")},
}
HEAD = re.compile(rb"HTTP/1\.1 \d{3} [A-Za-z ]+\r\n(?:[A-Za-z-]+: [\x20-\x7e]*\r\n)+\r\n")


def everything_answered(address, data):
    with Connection(address) as connection:
        connection.send(data)
        connection.end_sending()
        return connection.rest()


@pytest.mark.parametrize("place", PLACES)
def test_no_byte_that_a_client_sends_comes_back_or_ends_a_header(server, place):
    for byte in range(256):
        answer = everything_answered(server.public, PLACES[place] % (bytes([byte]) + MARK))
        heads = HEAD.findall(answer)
        # A line end may make two requests of one, and then both are answered.
        assert 1 <= len(heads) <= 2 and answer.startswith(heads[0]), answer
        assert MARK not in answer.lower()


@pytest.mark.parametrize("encoded", [
    "%0d%0aSet-Cookie:%20canary=1", "%0aSet-Cookie:canary", "%E5%98%8ASet-Cookie:canary"])
def test_line_ends_in_other_clothes_end_no_header(server, encoded):
    for target in (f"/{encoded}", f"/counter?{encoded}", f"/counter/{encoded}"):
        assert MARK not in everything_answered(server.public, request("GET", target, f"Origin: https://{encoded}"))


# --- errors ------------------------------------------------------------------------------------------------------

REFUSED = {
    b'{"message":"Missing Authentication Token"}', b'{"message":"Bad Request"}', b'{"message":"Expectation Failed"}',
    b'{"message":"Too Many Requests"}', b'{"message":"HTTP Version Not Supported"}',
    b"HTTP content length exceeded 10485760 bytes.", b"HTTP header is larger than 10240 bytes."}
BAD_REQUESTS = [
    request("GET", "/nowhere"), request("POST", "/counter"), request("GET", "/../../etc/passwd"),
    request("GET", "/counter", "Bad Name: x"), b"nonsense\r\n\r\n", request("GET", "/%00"),
    request("GET", "/counter", "Expect: miracles"), b"GET / HTTP/3.0\r\n\r\n",
    request("POST", "/counter", f"Content-Length: {11 << 20}"), request("GET", "/" + "x" * 10_240),
    request("GET", "/counter", "Transfer-Encoding: gzip"), request("GET", "/counter", host="a b"),
]
INSIDE = re.compile(
    rb"sqlite|dynamodb|errno|0x[0-9a-f]{6}|/(?:usr|var|tmp|src|home)|exception|\.[ch]pp|std::", re.IGNORECASE)


def test_a_refusal_has_words_that_are_written_down(server):
    for data in BAD_REQUESTS:
        with Connection(server.public) as connection:
            answer = connection.ask(data)
        assert answer.status >= 400
        assert answer.body in REFUSED


def test_a_client_that_is_one_too_many_is_told_no_more():
    with Server("--connections-max", "1") as crowded, Connection(crowded.public) as busy:
        busy.send(VISIT[:10])
        answer = ask(crowded.public, "GET", "/counter")
        assert (answer.status, answer.body in REFUSED) == (429, True)


def test_a_visit_that_fails_is_explained_in_the_log_alone():
    with Server() as server:
        full = ask(server.ops, "PUT", "/counters/main_counter", "Content-Type: application/json",
                   body=b'{"visit_count": %d}' % COUNT_MAX)
        assert full.status == 200
        answer = ask(server.public, "GET", "/counter")
        assert answer.status == 500 and re.fullmatch(FAILED_VISIT_BODY, answer.body.decode())
        assert not any(INSIDE.search(f"{name}: {value}".encode()) for name, value in answer.headers)


def test_no_header_names_what_runs_here(server):
    for target in ("/counter", "/health", "/nowhere"):
        answer = ask(server.public, "GET", target)
        assert answer["Server"] is None and answer["X-Powered-By"] is None
        assert answer["Content-Type"] == "application/json"
