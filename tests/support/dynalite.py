"""Dynalite, a server that speaks DynamoDB's protocol, for as long as a test needs it."""

import re
import subprocess
import threading

from support.server import ROOT

PATIENCE_SECONDS = 60
PROGRAM = ROOT / "tests/support/dynalite.cjs"
KEYS = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_EC2_METADATA_DISABLED": "true"}


class Dynalite:
    """A server on a free port of 127.0.0.1, its tables in memory; use as a context manager."""

    def __enter__(self):
        self._process = subprocess.Popen(["node", PROGRAM], stdout=subprocess.PIPE, text=True)
        guard = threading.Timer(PATIENCE_SECONDS, self._process.kill)  # what never starts then ends its output
        guard.start()
        line = self._process.stdout.readline()
        guard.cancel()
        started = re.fullmatch(r"port: (\d+)\n", line)
        if not started:
            self.__exit__()
            raise AssertionError(f"dynalite does not start: {line!r}; npm ci installs it")
        self.endpoint = f"http://127.0.0.1:{started[1]}"
        return self

    def __exit__(self, *_):
        self.end()

    def signal(self, number):
        self._process.send_signal(number)

    def end(self):
        """Nobody listens on its port any more."""
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def store(self, table, timeout_seconds=PATIENCE_SECONDS):
        """The table's address, as --store takes it: patient, for the machine may be busy."""
        return f"dynamodb://{table}?region=local&endpoint={self.endpoint}&engine=dynalite&timeout={timeout_seconds}"
