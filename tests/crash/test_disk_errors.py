"""A failing, full, slow or read-only disk: what was answered is stored, and nothing is a guess (S4-S6, S8, S9, S14)."""

import signal

import pytest

from crash.lives import CLIENTS, Lives, assert_refused, command, not_run, number_from, stored
from support.faults import fill, remount, small_file_system, tampered, tampering, traceable, within_size
from support.raw_http import VISIT, Connection
from support.server import Server, run

STEPS = number_from("CRASH_STEPS", 5)


def assert_ended_by_a_broken_store(server, why):
    """The server left by itself, and its last words say why in plain text."""
    assert server.wait() == 1
    broken = server.wait_for_log("store broken")
    assert why in broken["reason"], broken


def assert_nothing_counted_after_a_failure(history):
    """No visit that was sent after somebody had heard of the failure got a number."""
    lines = [line.split(" ") for line in history.lines]
    failures = [int(answered) for _, answered, verdict, *_ in lines if verdict != "counted"]
    heard = min(failures, default=None)
    assert heard is not None
    assert not [line for line in lines if int(line[0]) > heard and line[2] == "counted"]


@pytest.mark.parametrize(
    "call, file, steps",
    [("fdatasync", "-wal", STEPS), ("pwrite64", "-wal", STEPS), ("fdatasync", "", 1), ("pwrite64", "", 2)],
    ids=["sync of the log", "write to the log", "sync of the file", "write to the file"])
def test_after_an_error_at_the_kth_call_nothing_more_is_acknowledged(store, path, call, file, steps):
    """A running server writes to the database file, and syncs it, in checkpoints only."""
    lives = Lives(store)
    for step in range(1, steps + 1):
        with lives.life(clients=8, env=traceable()) as (server, visitors):
            visitors.wait_for(counted=1)
            with tampered(server, call, f"error=EIO:when={step}", paths=[f"{path}{file}"]):
                assert_ended_by_a_broken_store(server, "disk I/O error")
            visitors.stop()
            assert_nothing_counted_after_a_failure(visitors.history)
    lives.check()


def test_the_batch_of_a_failed_sync_is_unknown(store):
    with Server(store=store, env=traceable()) as server, Connection(server.public) as first:
        first.ask(VISIT)
        with tampered(server, "fdatasync", "error=EIO:delay_enter=200000"):
            first.send(VISIT)
            answer = first.response()
        assert (answer.status, answer["X-Visit-Outcome"]) == (500, "unknown")
        assert server.wait() == 1
    assert stored(store) in (1, 2)


@pytest.mark.parametrize("bytes_more", range(100, 4_200 * 2, 1_300))
def test_a_write_that_is_cut_short_is_no_commit(store, path, bytes_more):
    """The log may grow to this size; the write across the line is short and the rest of it fails."""
    lives = Lives(store)
    for _ in range(2):
        with lives.life(clients=8, wrapper=within_size(40_000 + bytes_more)) as (server, visitors):
            assert_ended_by_a_broken_store(server, "disk I/O error")
    lives.check()


def starts_with(call, error, store, paths=()):
    """Starts with this error at the 1st, 2nd, … such call, until one start meets none: their results."""
    step, failed = 1, True
    while failed:
        result = command("get", "--store", store, wrapper=tampering(call, f"error={error}:when={step}", paths=paths))
        failed = result.returncode != 0
        yield step, result
        step += 1


@pytest.mark.parametrize(
    "call, refusals", [("fsync", 2), ("fdatasync", 1), ("pread64", 1), ("ftruncate", 1), ("pwrite64", 1)])
def test_a_start_that_meets_an_io_error_is_refused_and_the_next_one_is_right(store, path, call, refusals):
    refused = 0
    with Server(store=store) as server, Connection(server.public) as connection:
        connection.ask(VISIT)
        server.stop(signal.SIGKILL)
    files = [path, f"{path}-wal", path.parent]
    backup = {file: (path.parent / file).read_bytes() for file in ("visits.db", "visits.db-wal")}
    for step, result in starts_with(call, "EIO", store, files):
        if result.returncode != 0:
            assert_refused(result)
            refused += 1
        assert stored(store) == 1, step
        for file, data in backup.items():
            (path.parent / file).write_bytes(data)
    assert refused >= refusals


