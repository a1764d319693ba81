"""kill -9, at random under load and at every step: an answered visit is never lost and never counted twice (S1, S2)."""

import contextlib
import re
import shutil
import signal

import pytest

from crash.lives import CLIENTS, Lives, command, kill, number_from, stored
from support.faults import tampered, tampering, traceable
from support.raw_http import VISIT, Connection, NoAnswer
from support.server import Server

CYCLES = number_from("CRASH_CYCLES", 200)

# Whatever changes files, or who holds them. Between two of these nothing of the store changes; what only looks
# (pread64, fstat) is on the way.
CHANGES = ["openat", "mkdir", "flock", "fcntl", "write", "pwrite64", "fsync", "fdatasync", "ftruncate", "fadvise64",
           "rename", "unlink", "close"]
# Of a commit: the log, the look at the files, and the answers on their way out.
COMMIT_CHANGES = ["pwrite64", "fdatasync", "newfstatat", "futex", "write", "sendto"]


def test_no_answered_visit_is_lost_by_kills_at_random(store, rng):
    lives = Lives(store)
    for _ in range(CYCLES):
        with lives.life() as (server, visitors):
            if visits := rng.randrange(0, 500):
                visitors.wait_for(visits)
            kill(server, visitors)
    lives.check()
    print(f"{CYCLES} kills, {CLIENTS} clients, {lives.count} visits stored, none lost or doubled: fewer than "
          f"{3 / CYCLES:.2g} of kills do so (95 %)")


def steps(run_with):
    """Runs with a kill at the 1st, 2nd, … of each system call that changes something, until it runs to its end."""
    for call in CHANGES:
        step = 1
        while run_with(call, step):
            step += 1
        yield call, step - 1


def test_a_kill_at_every_step_of_a_first_start_a_commit_and_a_stop(tmp_path):
    """One command does all of it: creates the store, commits, folds the log into the file and closes."""
    def killed(call, step):
        directory = tmp_path / f"{call}-{step}"
        store = f"sqlite:{directory}/visits.db"
        result = command("set", "main_counter", "7", "--store", store,
                         wrapper=tampering(call, f"signal=KILL:when={step}"))
        assert result.returncode in (0, -signal.SIGKILL), result
        found = command("get", "--store", store)
        if found.stdout != "7\n":
            assert result.stdout == "", (call, step, found)
            assert re.search("there is no counter|it does not exist", found.stderr), (call, step, found)
        assert command("set", "main_counter", "8", "--store", store).stdout == "8\n"
        assert stored(store) == 8
        return result.returncode != 0

    kills = dict(steps(killed))
    print(kills)
    assert kills["pwrite64"] >= 3 and kills["fdatasync"] >= 2 and kills["rename"] == 1


@pytest.fixture
def crashed(tmp_path):
    """A store as a kill left it, visits still in its log, and the count that is in it."""
    path = tmp_path / "crashed" / "visits.db"
    with Server(store=f"sqlite:{path}") as server:
        with Connection(server.public) as connection:
            for _ in range(5):
                connection.ask(VISIT)
        server.stop(signal.SIGKILL)
    assert path.with_name("visits.db-wal").stat().st_size > 0
    return path.parent, 5


def test_a_kill_at_every_step_of_a_start_after_a_crash(crashed, tmp_path):
    directory, count = crashed

    def killed(call, step):
        copy = tmp_path / "copy"
        shutil.copytree(directory, copy, ignore=shutil.ignore_patterns("*.control"))  # which has a socket
        store = f"sqlite:{copy}/visits.db"
        result = command("get", "--store", store, wrapper=tampering(call, f"signal=KILL:when={step}"))
        assert result.returncode in (0, -signal.SIGKILL), result
        assert stored(store) == count, (call, step)
        shutil.rmtree(copy)
        return result.returncode != 0

    kills = dict(steps(killed))
    print(kills)
    assert kills["pwrite64"] >= 1 and kills["ftruncate"] >= 1


@pytest.mark.parametrize("call", COMMIT_CHANGES)
def test_a_kill_at_every_step_of_commits_under_load(store, call):
    lives = Lives(store)
    for step in range(1, 7):
        killed_life(lives, 8, call, step)
    lives.check()


def killed_life(lives, clients, call, step, paths=()):
    with lives.life(clients=clients, env=traceable()) as (server, visitors):
        visitors.wait_for(counted=1)
        with tampered(server, call, f"signal=KILL:when={step}", paths=paths):
            assert server.wait() == -signal.SIGKILL


@pytest.mark.parametrize("call, steps_at_least", [("pwrite64", 4), ("fdatasync", 1)])
def test_a_kill_at_every_step_of_a_checkpoint_under_load(store, path, call, steps_at_least):
    """A running server writes to the database file in checkpoints only."""
    lives = Lives(store)
    for step in range(1, steps_at_least + 1):
        killed_life(lives, 8, call, step, [path])
    lives.check()


def writes_until_the_log_begins_anew(path):
    """Of one client's visits: how many writes the log gets after the first visit, up to that of its new header."""
    trace = path.with_name("trace")
    with Server(store=f"sqlite:{path}", env=traceable()) as server, Connection(server.public) as connection:
        connection.ask(VISIT)
        with tampered(server, "pwrite64", "delay_exit=0", trace, [f"{path}-wal"]):
            for _ in range(600):
                connection.ask(VISIT)
    offsets = re.findall(r"pwrite64\(.*, (\d+)\) += ", trace.read_text())
    return offsets.index("0") + 1


def visits_until_killed(path, step):
    """One client's visits until the server dies of this write to its log: how many were answered."""
    with Server(store=f"sqlite:{path}", env=traceable()) as server, Connection(server.public) as connection:
        connection.ask(VISIT)
        answered = 1
        with tampered(server, "pwrite64", f"signal=KILL:when={step}", paths=[f"{path}-wal"]):
            with contextlib.suppress(NoAnswer, ConnectionError):
                while connection.ask(VISIT).json()["count"] == answered + 1:
                    answered += 1
            assert server.wait() == -signal.SIGKILL
    return answered


def test_a_kill_where_the_log_begins_anew(tmp_path):
    header = writes_until_the_log_begins_anew(tmp_path / "model" / "visits.db")
    for step in range(header - 2, header + 4):
        path = tmp_path / str(step) / "visits.db"
        answered = visits_until_killed(path, step)
        assert stored(f"sqlite:{path}") in (answered, answered + 1), step
