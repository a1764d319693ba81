"""A raw HTTP/1.1 client: sends exactly the bytes it is given and takes answers apart strictly."""

import contextlib
import dataclasses
import json
import re
import socket

TIMEOUT_SECONDS = 20  # a guard against hanging, longer than the server's own header deadline


class NoAnswer(Exception):
    """The server closed the connection without a byte."""


@dataclasses.dataclass(frozen=True)
class Response:
    """An answer as it came; indexing gives the value of a header field, or None."""

    status: int
    headers: tuple
    body: bytes

    def __getitem__(self, name):
        values = [value for field, value in self.headers if field.lower() == name.lower()]
        assert len(values) <= 1, f"{name} is repeated: {values}"
        return values[0] if values else None

    def json(self):
        return json.loads(self.body)


class Connection:
    """One TCP connection, with TLS if it is given a context, from `source`; use as a context manager."""

    def __init__(self, address, tls=None, source=None):
        self._socket = socket.create_connection(address, TIMEOUT_SECONDS, (source, 0) if source else None)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            with contextlib.ExitStack() as failed:
                failed.callback(self._socket.close)
                self._socket = tls.wrap_socket(self._socket, server_hostname="localhost", suppress_ragged_eofs=False)
                failed.pop_all()
        self._stream = self._socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stream.close()
        self._socket.close()

    def fileno(self):
        return self._socket.fileno()

    @property
    def tls(self):
        """What was agreed on: an ssl.SSLSocket."""
        return self._socket

    def send(self, data):
        self._socket.sendall(data)

    def end_sending(self):
        self._socket.shutdown(socket.SHUT_WR)

    def ask(self, data):
        """Sends a request and reads its answer."""
        self.send(data)
        return self.response(without_body=data.startswith(b"HEAD "))

    def response(self, without_body=False):
        """Reads one answer; its body has the length that its Content-Length says."""
        status_line = self._line()
        match = re.fullmatch(rb"HTTP/1\.[01] (\d{3}) [\x20-\x7e]*", status_line)
        assert match, f"not a status line: {status_line!r}"
        headers = []
        while line := self._line():
            field = re.fullmatch(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([\x20-\x7e]*)", line)
            assert field, f"not a header field: {line!r}"
            headers.append(tuple(part.decode() for part in field.groups()))
        head = Response(int(match[1]), tuple(headers), b"")
        if without_body or head.status < 200:
            return head
        if head.status == 204:
            assert head["Content-Length"] is None, "no content has no length (RFC 9110, section 8.6)"
            return head
        length = int(head["Content-Length"])
        body = self._stream.read(length)
        assert len(body) == length, f"the body ended early: {body!r}"
        return dataclasses.replace(head, body=body)

    def ended(self):
        """Waits for a byte or for the server's end of the stream, which this tells."""
        return not self._stream.peek(1)

    def rest(self):
        """All that still comes until the server closes."""
        return self._stream.read()

    def _line(self):
        line = self._stream.readline()
        if not line:
            raise NoAnswer
        assert line.endswith(b"\r\n"), f"not a line: {line!r}"
        return line[:-2]


def request(method, target, *fields, host="localhost", body=b""):
    """The bytes of a well-formed request; fields are lines such as "Origin: https://a.example"."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", *fields]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


VISIT = request("GET", "/counter")

# Beginnings and ends of requests. GET lacks the empty line, so that fields can follow.
GET = b"GET /counter HTTP/1.1\r\nHost: a\r\n"
CHUNKED = GET + b"Transfer-Encoding: chunked\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"


def ask(address, method, target, *fields, **options):
    """The answer to one request on a connection of its own."""
    with Connection(address) as connection:
        return connection.ask(request(method, target, *fields, **options))


def stored_count(server, counter_id="main_counter"):
    """The count in the server's store, 0 for an absent counter."""
    answer = ask(server.ops, "GET", f"/counters/{counter_id}")
    assert answer.status in (200, 404), answer
    return answer.json()["visit_count"] if answer.status == 200 else 0
