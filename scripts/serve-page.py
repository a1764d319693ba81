#!/usr/bin/env python3
"""Serves the example page and the script it shows, web/, on loopback."""

import argparse
import errno
import functools
import html
import http.server
import io
import pathlib
import signal
import sys
import urllib.parse

WEB = pathlib.Path(__file__).resolve().parents[1] / "web"
DEFAULT_COUNTER = "http://127.0.0.1:8080/counter"


class Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *args, counter, **kwargs):
        self.counter = counter
        super().__init__(*args, directory=WEB, **kwargs)

    def send_head(self):
        if urllib.parse.urlsplit(self.path).path not in ("/", "/example.html"):
            return super().send_head()
        example = (WEB / "example.html").read_text(encoding="utf-8")
        body = example.replace(DEFAULT_COUNTER, html.escape(self.counter)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return io.BytesIO(body)

    def list_directory(self, path):
        self.send_error(404)

    def end_headers(self):
        self.send_header("Cache-Control", "no-cache")  # an edited file shows at the next reload
        super().end_headers()

    def log_message(self, *_):
        """Keeps the terminal for the counter's log."""


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # the browser left: nothing to report
            super().handle_error(request, client_address)


def port(text):
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError
    return number


def web_url(text):
    url = urllib.parse.urlsplit(text)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise ValueError
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=port, default=1580, help="0 is any free port (default %(default)s)")
    parser.add_argument("--counter", type=web_url, default=DEFAULT_COUNTER, metavar="URL",
                        help="what the page asks for its number (default %(default)s)")
    options = parser.parse_args()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        server = Server(("127.0.0.1", options.port), functools.partial(Handler, counter=options.counter))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sys.exit(f"serve-page: port {options.port} is taken; choose another with --port")
        sys.exit(f"serve-page: cannot listen on port {options.port}: {error.strerror}")
    with server:
        print(f"The example page is at http://localhost:{server.server_port}/", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
