"""Lives of a server on one store: load while it lives, and what a restart finds, held against what the clients saw."""

import contextlib
import os
import re
import signal
import subprocess

import pytest

from support.faults import traceable
from support.history import History
from support.raw_http import stored_count
from support.server import BINARY, PATIENCE_SECONDS, Server, run
from support.visitors import Visitors

CLIENTS = 50
NOT_RUN = "NOT RUN: "


def number_from(name, default):
    """A size of the run that the environment may change: `CRASH_CYCLES=100000`."""
    return int(os.environ.get(name, default))


def stored(store):
    """The count that a restart finds; the start must be a clean one."""
    got = run("get", "--store", store)
    assert (got.returncode, got.stderr) == (0, ""), got
    return int(got.stdout)


def command(*arguments, wrapper=()):
    """Runs a command of the program to its end, perhaps a violent one."""
    return subprocess.run([*wrapper, BINARY, *arguments], env=traceable(), capture_output=True, text=True,
                          timeout=PATIENCE_SECONDS, check=False)


def assert_refused(result):
    """The program did not start, and says why in one line of plain text."""
    assert (result.returncode, result.stdout) == (1, ""), result
    assert re.fullmatch(r"visitor-counter: [\x20-\x7e]+\n", result.stderr), result


class Lives:
    """One store over the lives of its servers; each life's visits are held against what the next one finds."""

    def __init__(self, store):
        self.store = store
        self.count = 0  # what the last start found
        self.history = History()  # since then

    @contextlib.contextmanager
    def life(self, *flags, clients=CLIENTS, **options):
        """A server under load; yields it and its visitors. The server is dead afterwards."""
        with Server(*flags, store=self.store, **options) as server:
            self._found(stored_count(server))
            visitors = Visitors(server.public, clients)
            try:
                with visitors:
                    yield server, visitors
                    visitors.address = None
            finally:
                if server.process.poll() is None:
                    server.process.kill()
                    server.wait()
                self.history.extend(visitors.history)

    def check(self):
        """Starts the program once more and holds what it finds against all that the clients saw."""
        self._found(stored(self.store))

    def _found(self, count):
        self.history.check(self.count, count)
        self.count, self.history = count, History()


def not_run(what):
    """Skips a test that this machine does not allow; the summary of the run names it."""
    pytest.skip(NOT_RUN + what)


def kill(server, visitors):
    visitors.address = None  # another program might get the port
    server.stop(signal.SIGKILL)
