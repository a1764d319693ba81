"""A printed seed, and a list of what the machine did not let us try."""

import os
import random

import pytest

pytest.register_assert_rewrite("support.history", "support.visitors", "crash.lives")  # before their import

from crash.lives import NOT_RUN

SEED = int(os.environ.get("CRASH_SEED", random.SystemRandom().randrange(1 << 32)))


@pytest.fixture
def rng(request):
    """Random numbers of this test's own: the same again with CRASH_SEED."""
    print(f"CRASH_SEED={SEED}")
    return random.Random(f"{SEED} {request.node.name}")


def pytest_terminal_summary(terminalreporter):
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if NOT_RUN in reason:
            terminalreporter.write_line(reason.removeprefix("Skipped: "))