def test_a_directory_that_cannot_be_made_durable_refuses_the_start(store, path):
    """SQLite ignores this error; a power cut could then take the file away."""
    path.parent.mkdir(exist_ok=True)
    for _ in range(2):  # a first start, and a later one
        result = command("get", "--store", store, wrapper=tampering("fsync", "error=EIO", paths=[path.parent]))
        refused = command("set", "main_counter", "1", "--store", store,
                          wrapper=tampering("fsync", "error=EIO", paths=[path.parent]))
        assert_refused(refused)
        assert "durable" in refused.stderr
        assert result.returncode == 1
        assert run("set", "main_counter", "1", "--store", store).stdout == "1\n"


def test_a_full_disk_refuses_visits_and_counts_again_when_there_is_space(tmp_path):
    with small_file_system(tmp_path, "2m") as mounted:
        if not mounted:
            not_run("a full disk; mounting a tmpfs is not allowed here (injected ENOSPC is tested)")
        lives = Lives(f"sqlite:{tmp_path}/state/visits.db")
        with lives.life() as (server, visitors):
            for _ in range(3):
                visitors.wait_for(counted=100)
                ballast = fill(tmp_path)
                server.wait_for_log("store refuses visits", len(messages(server, "store refuses visits")) + 1)
                ballast.unlink()
                visitors.wait_for(counted=100)
            assert messages(server, "store broken") == []
            assert server.stop() == 0
        lives.check()


def messages(server, text):
    return [line for line in list(server.log) if line.get("message") == text]


def test_a_disk_that_stays_full_still_counts_in_the_room_that_the_log_has(tmp_path):
    with small_file_system(tmp_path, "1m") as mounted:
        if not mounted:
            not_run("a disk that stays full; mounting a tmpfs is not allowed here")
        lives = Lives(f"sqlite:{tmp_path}/state/visits.db")
        with lives.life() as (server, visitors):
            visitors.wait_for(counted=100)
            fill(tmp_path)
            for _ in range(3):
                server.wait_for_log("store refuses visits", len(messages(server, "store refuses visits")) + 1)
                visitors.wait_for(counted=20)
            assert server.stop() == 0
        lives.check()


def test_a_full_disk_refuses_a_start_in_one_line_and_harms_nothing(tmp_path):
    with small_file_system(tmp_path, "64k") as mounted:
        if not mounted:
            not_run("a start on a full disk; mounting a tmpfs is not allowed here")
        ballast = fill(tmp_path)
        store = f"sqlite:{tmp_path}/visits.db"
        assert_refused(command("set", "main_counter", "7", "--store", store))
        ballast.unlink()
        assert run("set", "main_counter", "7", "--store", store).stdout == "7\n"


def test_a_read_only_file_system_refuses_a_start_in_one_line(tmp_path):
    with small_file_system(tmp_path, "1m") as mounted:
        if not mounted:
            not_run("a start on a read-only file system; mounting a tmpfs is not allowed here")
        store = f"sqlite:{tmp_path}/visits.db"
        assert run("set", "main_counter", "7", "--store", store).stdout == "7\n"
        remount(tmp_path, "ro")
        refused = command("serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--store", store)
        assert_refused(refused)
        assert "Read-only file system" in refused.stderr and str(tmp_path) in refused.stderr
        remount(tmp_path, "rw")
        assert stored(store) == 7


def test_a_file_system_that_turns_read_only_ends_the_counting(store):
    """As ext4 does after an error of its own (errors=remount-ro)."""
    lives = Lives(store)
    with lives.life(env=traceable()) as (server, visitors):
        visitors.wait_for(counted=10)
        with tampered(server, "pwrite64", "error=EROFS"):
            assert_ended_by_a_broken_store(server, "disk I/O error")
    lives.check()


def test_a_slow_disk_makes_large_batches_and_early_refusals_and_nothing_unknown(store):
    """Every sync takes 2 s: what does not fit into the queue is refused at once."""
    lives = Lives(store)
    with lives.life("--queued-visits-max", "20", clients=CLIENTS, env=traceable()) as (server, visitors):
        visitors.wait_for(counted=1)
        with tampered(server, "fdatasync", "delay_exit=2000000"):
            visitors.wait_for(visits=200)
            visitors.wait_for(counted=20)
        visitors.stop()
        assert server.stop() == 0
        tally = visitors.history.tally()
    assert tally["unknown"] == 0 and tally["not-counted"] >= 100, tally
    lives.check()
