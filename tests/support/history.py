"""What clients saw of their visits, and the checker that holds it against the stored count (history.hpp)."""

import os
import pathlib
import subprocess

from support.server import BINARY

CHECKER = os.environ.get("CHECK_HISTORY", str(pathlib.Path(BINARY).with_name("tests") / "check_history"))


class History:
    """Visits of any number of clients. Times are those of time.monotonic_ns. Any thread may add lines."""

    def __init__(self):
        self.lines = []

    def counted(self, sent, answered, number):
        self.lines.append(f"{sent} {answered} counted {number}")

    def not_counted(self, sent, answered):
        self.lines.append(f"{sent} {answered} not-counted")

    def unknown(self, sent, answered):
        """The store did not tell, or no answer came: then `answered` is when the client gave up."""
        self.lines.append(f"{sent} {answered} unknown")

    def extend(self, other):
        self.lines.extend(other.lines)

    def tally(self):
        """How many visits had each verdict."""
        verdicts = [line.split(" ")[2] for line in self.lines]
        return {verdict: verdicts.count(verdict) for verdict in ("counted", "not-counted", "unknown")}

    def text(self):
        return "".join(f"{line}\n" for line in self.lines)

    def check(self, before, after):
        """Raises AssertionError with the violations, if there are any."""
        checked = subprocess.run([CHECKER, "--before", str(before), "--after", str(after)], input=self.text(),
                                 capture_output=True, text=True, check=False)
        assert checked.returncode == 0, f"{self.tally()}, stored {before} to {after}:\n{checked.stdout}{checked.stderr}"
