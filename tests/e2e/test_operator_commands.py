"""The commands of the operator: through the server that has the store, and in the store when none runs."""

import concurrent.futures
import contextlib
import json
import signal
import sqlite3

import pytest

from e2e.answers import visit_number
from support.raw_http import VISIT, Connection, ask
from support.server import Server, run


@pytest.fixture(params=["without a server", "with a server"])
def operate(request, store):
    """Runs a command on the store: operate("list", "--json")."""
    with contextlib.ExitStack() as stack:
        if request.param == "with a server":
            stack.enter_context(Server(store=store))
        yield lambda *arguments: run(*arguments, "--store", store)


def printed(result):
    """What a command that went well has printed."""
    assert (result.returncode, result.stderr) == (0, ""), result
    return result.stdout


def refused(result):
    """The one line of a command that has failed."""
    assert (result.returncode, result.stdout) == (1, ""), result
    assert len(result.stderr.splitlines()) == 1, result.stderr
    return result.stderr


# --- list --------------------------------------------------------------------------------------------------------


def test_list_prints_every_counter(operate):
    for name, count in (("main_counter", 41), ("a", 7), ("main_counter.preview.blue", 3)):
        printed(operate("set", name, str(count)))
    heading, *lines = printed(operate("list")).splitlines()
    assert heading.split() == ["COUNTER", "VISITS", "LAST"]
    assert [line.split()[:2] for line in lines] == [
        ["a", "7"], ["main_counter", "41"], ["main_counter.preview.blue", "3"]]


def test_list_prints_the_records_as_json(operate):
    for name in ("b", "a"):
        printed(operate("set", name, "1"))
    records = json.loads(printed(operate("list", "--json")))
    assert records == [json.loads(printed(operate("get", name, "--json"))) for name in ("a", "b")]


def test_list_leaves_out_what_has_expired(store):
    printed(run("set", "a", "1", "--store", store))
    printed(run("set", "b", "1", "--store", store, "--counter-ttl-days", "1"))
    listed = json.loads(printed(run("list", "--json", "--store", store)))
    assert [(each["counter_id"], "ItemExpireTTL" in each) for each in listed] == [("a", False), ("b", True)]


def test_list_of_a_store_without_a_counter_is_empty(store):
    with Server(store=store):
        assert json.loads(printed(run("list", "--json", "--store", store))) == []


def test_list_of_an_absent_store_fails_and_creates_nothing(path, store):
    assert str(path) in refused(run("list", "--store", store))
    assert list(path.parent.iterdir()) == []


def test_list_finds_a_store_in_memory_by_its_ops_address():
    with Server() as server:
        there = ("--ops-listen", "{}:{}".format(*server.ops))
        assert visit_number(ask(server.public, "GET", "/counter")) == 1
        assert json.loads(printed(run("list", "--json", *there)))[0]["visit_count"] == 1


# --- set --expect ------------------------------------------------------------------------------------------------


def test_set_overwrites_only_the_count_that_is_expected(operate):
    assert printed(operate("set", "main_counter", "5", "--expect", "0")) == "5\n"
    assert "main_counter stands at 5, not at 4" in refused(operate("set", "main_counter", "9", "--expect", "4"))
    assert printed(operate("get")) == "5\n"
    assert printed(operate("set", "main_counter", "9", "--expect", "5")) == "9\n"


def test_set_that_expects_something_of_an_absent_counter_makes_none(operate):
    printed(operate("set", "another", "1"))
    assert "stands at 0, not at 1" in refused(operate("set", "main_counter", "9", "--expect", "1"))
    assert "main_counter" in refused(operate("get"))


def test_set_sees_the_visits_that_came_since(store):
    with Server(store=store) as server:
        assert visit_number(ask(server.public, "GET", "/counter")) == 1
        assert visit_number(ask(server.public, "GET", "/counter")) == 2
        assert "stands at 2, not at 1" in refused(run("set", "main_counter", "9", "--expect", "1", "--store", store))
        assert visit_number(ask(server.public, "GET", "/counter")) == 3


# --- backup and restore ------------------------------------------------------------------------------------------


@pytest.fixture
def backup(tmp_path):
    return tmp_path / "backup.db"


def test_a_backup_has_all_that_was_counted_and_is_restored(operate, path, store, backup, tmp_path):
    printed(operate("set", "main_counter", "41"))
    assert printed(operate("backup", backup)) == f"{backup}: {backup.stat().st_size} bytes\n"
    assert backup.stat().st_mode & 0o777 == 0o600
    printed(operate("set", "main_counter", "99"))
    elsewhere = f"sqlite:{tmp_path / 'elsewhere' / 'visits.db'}"
    assert "elsewhere/visits.db: restored\n" in printed(run("restore", backup, "--store", elsewhere))
    assert printed(run("get", "--store", elsewhere)) == "41\n"
    assert printed(operate("get")) == "99\n"


