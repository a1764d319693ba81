"""Files that others moved or damaged, and two servers that want the same one (S10, S12, S13, S16)."""

import concurrent.futures
import contextlib
import itertools
import os
import re
import shutil
import sqlite3

import pytest

from crash.lives import Lives, assert_refused, command, number_from, stored
from support.raw_http import ask
from support.server import Server, run

RACES = number_from("CRASH_RACES", 100)
RACES_AT_ONCE = 20  # the loser waits a second for the lock, and uses nothing meanwhile
PAGE_BYTES = 4096


def renamed(file):
    file.rename(f"{file}.moved")


def deleted(file):
    file.unlink()


def replaced(file):
    shutil.copy(file, f"{file}.copy")
    os.rename(f"{file}.copy", file)


@pytest.mark.parametrize("suffix", ["", "-wal"], ids=["the file", "its log"])
@pytest.mark.parametrize("moved", [renamed, deleted, replaced])
def test_a_file_that_is_moved_under_load_ends_the_counting(path, store, moved, suffix):
    """Nothing is acknowledged once it is noticed, which is before the next answer: no visit that has a number may be in
    a file that the next start does not see."""
    with Lives(store).life(clients=8) as (server, visitors):
        visitors.wait_for(counted=50)
        moved(path.with_name(path.name + suffix))
        assert server.wait() == 1
        broken = server.wait_for_log("store broken")
        assert "while it was in use" in broken["reason"], broken
        visitors.stop()
        before = [line for line in visitors.history.lines if "counted" in line.split()]
        assert visitors.history.tally()["unknown"] >= 1 and len(before) >= 50


def test_a_moved_directory_ends_the_counting_and_moved_back_all_is_there(path, tmp_path):
    directory = tmp_path / "state"
    lives = Lives(f"sqlite:{directory}/visits.db")
    with lives.life(clients=8) as (server, visitors):
        visitors.wait_for(counted=50)
        directory.rename(tmp_path / "elsewhere")
        assert server.wait() == 1
    (tmp_path / "elsewhere").rename(directory)
    lives.check()


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A closed store with 41 visits on the main counter and some on others."""
    path = tmp_path_factory.mktemp("sound") / "visits.db"
    for counter, count in (("main_counter", 40), ("a", 1), ("z" * 128, 2**53 - 1)):
        assert run("set", counter, str(count), "--store", f"sqlite:{path}").returncode == 0
    with Server(store=f"sqlite:{path}") as server:
        assert ask(server.public, "GET", "/counter").json()["count"] == 41
    return path.read_bytes()


def assert_refused_or_right(path, what):
    got = run("get", "--store", f"sqlite:{path}")
    if got.returncode == 0:
        assert (got.stdout, got.stderr) == ("41\n", ""), what
    else:
        assert_refused(got)
    for leftover in path.parent.iterdir():
        leftover.unlink()
    return got.returncode != 0


def test_a_truncated_file_is_refused(sound, path):
    for size in range(0, len(sound), 512):
        path.write_bytes(sound[:size])
        assert assert_refused_or_right(path, size), size


def flipped(data, at, bit):
    return data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1:]


def test_a_flipped_byte_in_the_header_is_refused_or_changes_nothing(sound, path):
    refused = 0
    for at in range(100):
        path.write_bytes(flipped(sound, at, at % 8))
        refused += assert_refused_or_right(path, at)
    assert refused > 20


def test_a_flipped_bit_in_any_page_is_refused_or_changes_nothing(sound, path, rng):
    """Bytes of each page, those in use above all; the unit tests flip every one."""
    refused = 0
    for page in range(0, len(sound), PAGE_BYTES):
        used = [at for at in range(page, page + PAGE_BYTES) if sound[at]]
        for at in rng.sample(used, min(40, len(used))):
            path.write_bytes(flipped(sound, at, rng.randrange(8)))
            refused += assert_refused_or_right(path, at)
    assert refused > 60


def test_a_zeroed_page_is_refused(sound, path):
    for page in range(0, len(sound), PAGE_BYTES):
        path.write_bytes(sound[:page] + bytes(PAGE_BYTES) + sound[page + PAGE_BYTES:])
        assert assert_refused_or_right(path, page), page


def listens(server):
    """Starts the server; false if it ends instead."""
    try:
        server.__enter__()
        return True
    except AssertionError:
        return False


def race(directory):
    """Two servers start on one store: exactly one gets it."""
    servers = [Server(store=f"sqlite:{directory}/visits.db") for _ in range(2)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        got_it = list(pool.map(listens, servers))
    try:
        assert sorted(got_it) == [False, True], [server.log for server in servers]
        winner, loser = servers if got_it[0] else reversed(servers)
        assert loser.wait() == 1
        assert f"in use by process {winner.process.pid};" in str(loser.log)
        assert not (directory / "visits.db-shm").exists()
        assert winner.stop() == 0
    finally:
        for server in servers:
            server.__exit__()


def test_of_two_servers_that_start_at_once_exactly_one_gets_the_store(tmp_path):
    with concurrent.futures.ThreadPoolExecutor(RACES_AT_ONCE) as pool:
        list(pool.map(race, [tmp_path / f"race-{number}" for number in range(RACES)]))


@pytest.mark.parametrize("closed", [pair for length in (1, 2, 3) for pair in itertools.combinations((0, 1, 2), length)])
def test_closed_standard_descriptors_do_not_lead_into_the_store(path, store, closed):
    """A store opened as descriptor 1 or 2 would be written to by whatever prints."""
    without = ("sh", "-c", f'exec "$@" {" ".join(f"{fd}>&-" for fd in closed)}', "sh")
    for count in (1, 2):
        result = command("set", "main_counter", str(count), "--store", store, wrapper=without)
        assert result.returncode == 0
    refused = command("set", "main_counter", "no number", "--store", store, wrapper=without)
    assert refused.returncode == 2
    assert stored(store) == 2
    with contextlib.closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_people_see_that_a_record_is_as_it_was_written(path, store):
    assert run("set", "main_counter", "7", "--store", store).returncode == 0
    with contextlib.closing(sqlite3.connect(path)) as database:
        row = database.execute("SELECT content, seal, seal IS content FROM counters").fetchone()
    assert re.fullmatch(r"main_counter 7 \S+Z \S+Z never", row[0]) and row[1:] == (row[0], 1)
