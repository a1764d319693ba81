"""A proxy in front of a table's server: what goes through it is lost, late, repeated or spoiled, as the test says."""

import enum
import random
import re
import socket
import threading

GUARD_SECONDS = 90  # against hanging, on a busy machine

LENGTH = re.compile(rb"\r\nContent-Length: *(\d+)\r\n", re.IGNORECASE)
CHECKSUM = re.compile(rb"\r\nx-amz-crc32: *\d+", re.IGNORECASE)


class Fault(enum.Enum):
    """What happens to a request."""

    NONE = enum.auto()
    LOST_REQUEST = enum.auto()  # the table never sees it, and the connection ends
    LOST_REPLY = enum.auto()  # the table has answered, and the connection ends
    LATE_COPY = enum.auto()  # all goes well, and some requests later the table gets it again
    LOST_AND_LATE = enum.auto()  # the connection ends, and some requests later the table gets it
    ERROR_BEFORE = enum.auto()
    ERROR_AFTER = enum.auto()
    THROTTLED = enum.auto()
    EXPIRED_KEY = enum.auto()
    WRONG_CHECKSUM = enum.auto()
    HALF_ANSWER = enum.auto()
    NO_JSON = enum.auto()
    DEEP_JSON = enum.auto()
    HUGE_JSON = enum.auto()
    REDIRECT = enum.auto()
    SLOW = enum.auto()  # the table has answered, and the client hears of it only once it has given up
    ENDS_AFTERWARDS = enum.auto()  # all goes well, and then the connection ends without a word


def answer(status, body):
    head = f"HTTP/1.1 {status} Said\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {len(body)}\r\n"
    return (head + "Location: /elsewhere\r\n\r\n").encode() + body


def error(status, code):
    return answer(status, b'{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":"no"}' % code)


INSTEAD = {  # of asking the table
    Fault.ERROR_BEFORE: error(500, b"InternalServerError"),
    Fault.THROTTLED: error(400, b"ProvisionedThroughputExceededException"),
    Fault.EXPIRED_KEY: error(400, b"ExpiredTokenException"),
    Fault.REDIRECT: answer(307, b""),
}
AFTERWARDS = {  # the table has applied it, and this is what the client sees
    Fault.ERROR_AFTER: error(500, b"InternalServerError"),
    Fault.NO_JSON: answer(200, b"<html>Bad Gateway</html>"),
    Fault.DEEP_JSON: answer(200, b"[" * 50_000),
    Fault.HUGE_JSON: answer(200, b'{"Attributes": "' + b"x" * 10_000_000 + b'"}'),
}


def at_random(probabilities, seed):
    """Chooses a fault for each update, each with its probability; reads go well."""
    dice = random.Random(seed)
    faults = [*probabilities, Fault.NONE]
    weights = [*probabilities.values(), 1 - sum(probabilities.values())]
    return lambda request: dice.choices(faults, weights)[0] if b".UpdateItem\r\n" in request else Fault.NONE


class TableProxy:
    """Listens on a free port of 127.0.0.1; use as a context manager.

    `choose` gives the fault of a request, its bytes, and may be changed while it runs; it is called by one thread at a
    time. `seen` counts the requests with each fault.
    """

    def __init__(self, endpoint, choose=lambda request: Fault.NONE, copies_after=50):
        host, _, port = endpoint.removeprefix("http://").rpartition(":")
        self._table = host, int(port)
        self.choose = choose
        self.seen = dict.fromkeys(Fault, 0)
        self._copies_after = copies_after
        self._copies = []  # (when so many requests have been seen, request)
        self._lock = threading.Lock()
        self._open = set()
        self._threads = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self):
        self._start(self._accept)
        return self

    def __exit__(self, *_):
        with self._lock:
            open_now = [self._listener, *self._open]
        for each in open_now:
            _end(each)
        for thread in self._threads:
            thread.join(GUARD_SECONDS)
        assert not any(thread.is_alive() for thread in self._threads)
        self._listener.close()

    def deliver_copies(self):
        """All copies that are still under way reach the table now; returns how many."""
        with self._lock:
            due, self._copies = self._copies, []
        self._deliver(due)
        return len(due)

    def _start(self, target, *arguments):
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(client)
            self._start(self._serve, client)

    def _serve(self, client):
        try:
            with client, socket.create_connection(self._table, GUARD_SECONDS) as table:
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while (request := _message(client)) and self._pass(request, client, table):
                    pass
        except OSError:
            pass  # one of the two has gone
        finally:
            with self._lock:
                self._open.discard(client)

    def _pass(self, request, client, table):
        """Whether the connection goes on."""
        fault, due = self._judge(request)
        self._deliver(due)
        if fault in (Fault.LOST_REQUEST, Fault.LOST_AND_LATE):
            return False
        reply = INSTEAD[fault] if fault in INSTEAD else _ask(table, request)
        reply = AFTERWARDS.get(fault, reply)
        if fault is Fault.LOST_REPLY:
            return False
        if fault is Fault.SLOW:
            client.recv(1)  # ends when the client has had enough
            return False
        if fault is Fault.WRONG_CHECKSUM:
            reply = CHECKSUM.sub(b"\r\nx-amz-crc32: 1", reply)
        if fault is Fault.HALF_ANSWER:
            reply = reply[:-20]
        client.sendall(reply)
        return fault not in (Fault.HALF_ANSWER, Fault.ENDS_AFTERWARDS)

    def _judge(self, request):
        with self._lock:
            fault = self.choose(request)
            self.seen[fault] += 1
            requests = sum(self.seen.values())
            if fault in (Fault.LATE_COPY, Fault.LOST_AND_LATE):
                self._copies.append((requests + self._copies_after, request))
            due = [copy for copy in self._copies if copy[0] <= requests]
            self._copies = [copy for copy in self._copies if copy[0] > requests]
        return fault, due

    def _deliver(self, copies):
        for _, request in copies:
            with socket.create_connection(self._table, GUARD_SECONDS) as table:
                _ask(table, request)


def _ask(table, request):
    table.sendall(request)
    return _message(table)


def _message(connection):
    """A whole request or answer, as bytes; empty if the connection has ended."""
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0:
        if not (more := connection.recv(65536)):
            return b""
        data += more
    length = LENGTH.search(data[:end + 2])
    size = end + 4 + (int(length[1]) if length else 0)
    while len(data) < size:
        if not (more := connection.recv(65536)):
            return b""
        data += more
    return data


def _end(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it has ended by itself
