"""A server that answers every request with one of DynamoDB's errors."""

import http.server
import json
import threading

LOOK_AGAIN_SECONDS = 0.01  # for the word to stop


class Refusing:
    """On a free port of 127.0.0.1; use as a context manager. `asked` has the operations it was asked for."""

    def __init__(self, code, status=400):
        refusal = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no"}).encode()
        asked = self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                asked.append(self.headers["X-Amz-Target"].rpartition(".")[2])
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.0")
                self.send_header("Content-Length", str(len(refusal)))
                self.end_headers()
                self.wfile.write(refusal)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(LOOK_AGAIN_SECONDS,), daemon=True)

    def __enter__(self):
        self._thread.start()
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
