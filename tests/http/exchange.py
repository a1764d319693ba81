"""Many connections to one server at once: sends packets one by one, and takes apart all that comes back."""

import contextlib
import dataclasses
import itertools
import re
import socket

from support.raw_http import Connection, request

GUARD_SECONDS = 30  # for an end that the server owes within 5: a guard for busy machines
STATUS_LINE = re.compile(rb"HTTP/1\.1 (\d{3}) [ -~]+\r\n")
FIELD = re.compile(rb"([A-Za-z-]+): ([ -~]*)\r\n")
NOWHERE = request("GET", "/nowhere")

# A connection's own address keeps thousands of them a second from running out of ports.
_sources = itertools.cycle([f"127.0.{third}.{fourth}" for third in range(1, 3) for fourth in range(1, 33)])


@dataclasses.dataclass(frozen=True)
class Answer:
    status: int
    closes: bool
    body: bytes


def answers(received):
    """The answers in what a server sent, interim ones left out; it must be answers and nothing else."""
    found = []
    at = 0
    while at < len(received):
        line = STATUS_LINE.match(received, at)
        assert line, f"not a status line: {received[at:]!r}"
        end = received.index(b"\r\n\r\n", at) + 4
        fields = dict(FIELD.findall(received, line.end(), end))
        at = end
        if line[1] == b"100":
            assert not fields
            continue
        length = int(fields[b"Content-Length"])
        body = received[at:at + length]
        assert len(body) == length, f"an answer ends early: {received!r}"
        assert fields[b"Connection"] in (b"close", b"keep-alive")
        found.append(Answer(int(line[1]), fields[b"Connection"] == b"close", body))
        at += length
    assert not any(answer.closes for answer in found[:-1]), f"answers after the last: {received!r}"
    return found


@contextlib.contextmanager
def connected(address):
    with socket.socket() as client:
        client.settimeout(GUARD_SECONDS)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.bind((next(_sources), 0))
        client.connect(address)
        yield client


def send(client, data):
    """A server that has refused may be gone already: what it said first is still to be read."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        client.sendall(data)


def end_sending(client):
    with contextlib.suppress(OSError):  # not connected any more
        client.shutdown(socket.SHUT_WR)


def received(client):
    """All that comes until the server closes, which must be soon."""
    parts = []
    with contextlib.suppress(ConnectionResetError):  # for what we sent after its end
        while part := client.recv(65_536):
            parts.append(part)
    return b"".join(parts)


class Exchanges:
    """Exchanges with an address of a server with one thread: it reads connections in the order they were sent to."""

    def __init__(self, address):
        self._address = address
        self._pacer = Connection(address)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._pacer.__exit__(*exception)

    def exchange(self, messages):
        """Sends each message, a list of packets, on a connection of its own, and ends it. Gives the answers to each.

        Between packets the server answers another connection, so that it has seen one before the next arrives.
        """
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(connected(self._address)) for _ in messages]
            for step in range(max(map(len, messages))):
                if step:
                    assert self._pacer.ask(NOWHERE).status == 403
                for client, packets in zip(clients, messages):
                    if step < len(packets):
                        send(client, packets[step])
                    if step == len(packets) - 1:
                        end_sending(client)
            return [answers(received(client)) for client in clients]


def ended_by_server(address, data):
    """The answers to bytes after which the client waits for the server's end."""
    with connected(address) as client:
        send(client, data)
        return answers(received(client))
