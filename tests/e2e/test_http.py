"""HTTP/1.1 over raw sockets: what is served, what is refused, and how large and how late a request may be."""

import select
import time

import pytest

from e2e.answers import assert_gateway_error, visit_number
from support.raw_http import CHUNKED, GET, LAST_CHUNK, TIMEOUT_SECONDS, VISIT, Connection, ask, request, stored_count
from support.server import Server

HEAD_BYTES_MAX = 10_240
BODY_BYTES_MAX = 10 * 1024 * 1024

VISIT_1_0 = b"GET /counter HTTP/1.0\r\n\r\n"
VISIT_1_0_KEEP_ALIVE = b"GET /counter HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"


def exchange(server, data):
    """Sends the bytes and a half-close; returns the statuses of all answers until the server closes."""
    with Connection(server.public) as connection:
        connection.send(data)
        connection.end_sending()
        statuses = []
        while not connection.ended():
            statuses.append(connection.response().status)
        return statuses


def test_a_connection_serves_one_request_after_another(server):
    with Connection(server.public) as connection:
        first = connection.ask(VISIT)
        assert first["Connection"] == "keep-alive"
        assert visit_number(connection.ask(VISIT)) == visit_number(first) + 1
        assert connection.ask(request("GET", "/nowhere")).status == 403
        assert visit_number(connection.ask(VISIT)) == visit_number(first) + 2


@pytest.mark.parametrize("data", [
    pytest.param(GET + b"Connection: close\r\n\r\n", id="close"),
    pytest.param(GET + b"Connection: Close\r\n\r\n", id="Close"),
    pytest.param(GET + b"Connection: foo, close\r\n\r\n", id="close in a list"),
    pytest.param(GET + b"Connection: keep-alive\r\nConnection: close\r\n\r\n", id="close in a second header"),
    pytest.param(VISIT_1_0, id="HTTP/1.0"),
    pytest.param(b"GET /counter HTTP/1.0\r\nHost: a\r\nConnection: close\r\n\r\n", id="HTTP/1.0 close"),
])
def test_the_connection_closes_after_the_answer_when_the_client_asks_for_it(server, data):
    with Connection(server.public) as connection:
        answer = connection.ask(data + VISIT)
        assert visit_number(answer) == stored_count(server)
        assert answer["Connection"] == "close"
        assert connection.rest() == b""


def test_http_1_0_may_keep_the_connection(server):
    with Connection(server.public) as connection:
        first = connection.ask(VISIT_1_0_KEEP_ALIVE)
        assert first["Connection"] == "keep-alive"
        assert visit_number(connection.ask(VISIT_1_0)) == visit_number(first) + 1
        assert connection.rest() == b""


def test_pipelined_requests_are_answered_in_order(server):
    requests = [VISIT, request("GET", "/health"), request("OPTIONS", "/counter"), request("GET", "/nowhere"),
                request("POST", "/counter", body=b"x" * 100), VISIT]
    before = stored_count(server)
    assert exchange(server, b"".join(requests)) == [200, 200, 200, 403, 403, 200]
    assert stored_count(server) == before + 2


def test_a_thousand_pipelined_visits_get_a_thousand_numbers(server):
    before = stored_count(server)
    with Connection(server.public) as connection:
        connection.send(VISIT * 1000)
        numbers = [visit_number(connection.response()) for _ in range(1000)]
    assert numbers == list(range(before + 1, before + 1001))


@pytest.mark.parametrize("position", range(6))
def test_pipelined_requests_before_a_malformed_one_are_answered_and_those_after_it_are_not(server, position):
    before = stored_count(server)
    bad = GET + b"Bad Name: x\r\n\r\n"
    statuses = exchange(server, VISIT * position + bad + VISIT * (5 - position))
    assert statuses == [200] * position + [400]
    assert stored_count(server) == before + position


@pytest.mark.parametrize("visits", [1, 3])
def test_a_half_closed_connection_still_gets_its_answers(server, visits):
    before = stored_count(server)
    assert exchange(server, VISIT * visits) == [200] * visits
    assert stored_count(server) == before + visits


