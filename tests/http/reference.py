"""What h11 makes of the bytes of a client: the requests that it accepts, one behind the other."""

import dataclasses

import h11

INCOMPLETE_BYTES_MAX = 1 << 20  # h11's own limit is not the question


@dataclasses.dataclass(frozen=True)
class Accepted:
    method: bytes
    target: bytes


def accepted(data):
    """The whole requests at the front of `data` that h11 accepts.

    Differences that are ours by right: an empty line before a request (RFC 9112 §2.2), and HTTP/1.0 connections that
    the client wants kept.
    """
    requests = []
    while data:
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=INCOMPLETE_BYTES_MAX)
        connection.receive_data(data.removeprefix(b"\r\n"))
        try:
            request = next_request(connection)
        except h11.RemoteProtocolError:
            break
        if request is None:
            break
        requests.append(Accepted(bytes(request.method), bytes(request.target)))
        if not keeps(request):
            break
        data = connection.trailing_data[0]
    return requests


def next_request(connection):
    """The next request, read to its end; None if there is none."""
    request = connection.next_event()
    if type(request) is not h11.Request:
        return None
    while type(event := connection.next_event()) is not h11.EndOfMessage:
        if event is h11.PAUSED:  # behind a CONNECT or an upgrade: answered, so over
            break
        if event is h11.NEED_DATA:
            return None
    return request


def keeps(request):
    options = {option.strip().lower() for name, value in request.headers if name == b"connection"
               for option in value.split(b",")}
    return b"close" not in options and (request.http_version == b"1.1" or b"keep-alive" in options)
