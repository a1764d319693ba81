"""An HTTP/1.1 server of a test: keeps connections, says nothing that it is not told to say."""

import http.server
import threading


class Front:
    """A server on a free port of 127.0.0.1, or on the port given; use as a context manager.

    `answer(handler)` gets each request as a http.server handler, with its whole body in `handler.body`, on a thread of
    its connection.
    """

    def __init__(self, answer, port=0, tls=None):
        handler = type("Handler", (_Handler,), {"answer": staticmethod(answer)})
        self._server = _Server(("127.0.0.1", port), handler)
        if tls:  # the handshake is the connection's own affair, not the listener's
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.address = self._server.server_address
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """A client that is killed breaks its connection: that is no failure of a test."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (ConnectionError, ValueError):  # the other end has gone
            self.close_connection = True

    def reply(self, status, headers, body=b""):
        """Sends one answer in one piece; its length is added."""
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self._headers_buffer.append(b"\r\n" + (b"" if self.command == "HEAD" else body))
        self.flush_headers()

    def _answer(self):
        self.path = self.requestline.split(" ")[1]  # as it was sent, with all its slashes
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.answer(self)

    do_GET = do_HEAD = do_OPTIONS = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

    def log_message(self, *_):
        """The tests look at answers."""