def test_a_request_may_come_byte_by_byte(server):
    whole = CHUNKED + b"5;a=b\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n"
    with Connection(server.public) as connection:
        for byte in whole:
            connection.send(bytes([byte]))
        first = visit_number(connection.response())
        assert visit_number(connection.ask(VISIT)) == first + 1


@pytest.mark.parametrize("target", ["http://a/counter", "http://a.example:8080/blue/counter?x=1", "HTTP://a/counter"])
def test_the_absolute_form_is_served(server, target):
    host = target.split("/")[2]
    assert visit_number(ask(server.public, "GET", target, host=host)) == stored_count(server)


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("target", ["http://a", "http://a/", "http://a/Counter", "http://a//counter"])
def test_the_absolute_form_knows_the_same_routes(server, target):
    assert ask(server.public, "GET", target, host="a").status == 403


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("data", [
    pytest.param(b"GET /counter HTTP/1.1\r\nHost: a\r\n", id="in the head"),
    pytest.param(GET + b"Content-Length: 5\r\n\r\nhel", id="in a body with a length"),
    pytest.param(CHUNKED + b"5\r\nhel", id="in a chunk"),
    pytest.param(CHUNKED + b"5\r\nhello\r\n", id="before the last chunk"),
    pytest.param(CHUNKED + b"5\r\nhello\r\n0\r\n", id="before the end of the trailers"),
])
def test_a_visit_whose_request_ends_early_is_not_counted(server, data):
    assert exchange(server, data) in ([], [400])


BODIES = {
    "with a length": GET + b"Content-Length: 5\r\n\r\nhello",
    "of no bytes": GET + b"Content-Length: 0\r\n\r\n",
    "that looks like a request": GET + b"Content-Length: %d\r\n\r\n" % len(VISIT) + VISIT,
    "after whitespace around the length": GET + b"Content-Length: \t5 \r\n\r\nhello",
    "in chunks": CHUNKED + b"5\r\nhello\r\n6\r\n world\r\n" + LAST_CHUNK,
    "in no chunks": CHUNKED + LAST_CHUNK,
    "in a chunk that looks like a request": CHUNKED + b"%x\r\n" % len(VISIT) + VISIT + b"\r\n" + LAST_CHUNK,
    "in a chunk with an upper-case size": CHUNKED + b"A\r\n0123456789\r\n" + LAST_CHUNK,
    "with chunk extensions": CHUNKED + b'5;a=b;c="d;e"\r\nhello\r\n0;last\r\n\r\n',
    "with trailers": CHUNKED + b"5\r\nhello\r\n0\r\nX-One: 1\r\nX-Two: 2\r\n\r\n",
}


@pytest.mark.parametrize("data", BODIES.values(), ids=BODIES.keys())
def test_a_body_is_read_to_its_end_and_the_connection_goes_on(server, data):
    with Connection(server.public) as connection:
        first = visit_number(connection.ask(data))
        assert visit_number(connection.ask(VISIT)) == first + 1
        connection.send(data + VISIT)
        assert [visit_number(connection.response()) for _ in range(2)] == [first + 2, first + 3]


@pytest.mark.parametrize(
    "trailer", [b"Content-Length: 100", b"Transfer-Encoding: chunked", b"Host: b", b"Connection: close"])
def test_a_trailer_does_not_change_where_the_message_ends(server, trailer):
    assert exchange(server, CHUNKED + b"0\r\n" + trailer + b"\r\n\r\n" + VISIT) in ([200, 200], [400])


@pytest.mark.parametrize("method, status", [("OPTIONS", 200), ("HEAD", 403), ("POST", 403), ("DELETE", 403)])
@pytest.mark.parametrize("framing", [
    pytest.param(b"Content-Length: %d\r\n\r\n" % len(VISIT) + VISIT, id="length"),
    pytest.param(b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(VISIT) + VISIT + b"\r\n" + LAST_CHUNK, id="chunked"),
])
def test_every_method_s_body_is_read_to_its_end(server, method, status, framing):
    before = stored_count(server)
    with Connection(server.public) as connection:
        data = b"%s /counter HTTP/1.1\r\nHost: a\r\n" % method.encode() + framing
        assert connection.ask(data).status == status
        assert visit_number(connection.ask(VISIT)) == before + 1


