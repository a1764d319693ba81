"""Starts and ends the servers that are compared, each on SERVER_CPU."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess

from bench.load import get
from bench.machine import SERVER_CPU, BenchFailed, cpu_seconds, pinned, wait_until

PATIENCE_SECONDS = 20
COUNTER_ID = "main_counter"
WRITTEN_BY_NGINX = {"date", "server", "content-type", "content-length", "connection"}


class Server:
    """A server process in the foreground; use as a context manager. `address` answers GET /counter."""

    def __init__(self, name, command, log, environment=None):
        self.name = name
        self._command = command
        self._log = pathlib.Path(log)
        self._environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"} | (environment or {})

    def __enter__(self):
        self._log.unlink(missing_ok=True)
        # Appending, so that an emptied log starts again at offset 0.
        with self._log.open("ab") as log, pinned(SERVER_CPU):
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self._environment)
        try:
            self.address = wait_until(self._ready, PATIENCE_SECONDS, lambda: self._failure("was not ready in time"))
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self):
        return self._process.pid

    def stop(self):
        self._process.terminate()
        try:
            self._process.wait(PATIENCE_SECONDS)
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise

    def cpu_seconds(self):
        return cpu_seconds(self.pid)

    def forget_log(self):
        """Empties the log, so that its write-back does not fall into another server's run."""
        os.truncate(self._log, 0)

    def _ready(self):
        if self._process.poll() is not None:
            raise BenchFailed(self._failure(f"ended with exit code {self._process.returncode}"))
        return self._listening()

    def _failure(self, what):
        return f"{self.name} {what}; its log ends: {self._log.read_text(errors='replace')[-500:]}"


class Counter(Server):
    """visitor-counter serve, with its log in a file."""

    def __init__(self, name, binary, store, directory, flags=(), wrapper=(), environment=None):
        super().__init__(
            name,
            [*wrapper, binary, "serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--store", store,
             "--counter-id", COUNTER_ID, "--log-format", "json", *flags],
            pathlib.Path(directory, f"{name.replace(' ', '-')}.log"), environment)

    def count(self, counter_id=COUNTER_ID):
        """The stored count, read through the ops listener."""
        answer = get(self._ops, f"/counters/{counter_id}")
        if answer.status == 404:
            return 0
        if answer.status != 200:
            raise BenchFailed(f"{self.name}: reading the count gave {answer.status}")
        return json.loads(answer.body)["visit_count"]

    def _listening(self):
        for line in self._log.read_text().splitlines(keepends=True):
            if line.endswith("\n") and '"listening"' in line:
                entry = json.loads(line)
                self._ops = _address(entry["ops_listen"])
                return _address(entry["listen"])
        return None


class Dynalite(Server):
    """A server of DynamoDB's protocol in JavaScript, with its tables in memory."""

    def __init__(self, name, program, directory):
        super().__init__(name, ["node", str(program)], pathlib.Path(directory, f"{name}.log"))

    def requests(self):
        """How many have come so far."""
        lines = len(self._lines())
        os.kill(self.pid, signal.SIGUSR2)
        wait_until(lambda: len(self._lines()) > lines, PATIENCE_SECONDS, lambda: self._failure("does not tell"))
        return int(self._lines()[-1].removeprefix("requests: "))

    def _listening(self):
        lines = self._lines()
        return ("127.0.0.1", int(lines[0].removeprefix("port: "))) if lines else None

    def _lines(self):
        return [line for line in self._log.read_text().splitlines(keepends=True) if line.endswith("\n")]


class Bare(Server):
    """bench/bare_server.cpp: every request gets a copy of the given answer once a commit's bytes are on the disk."""

    def __init__(self, name, binary, answer, directory):
        reply = pathlib.Path(directory, "bare-answer")
        head = "".join(f"{field}: {value}\r\n" for field, value in answer.headers)
        reply.write_bytes(f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + answer.body)
        super().__init__(name, [binary, f"{directory}/bare", str(reply)], pathlib.Path(directory, "bare.log"))

    def _listening(self):
        written = self._log.read_text()
        return ("127.0.0.1", int(written.removeprefix("port: "))) if written.endswith("\n") else None


class Nginx(Server):
    """nginx, one process, that answers every request with a copy of the given answer."""

    def __init__(self, name, binary, answer, directory, access_log=None):
        home = pathlib.Path(directory, name.replace(" ", "-"))
        home.mkdir()
        self._port = _free_port()
        access = home / "access.log"
        configuration = home / "nginx.conf"
        configuration.write_text(_configuration(answer, self._port, home, access if access_log else "off"))
        super().__init__(name, [binary, "-p", str(home), "-e", "stderr", "-c", str(configuration)], home / "error.log")
        self._access = access if access_log else None

    def forget_log(self):
        if self._access:
            os.truncate(self._access, 0)

    def _listening(self):
        address = ("127.0.0.1", self._port)
        with contextlib.suppress(ConnectionRefusedError):
            return address if get(address, "/counter").status == 200 else None
        return None


def find_nginx(unpacked):
    """nginx from PATH, or unpacked by scripts/unpack-package.sh."""
    candidate = unpacked / "usr/sbin/nginx"
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or (candidate.exists() and str(candidate))
    if not found:
        command = f"scripts/unpack-package.sh nginx usr/sbin/nginx {os.path.relpath(unpacked)}"
        raise BenchFailed(f"nginx is missing: {command}")
    return found


def find_dynalite(packages):
    """The folder that npm has put it into."""
    if not (packages / "dynalite").exists():
        raise BenchFailed("dynalite is missing: npm ci")
    return packages / "dynalite"


def _configuration(answer, port, home, access_log):
    headers = "\n".join(f"      add_header {_quoted(name)} {_quoted(value)};"
                        for name, value in answer.headers if name.lower() not in WRITTEN_BY_NGINX)
    content_type = next(value for name, value in answer.headers if name.lower() == "content-type")
    temporary = "\n".join(f"  {module}_temp_path {home}/{module};"
                          for module in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return f"""\
daemon off;
master_process off;
worker_processes 1;
pid {home}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
{temporary}
  access_log {access_log};
  server_tokens off;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      default_type {_quoted(content_type)};
{headers}
      return 200 {_quoted(answer.body.decode())};
    }}
  }}
}}
"""


def _quoted(text):
    if "$" in text:
        raise BenchFailed(f"nginx would take the dollar in {text!r} for a variable")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _address(text):
    host, _, port = text.rpartition(":")
    return host, int(port)
