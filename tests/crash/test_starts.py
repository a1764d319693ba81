"""Starts that meet an error at any of their steps: refused in one line, or right, and the next one is right (S5, S6)."""

import shutil
import signal

import pytest

from crash.lives import assert_refused, command, stored
from support.faults import tampering
from support.raw_http import VISIT, Connection
from support.server import Server, run

# Each system call of a start on the files of a store, and more steps than it has of them.
CALLS = {"openat": 12, "newfstatat,statx": 40, "flock": 3, "pread64": 8, "pwrite64": 8, "ftruncate": 4,
         "fsync": 6, "fdatasync": 4, "rename": 1}
SUFFIXES = ["", "-wal", ".lock", ".new", ".new-journal"]


def failing(call, step, path):
    return tampering(call, f"error=EIO:when={step}", paths=[path.parent, *(f"{path}{suffix}" for suffix in SUFFIXES)])


@pytest.mark.parametrize("call", CALLS)
def test_a_first_start_that_meets_an_error_at_any_step_is_refused_or_right(tmp_path, call):
    refused = 0
    for step in range(1, CALLS[call] + 1):
        path = tmp_path / f"first-{step}" / "visits.db"
        path.parent.mkdir()
        result = command("set", "main_counter", "7", "--store", f"sqlite:{path}", wrapper=failing(call, step, path))
        if result.returncode != 0:
            assert_refused(result)
            refused += 1
        else:
            assert result.stdout == "7\n"
            assert stored(f"sqlite:{path}") == 7
        assert run("set", "main_counter", "8", "--store", f"sqlite:{path}").stdout == "8\n", (step, result)
    assert refused > 0


@pytest.fixture(params=["killed", "without its log"])
def left(request, tmp_path):
    """The directory of a store that counted to 1, as a kill left it, or with its log folded in and taken away."""
    path = tmp_path / "left" / "visits.db"
    with Server(store=f"sqlite:{path}") as server, Connection(server.public) as connection:
        connection.ask(VISIT)
        server.stop(signal.SIGKILL if request.param == "killed" else signal.SIGTERM)
    if request.param != "killed":
        path.with_name("visits.db-wal").unlink()
    return path.parent


@pytest.mark.parametrize("call", [call for call in CALLS if call != "rename"])
def test_a_later_start_that_meets_an_error_at_any_step_is_refused_or_right(left, tmp_path, call):
    for step in range(1, CALLS[call] + 1):
        path = tmp_path / "copy" / "visits.db"
        shutil.copytree(left, path.parent, ignore=shutil.ignore_patterns("*.control"))  # which has a socket
        result = command("get", "--store", f"sqlite:{path}", wrapper=failing(call, step, path))
        if result.returncode != 0:
            assert_refused(result)
        else:
            assert result.stdout == "1\n", step
        assert stored(f"sqlite:{path}") == 1, (step, result)
        shutil.rmtree(path.parent)