@pytest.mark.parametrize("expectation", ["100-continue", "100-Continue"])
def test_a_client_that_expects_100_continue_is_told_to_go_on(server, expectation):
    with Connection(server.public) as connection:
        head = f"GET /counter HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: {expectation}\r\n\r\n"
        interim = connection.ask(head.encode())
        assert (interim.status, interim.headers) == (100, ())
        first = visit_number(connection.ask(b"hello"))
        assert visit_number(connection.ask(VISIT)) == first + 1


def assert_closed_after(connection):
    assert connection.rest() == b"", "more came after the last answer"


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("data, status, error_type, message", [
    pytest.param(GET + b"X-A : b\r\n\r\n", 400, "BadRequestException", "Bad Request", id="malformed"),
    pytest.param(b"GET /counter HTTP/2.0\r\nHost: a\r\n\r\n", 505, "BadRequestException", "HTTP Version Not Supported", id="version"),
    pytest.param(GET + b"Expect: 200-ok\r\n\r\n", 417, "BadRequestException", "Expectation Failed", id="expectation"),
])
def test_a_refusal_says_so_in_the_gateway_s_words_and_ends_the_connection(server, data, status, error_type, message):
    with Connection(server.public) as connection:
        answer = connection.ask(data + VISIT)
        assert_gateway_error(answer, status, error_type, message, connection="close")
        assert_closed_after(connection)


def head_with_long_value(size):
    return GET + b"X-A: " + b"a" * (size - len(GET) - len(b"X-A: \r\n\r\n")) + b"\r\n\r\n"


def head_with_long_target(size):
    return VISIT.replace(b"/counter", b"/counter?" + b"a" * (size - len(VISIT) - 1))


def head_with_many_headers(size):
    count, padding = divmod(size - len(VISIT), len(b"a: b\r\n"))
    return VISIT[:-2] + b"a: b\r\n" * (count - 1) + b"a: b" + b"b" * padding + b"\r\n\r\n"


HEADS = pytest.mark.parametrize("head_of", [head_with_long_value, head_with_long_target, head_with_many_headers])


def assert_too_large(answer, status, text):
    assert (answer.status, answer.body) == (status, text)
    assert answer["Connection"] == "close"
    assert answer["x-amzn-ErrorType"] is None
    assert answer["Access-Control-Allow-Origin"] is None


@HEADS
def test_a_head_of_the_largest_size_is_served(server, head_of):
    head = head_of(HEAD_BYTES_MAX)
    assert len(head) == HEAD_BYTES_MAX
    with Connection(server.public) as connection:
        first = visit_number(connection.ask(head))
        connection.send(head + head)
        assert [visit_number(connection.response()) for _ in range(2)] == [first + 1, first + 2]


@pytest.mark.usefixtures("nothing_counted")
@HEADS
@pytest.mark.parametrize("excess", [1, HEAD_BYTES_MAX])
def test_a_larger_head_is_refused(server, head_of, excess):
    with Connection(server.public) as connection:
        answer = connection.ask(head_of(HEAD_BYTES_MAX + excess) + VISIT)
        assert_too_large(answer, 431, b"HTTP header is larger than 10240 bytes.")
        assert_closed_after(connection)


@pytest.mark.usefixtures("nothing_counted")
def test_a_head_without_an_end_is_refused_at_the_limit(server):
    with Connection(server.public) as connection:
        answer = connection.ask(GET + b"X-A: " + b"a" * HEAD_BYTES_MAX)
        assert_too_large(answer, 431, b"HTTP header is larger than 10240 bytes.")
        assert_closed_after(connection)


def body_with_length(size):
    return GET + b"Content-Length: %d\r\n\r\n" % size + b"x" * size


def chunk(size):
    return b"%x\r\n" % size + b"x" * size + b"\r\n"


def body_in_one_chunk(size):
    return CHUNKED + chunk(size) + LAST_CHUNK


def body_in_many_chunks(size):
    whole, last = divmod(size - 1, 65_536)
    return CHUNKED + chunk(65_536) * whole + chunk(last + 1) + LAST_CHUNK


