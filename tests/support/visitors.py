"""Load from many clients: each visits again and again over a connection of its own and notes what became of each visit.

One thread and plain non-blocking sockets.
"""

import errno
import re
import selectors
import socket
import threading
import time

from support.history import History
from support.raw_http import VISIT

GUARD_SECONDS = 60  # against hanging: sanitizers and system-call traces on a busy machine
LOOK_AGAIN_SECONDS = 0.005  # for clients that wait for a server to be there, and for words from other threads

ANSWER = re.compile(rb"HTTP/1\.1 (\d{3}) [^\r]*\r\n(.*?\r\n)\r\n", re.DOTALL)
LENGTH = re.compile(rb"^Content-Length: (\d+)\r\n", re.MULTILINE)
NUMBER = re.compile(rb'\{"count": (\d+), ')
OUTCOME = re.compile(rb"^X-Visit-Outcome: (not-counted|unknown)\r\n", re.MULTILINE)


class Visitors:
    """Clients of one server; use as a context manager, which starts them and stops them.

    New connections go to `address`, which may be changed while they run; None has them wait. `history` has what became
    of each visit, and all of them once the clients are stopped; a connection that ends without an answer is `unknown`,
    one that is refused is no visit. `ended` and `counted` are how many visits are over and how many got a number.
    `cut` has the beginnings of answers that ended early, `surprises` whatever is no answer to a visit.
    """

    def __init__(self, address, clients, visits_per_connection=None):
        self.address = address
        self.history = History()
        self.cut, self.surprises = [], []
        self.ended = self.counted = 0
        self._per_connection = visits_per_connection
        self._clients = [_Client() for _ in range(clients)]
        self._changed = threading.Condition()
        self._stopping = False
        self._selector = selectors.DefaultSelector()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Begins no more visits, and waits until each that was sent is answered or its connection has ended."""
        self._stopping = True
        self._thread.join(GUARD_SECONDS)
        assert not self._thread.is_alive(), "visits stay unanswered"
        assert self.surprises == []

    def wait_for(self, visits=1, counted=0, unless=lambda: False):
        """Waits until so many more visits than now have ended and so many more have got a number, or `unless` holds."""
        with self._changed:
            ended, numbers = self.ended + visits, self.counted + counted
            arrived = self._changed.wait_for(
                lambda: (self.ended >= ended and self.counted >= numbers) or unless() or not self._thread.is_alive(),
                GUARD_SECONDS)
        assert arrived and self._thread.is_alive(), f"visits do not end: {self.surprises}"

    def _run(self):
        try:
            while not self._stopping or any(client.sent for client in self._clients):
                address = None if self._stopping else self.address
                for client in self._clients:
                    if client.socket is None and address:
                        self._connect(client, address)
                for key, _ in self._selector.select(LOOK_AGAIN_SECONDS):
                    self._serve(key.data)
                with self._changed:
                    self._changed.notify_all()
        except Exception as failure:  # our own: whoever waits for us must hear of it
            self.surprises.append(failure)
            raise
        finally:
            for client in self._clients:
                self._close(client)
            self._selector.close()

    def _connect(self, client, address):
        client.socket = socket.socket()
        client.socket.setblocking(False)
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.left = self._per_connection
        code = client.socket.connect_ex(address)
        if code in (0, errno.EINPROGRESS):
            self._selector.register(client.socket, selectors.EVENT_WRITE, client)
        else:
            self._close(client)

    def _serve(self, client):
        try:
            if client.sent:
                self._receive(client)
            elif client.connected:
                self._close(client)  # the server had enough of an idle connection
            elif client.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) or _reached_itself(client.socket):
                self._close(client)  # nobody listens
            else:
                client.connected = True
                self._selector.modify(client.socket, selectors.EVENT_READ, client)
                self._send(client)
        except OSError:
            self._end(client)

    def _send(self, client):
        client.sent = time.monotonic_ns()
        client.received = b""
        client.socket.send(VISIT)  # short: a fresh or drained buffer takes all of it

    def _receive(self, client):
        data = client.socket.recv(65536)
        if not data:
            self._end(client)
            return
        client.received += data
        head = ANSWER.match(client.received)
        length = head and LENGTH.search(head[2])
        if not length or len(client.received) < head.end() + int(length[1]):
            return
        self._note(client, int(head[1]), head[2], client.received[head.end():])
        if client.left is not None:
            client.left -= 1
        if self._stopping or client.left == 0 or b"\r\nConnection: close\r\n" in client.received:
            self._close(client)
        else:
            self._send(client)

    def _note(self, client, status, fields, body):
        visit = client.sent, time.monotonic_ns()
        outcome = OUTCOME.search(fields)
        if status == 200 and (number := NUMBER.match(body)):
            self.history.counted(*visit, int(number[1]))
            self.counted += 1
        elif status == 500 and outcome and outcome[1] == b"not-counted":
            self.history.not_counted(*visit)
        else:
            self.history.unknown(*visit)
            if status != 500 or not outcome:
                self.surprises.append(client.received)
        self._over(client)

    def _over(self, client):
        self.ended += 1
        client.sent = 0

    def _end(self, client):
        """The connection ended without an answer."""
        if client.sent:
            if client.received:
                self.cut.append(client.received)
            self.history.unknown(client.sent, time.monotonic_ns())
            self._over(client)
        self._close(client)

    def _close(self, client):
        if client.socket is None:
            return
        if client.socket in self._selector.get_map():
            self._selector.unregister(client.socket)
        client.socket.close()
        client.socket, client.connected = None, False


class _Client:
    def __init__(self):
        self.socket = None
        self.connected = False
        self.sent = 0  # when the visit that waits for its answer was sent, else 0
        self.received = b""
        self.left = None  # visits until the connection is closed


def _reached_itself(client):
    """A connection to a port that nobody has may get that port for its own end."""
    return client.getsockname() == client.getpeername()
