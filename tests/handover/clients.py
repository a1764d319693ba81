"""Load from four kinds of client, none of which may notice a hand-over."""

import threading
import time

from e2e.answers import visit_number
from support.history import History
from support.raw_http import VISIT, Connection

GUARD_SECONDS = 90  # against hanging, on a busy machine and under sanitizers
PIPELINED = 4
PIECES = 3

_PAUSE = threading.Event()  # which never comes
PAUSE_SECONDS = 0.002  # between the pieces of a slow request


class Clients:
    """`each` clients of each kind visit `address` while the block runs; use as a context manager.

    `history` has every visit, `longest` the longest wait in seconds, `failures` whatever was no number: an end, a reset,
    a refusal, another answer. There must be none.
    """

    def __init__(self, address, each=3):
        self._address = address
        self._stopping = False
        self._changed = threading.Condition()
        self.history = History()
        self.counted = 0
        self.longest = 0
        self.failures = []
        kinds = (self._new_each_time, self._kept, self._pipelined, self._slow)
        self._threads = [threading.Thread(target=self._run, args=(kind,)) for kind in kinds for _ in range(each)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Each has the answers that it waits for."""
        self._stopping = True
        for thread in self._threads:
            thread.join(GUARD_SECONDS)
        assert not any(thread.is_alive() for thread in self._threads), "clients hang"

    def wait_for(self, visits):
        """Until so many more have got a number, or one has failed."""
        with self._changed:
            wanted = self.counted + visits
            assert self._changed.wait_for(lambda: self.counted >= wanted or self.failures, GUARD_SECONDS)

    def _run(self, kind):
        try:
            kind()
        except Exception as failure:  # whatever it is, the test shows it
            with self._changed:
                self.failures.append(f"{kind.__name__}: {failure!r}")
                self._changed.notify_all()

    def _new_each_time(self):
        while not self._stopping:
            with Connection(self._address) as connection:
                self._visits(connection, [VISIT])

    def _kept(self):
        with Connection(self._address) as connection:
            while not self._stopping:
                self._visits(connection, [VISIT])

    def _pipelined(self):
        with Connection(self._address) as connection:
            while not self._stopping:
                self._visits(connection, [VISIT * PIPELINED], PIPELINED)

    def _slow(self):
        size = len(VISIT) // PIECES + 1
        with Connection(self._address) as connection:
            while not self._stopping:
                self._visits(connection, [VISIT[at:at + size] for at in range(0, len(VISIT), size)])

    def _visits(self, connection, pieces, answers=1):
        sent = time.monotonic_ns()
        for number, piece in enumerate(pieces):
            if number > 0:
                _PAUSE.wait(PAUSE_SECONDS)
            connection.send(piece)
        complete = time.monotonic_ns()
        for _ in range(answers):
            number = visit_number(connection.response())
            answered = time.monotonic_ns()
            with self._changed:
                self.history.counted(sent, answered, number)
                self.counted += 1
                self.longest = max(self.longest, (answered - complete) / 1e9)
                self._changed.notify_all()