@pytest.mark.parametrize("message_of", [body_with_length, body_in_one_chunk, body_in_many_chunks])
def test_a_body_of_the_largest_size_is_served(server, message_of):
    with Connection(server.public) as connection:
        first = visit_number(connection.ask(message_of(BODY_BYTES_MAX)))
        assert visit_number(connection.ask(VISIT)) == first + 1


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("data", [
    pytest.param(GET + b"Content-Length: %d\r\n\r\n" % (BODY_BYTES_MAX + 1), id="announced"),
    pytest.param(GET + b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % (BODY_BYTES_MAX + 1), id="expected"),
    pytest.param(GET + b"Content-Length: 18446744073709551615\r\n\r\n", id="announced as 2^64 - 1"),
    pytest.param(GET + b"Content-Length: %d\r\n\r\n" % (BODY_BYTES_MAX + 1) + b"x" * 65_536, id="begun"),
    pytest.param(CHUNKED + b"%x\r\n" % (BODY_BYTES_MAX + 1), id="one chunk announced"),
    pytest.param(body_in_many_chunks(BODY_BYTES_MAX + 1), id="many chunks sent"),
])
def test_a_larger_body_is_refused(server, data):
    with Connection(server.public) as connection:
        answer = connection.ask(data)
        assert_too_large(answer, 413, b"HTTP content length exceeded 10485760 bytes.")
        assert_closed_after(connection)


@pytest.mark.parametrize("threads", ["1", "4"])
def test_connections_beyond_the_limit_are_refused_until_one_ends(threads):
    with Server("--connections-max", "2", "--threads", threads) as server:
        with Connection(server.public) as first, Connection(server.public) as second:
            for busy in (first, second):
                assert busy.ask(request("GET", "/counter", "Content-Length: 5", "Expect: 100-continue")).status == 100
            with Connection(server.public) as third:
                answer = third.ask(VISIT)
                assert_gateway_error(answer, 429, "TooManyRequestsException", "Too Many Requests", connection="close")
                assert_closed_after(third)
            assert visit_number(first.ask(b"hello")) == 1
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while (answer := ask(server.public, "GET", "/counter")).status == 429:
            assert time.monotonic() < deadline, "an ended connection still counts"
        assert visit_number(answer) == 2


def test_a_connection_beyond_the_limit_takes_the_place_of_the_one_that_has_been_idle_longest():
    with Server("--connections-max", "2") as server:
        with Connection(server.public) as first, Connection(server.public) as second:
            assert [visit_number(each.ask(VISIT)) for each in (first, second, first)] == [1, 2, 3]
            with Connection(server.public) as third:
                assert visit_number(third.ask(VISIT)) == 4
                assert second.rest() == b""
                assert visit_number(first.ask(VISIT)) == 5


@pytest.fixture(scope="module")
def impatient():
    """Has deadlines of a second; what it cuts off is cut off within the client's patience."""
    with Server("--header-timeout", "1", "--idle-timeout", "1") as server:
        yield server


@pytest.mark.parametrize("begun", [
    pytest.param(b"", id="silence"),
    pytest.param(b"GET /coun", id="half a request line"),
    pytest.param(GET, id="half a head"),
])
def test_a_request_that_does_not_go_on_is_cut_off_without_a_byte(impatient, begun):
    before = stored_count(impatient)
    with Connection(impatient.public) as connection:
        connection.send(begun)
        assert connection.rest() == b""
    assert stored_count(impatient) == before


def test_a_head_that_drips_is_cut_off_too(impatient):
    deadline = time.monotonic() + TIMEOUT_SECONDS
    with Connection(impatient.public) as connection:
        connection.send(GET + b"X-A: ")
        while not select.select([connection], [], [], 0.05)[0]:
            assert time.monotonic() < deadline, "each byte extends the deadline"
            connection.send(b"a")
        assert connection.rest() == b""


def test_an_idle_connection_is_closed_without_a_byte(impatient):
    with Connection(impatient.public) as connection:
        visit_number(connection.ask(VISIT))
        assert connection.rest() == b""
