"""A front of a table's server: it speaks TLS, keeps answers to itself and closes connections (faults: table_proxy.py)."""

import contextlib
import http.client
import socket
import threading
import urllib.parse

from support.http_front import Front

PATIENCE_SECONDS = 60


class TableFront:
    """A server on a free port of 127.0.0.1 that passes requests on to this endpoint; use as a context manager."""

    def __init__(self, endpoint, tls=None):
        target = urllib.parse.urlsplit(endpoint)
        self._target = target.hostname, target.port
        self._silent = threading.Event()
        self._changed = threading.Condition()
        self._connections = set()
        self.kept_back = 0  # answers, of requests that were applied
        self._front = Front(self._forward, tls=tls)
        self.port = self._front.address[1]
        self.endpoint = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self):
        self._front.__enter__()
        return self

    def __exit__(self, *_):
        self.cut()
        self._front.__exit__()

    def cut(self):
        """Closes every connection."""
        with self._changed:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    @contextlib.contextmanager
    def silence(self):
        """Within the block requests are applied, and nobody is told."""
        self._silent.set()
        try:
            yield
        finally:
            self._silent.clear()
            self.cut()

    def wait_until_kept_back(self, answers=1):
        with self._changed:
            assert self._changed.wait_for(lambda: self.kept_back >= answers, PATIENCE_SECONDS), "no request came"

    def _forward(self, request):
        with self._changed:
            self._connections.add(request.connection)
        server = http.client.HTTPConnection(*self._target, timeout=PATIENCE_SECONDS)
        with contextlib.closing(server):
            server.request(request.command, request.path, request.body, dict(request.headers.items()))
            answer = server.getresponse()
            body = answer.read()
        if self._silent.is_set():
            with self._changed:
                self.kept_back += 1
                self._changed.notify_all()
            return
        fields = [(name, value) for name, value in answer.getheaders()
                  if name.lower() not in ("content-length", "connection", "transfer-encoding")]
        request.reply(answer.status, fields, body)