def test_a_backup_under_load_has_every_visit_that_was_answered_before_it(store, backup, tmp_path):
    with Server(store=store) as server, concurrent.futures.ThreadPoolExecutor(4) as visitors:
        def visit(times):
            with Connection(server.public) as connection:
                return [connection.ask(VISIT).json()["count"] for _ in range(times)]

        before = max(visit(50))
        begun = [visitors.submit(visit, 300) for _ in range(4)]
        printed(run("backup", backup, "--store", store))
        numbers = [number for visits in begun for number in visits.result()]
        assert sorted(numbers) == list(range(before + 1, before + 1201))
    with contextlib.closing(sqlite3.connect(backup)) as database:
        count, = database.execute("SELECT visit_count FROM counters").fetchone()
        hours, = database.execute("SELECT sum(visits) FROM visits_per_hour").fetchone()
    assert before <= count == hours <= before + 1200


def test_a_backup_replaces_nothing(operate, backup):
    printed(operate("set", "main_counter", "41"))
    backup.write_text("mine")
    assert "there already" in refused(operate("backup", backup))
    assert backup.read_text() == "mine"


def test_a_backup_that_cannot_be_written_leaves_nothing(operate, tmp_path):
    printed(operate("set", "main_counter", "41"))
    assert "absent" in refused(operate("backup", tmp_path / "absent" / "backup.db"))
    assert not (tmp_path / "absent").exists()


def test_what_is_in_no_file_has_no_backup(backup):
    with Server() as server:
        there = ("--ops-listen", "{}:{}".format(*server.ops))
        assert "in no file" in refused(run("backup", backup, *there))
    assert not backup.exists()


def test_restore_keeps_what_was_there_with_its_log(path, store, backup):
    printed(run("set", "main_counter", "41", "--store", store))
    printed(run("backup", backup, "--store", store))
    with Server(store=store) as server:
        assert visit_number(ask(server.public, "GET", "/counter")) == 42
        server.stop(signal.SIGKILL)
    done = json.loads(printed(run("restore", backup, "--json", "--store", store)))
    assert done["file"] == str(path)
    assert done["kept"].startswith(f"{path}.before-")
    assert printed(run("get", "--store", store)) == "41\n"
    assert printed(run("get", "--store", f"sqlite:{done['kept']}")) == "42\n"
    assert sorted(file.name for file in path.parent.iterdir() if "restored" in file.name) == []
    with Server(store=store) as server:
        assert visit_number(ask(server.public, "GET", "/counter")) == 42


def test_restore_helps_where_the_store_is_damaged_or_gone(path, store, backup):
    printed(run("set", "main_counter", "41", "--store", store))
    printed(run("backup", backup, "--store", store))
    path.write_bytes(b"not a database" * 1000)
    printed(run("restore", backup, "--store", store))
    assert printed(run("get", "--store", store)) == "41\n"
    path.unlink()  # its log is still there
    assert "restore a backup" in refused(run("set", "main_counter", "1", "--store", store))
    printed(run("restore", backup, "--store", store))
    assert printed(run("get", "--store", store)) == "41\n"


def test_restore_refuses_a_store_that_a_server_has(store, backup):
    printed(run("set", "main_counter", "41", "--store", store))
    printed(run("backup", backup, "--store", store))
    with Server(store=store) as server:
        assert str(server.process.pid) in refused(run("restore", backup, "--store", store))
        assert visit_number(ask(server.public, "GET", "/counter")) == 42


def spoiled(content):
    return content[:4096] + b"\xa5" * (len(content) - 4096)


@pytest.mark.parametrize("spoil", [lambda content: b"a diary\n" * 1000, spoiled, lambda content: content[:5000],
                                   lambda content: b""],
                         ids=["another file", "overwritten pages", "cut off", "empty"])
def test_restore_refuses_what_is_no_sound_backup_and_leaves_the_store(path, store, backup, spoil):
    printed(run("set", "main_counter", "41", "--store", store))
    printed(run("backup", backup, "--store", store))
    backup.write_bytes(spoil(backup.read_bytes()))
    before = sorted(path.parent.iterdir())
    assert str(backup) in refused(run("restore", backup, "--store", store))
    assert sorted(path.parent.iterdir()) == before
    assert printed(run("get", "--store", store)) == "41\n"


def test_restore_refuses_a_store_in_the_place_of_a_backup(path, store, tmp_path):
    other = tmp_path / "other.db"
    with Server(store=f"sqlite:{other}") as server:
        assert visit_number(ask(server.public, "GET", "/counter")) == 1
        server.stop(signal.SIGKILL)
    assert "write-ahead log" in refused(run("restore", other, "--store", store))
    assert not path.exists()
    assert "itself" in refused(run("restore", other, "--store", f"sqlite:{other}"))


def test_restore_of_what_is_no_file_is_refused(backup):
    backup.write_bytes(b"")
    assert "SQLite" in refused(run("restore", backup, "--store", "memory:"))


def test_restore_of_an_absent_backup_names_it(store, backup):
    assert str(backup) in refused(run("restore", backup, "--store", store))
