"""Starts and ends the servers that are compared, each on SERVER_CPU."""

import json
import os
import pathlib
import signal
import socket
import subprocess

from bench.load import get
from bench.machine import SERVER_CPU, BenchFailed, cpu_seconds, pinned, wait_until

PATIENCE_SECONDS = 20
COUNTER_ID = "main_counter"


class Server:
    """A server process in the foreground; use as a context manager. `address` answers GET of `target` with 200."""

    target = "/counter"

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

    @property
    def pids(self):
        """Of every process that has a part in an answer."""
        return [self.pid]

    def count(self):
        """The visits that it holds; None: it keeps no number."""
        return None

    def stop(self):
        self._process.terminate()
        try:
            self._process.wait(PATIENCE_SECONDS)
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise

    def cpu_seconds(self):
        return sum(map(cpu_seconds, self.pids))

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

    def commits(self):
        """How many there were, and the seconds that they took together."""
        metrics = dict(line.rsplit(" ", 1) for line in get(self._ops, "/metrics").body.decode().splitlines() if line[0] != "#")
        return [float(metrics[f"visitorcounter_store_commit_duration_seconds_{each}"]) for each in ("count", "sum")]

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


def find_dynalite(packages):
    """The folder that npm has put it into."""
    if not (packages / "dynalite").exists():
        raise BenchFailed("dynalite is missing: npm ci")
    return packages / "dynalite"


def library_path(unpacked):
    """The environment in which programs find the libraries that are unpacked beside them."""
    return {"LD_LIBRARY_PATH": ":".join(map(str, unpacked.glob("usr/lib/*-linux-gnu")))}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _address(text):
    host, _, port = text.rpartition(":")
    return host, int(port)
