"""The file's schema changes once no other release needs the one before, and not earlier."""

import concurrent.futures
import contextlib
import signal

import pytest

from e2e.answers import visit_number
from handover import partner
from handover.colours import Owner, Standby, refused
from handover.partner import Says
from support import golden
from support.golden import SCHEMA, SCHEMA_BEFORE, VISITS, schema_of
from support.raw_http import ask
from support.server import run


@pytest.fixture(autouse=True)
def old_file(path):
    golden.put(path)


def visit(server):
    return visit_number(ask(server.public, "GET", "/counter"))


def schema_in_use(store, path):
    """Of a store that a server has open."""
    copy = path.with_name("copy.db")
    copy.unlink(missing_ok=True)
    assert run("backup", str(copy), "--store", store).returncode == 0
    return schema_of(copy)


@contextlib.contextmanager
def taken_over(store, path):
    """Green, which has taken over from a release that knows the schema before; yields it and that one, a standby now."""
    with partner.Owner(path) as owner, concurrent.futures.ThreadPoolExecutor(1) as pool:
        welcomed = pool.submit(owner.welcome)
        with Standby("green", store) as green, welcomed.result() as blue, partner.listeners() as (public, ops):
            trial = path.with_name("visits.db.control") / "trial.db"
            golden.put(trial)
            blue.say(Says.PREPARE, VISITS)
            blue.hear(Says.READY)
            assert schema_of(trial) == SCHEMA_BEFORE
            blue.say(Says.TAKE, VISITS, b"main_counter", [public, ops, owner.listener(), owner.lock()])
            blue.hear(Says.OPENED)
            owner.die()
            host, port = green.wait_for_log("listening")["listen"].rsplit(":", 1)
            green.public = host, int(port)
            yield green, blue


def test_a_server_that_starts_alone_migrates_and_counts_on(store, path):
    with Owner("blue", store) as blue:
        migrated = blue.wait_for_log("schema migrated")
        assert (migrated["before"], migrated["schema"]) == (SCHEMA_BEFORE, SCHEMA)
        assert visit(blue) == VISITS + 1
    assert schema_of(path) == SCHEMA
    with Owner("blue", store) as blue:
        assert visit(blue) == VISITS + 2
        assert [line for line in blue.log if line.get("message") == "schema migrated"] == []


def test_a_command_leaves_the_schema_as_it_is(store, path, tmp_path):
    backup = str(tmp_path / "backup.db")
    for command in (["get"], ["set", "main_counter", "7"], ["list"], ["export"], ["history"], ["backup", backup],
                    ["restore", backup]):
        result = run(*command, "--store", store)
        assert result.returncode == 0, (command, result)
        assert schema_of(path) == SCHEMA_BEFORE, command


def test_nothing_is_migrated_before_the_release_that_stands_by_is_told_to_end(store, path):
    with taken_over(store, path) as (green, blue):
        assert visit(green) == VISITS + 1
        assert schema_in_use(store, path) == SCHEMA_BEFORE
        blue.say(Says.GOODBYE)
        green.wait_for_log("schema migrated")
        assert visit(green) == VISITS + 2
        assert schema_in_use(store, path) == SCHEMA
        assert green.stop() == 0
    assert schema_of(path) == SCHEMA


def test_a_release_that_is_killed_may_come_back_so_the_next_start_migrates(store, path):
    with taken_over(store, path) as (green, blue):
        blue.close()
        green.wait_for_log("standby left")
        with partner.standby(path, "blue", SCHEMA_BEFORE):
            assert visit(green) == VISITS + 1
        assert green.stop() == 0
    assert schema_of(path) == SCHEMA_BEFORE
    with Owner("green", store) as green:
        assert visit(green) == VISITS + 2
    assert schema_of(path) == SCHEMA


def test_a_server_that_stands_by_says_goodbye_when_it_is_told_to_end_and_not_when_it_is_killed(store, path):
    with taken_over(store, path) as (green, blue):
        blue.close()
        green.wait_for_log("standby left")
        for left, ending in enumerate((signal.SIGKILL, signal.SIGTERM), start=2):
            with Standby("red", store) as red:
                red.stop(ending)
            reason = green.wait_for_log("standby left", count=left)["reason"]
            assert (reason == "it was told to end") == (ending == signal.SIGTERM)
            assert ending == signal.SIGTERM or schema_in_use(store, path) == SCHEMA_BEFORE
        green.wait_for_log("schema migrated")
        assert schema_in_use(store, path) == SCHEMA


def test_nothing_is_migrated_where_both_releases_are_told_to_end(store, path):
    with taken_over(store, path) as (green, blue):
        green.process.send_signal(signal.SIGSTOP)  # both words reach it at once
        blue.say(Says.GOODBYE)
        green.process.send_signal(signal.SIGTERM)
        green.process.send_signal(signal.SIGCONT)
        assert green.wait() == 0
    assert schema_of(path) == SCHEMA_BEFORE


def test_a_release_that_knows_only_the_schema_before_does_not_join_afterwards(store, path):
    with Owner("blue", store) as blue:
        with partner.joining(path, "green", SCHEMA_BEFORE) as green:
            refusal = green.hear(Says.REFUSED)[2].decode()
        assert refusal == f"{path} has schema {SCHEMA}, and 9.9.9 knows none after {SCHEMA_BEFORE}; start a later version"
        assert visit(blue) == VISITS + 1


def test_a_file_of_a_later_schema_is_refused_and_left_as_it_is(store, path):
    later = path.read_bytes()
    later = later[:60] + (SCHEMA + 1).to_bytes(4, "big") + later[64:]  # PRAGMA user_version
    path.write_bytes(later)
    refused(run("serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--store", store),
            f"its schema version is {SCHEMA + 1}, this program knows {SCHEMA_BEFORE} and {SCHEMA}")
    assert path.read_bytes() == later
