"""The commands of the operator: through the server that has the store, and in the store when none runs."""

import concurrent.futures
import contextlib
import json
import os
import pty
import signal
import sqlite3
import subprocess

import pytest

from e2e.answers import visit_number
from e2e.commands import printed, refused
from support.raw_http import VISIT, Connection, ask
from support.server import BINARY, Server, clean_environment, run


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
    for command in (("get",), ("set", "main_counter", "1")):
        assert "restore a backup" in refused(run(*command, "--store", store))
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


# --- export and import -------------------------------------------------------------------------------------------

LINE = ('{"counter_id": "%s", "visit_count": %d, "created_date": "2025-01-01T00:00:00Z", '
        '"last_updated": "2026-01-01T00:00:00Z"}\n')


@pytest.fixture
def lines(tmp_path):
    return tmp_path / "counters.jsonl"


def test_what_is_exported_can_be_imported_elsewhere(operate, lines, tmp_path):
    for name, count in (("main_counter", 41), ("a", 7)):
        printed(operate("set", name, str(count)))
    exported = printed(operate("export"))
    assert [json.loads(line)["counter_id"] for line in exported.splitlines()] == ["a", "main_counter"]
    lines.write_text(exported)
    elsewhere = f"sqlite:{tmp_path / 'elsewhere' / 'visits.db'}"
    assert printed(run("import", lines, "--store", elsewhere)) == "imported: 2 counters, of which 0 replace others\n"
    assert printed(run("export", "--store", elsewhere)) == exported


def test_import_refuses_counters_that_are_there_unless_they_are_to_be_replaced(operate, lines):
    printed(operate("set", "b", "1"))
    lines.write_text(LINE % ("a", 7) + "\n" + LINE % ("b", 8))
    assert "b is there already" in refused(operate("import", lines))
    assert "no counter a" in refused(operate("get", "a"))
    done = json.loads(printed(operate("import", lines, "--replace", "--json")))
    assert done == {"counters": 2, "replaced": 1, "dry_run": False}
    assert printed(operate("get", "a")) == "7\n"
    assert json.loads(printed(operate("get", "b", "--json"))) == json.loads(LINE % ("b", 8))


def test_a_dry_run_changes_nothing(operate, lines, path):
    printed(operate("set", "b", "1"))
    lines.write_text(LINE % ("a", 7))
    assert "would be imported: 1 counters" in printed(operate("import", lines, "--dry-run"))
    assert "no counter a" in refused(operate("get", "a"))
    lines.write_text(LINE % ("b", 8))
    assert "b is there already" in refused(operate("import", lines, "--dry-run"))
    assert "of which 1 replace" in printed(operate("import", lines, "--dry-run", "--replace"))
    assert printed(operate("get", "b")) == "1\n"


def test_a_dry_run_creates_no_store(path, store, lines):
    lines.write_text(LINE % ("a", 7))
    printed(run("import", lines, "--dry-run", "--store", store))
    assert not path.exists()


def test_import_reads_standard_input(store):
    assert "1 counters" in printed(run("import", "--store", store, input=LINE % ("a", 7)))
    assert printed(run("get", "a", "--store", store)) == "7\n"


@pytest.mark.parametrize("text, mention", [
    pytest.param(LINE % ("a", 1) + "nonsense\n", "line 2", id="no JSON"),
    pytest.param(LINE % ("a", 1) + LINE % ("a", 2), "line 2: a comes twice", id="a counter twice"),
    pytest.param(LINE % ("a b", 1), "a b", id="a bad id"),
    pytest.param(LINE % ("a", 2**53), "visit_count", id="a count that is too large"),
])
def test_a_line_that_is_no_record_is_named_and_nothing_is_imported(operate, lines, text, mention):
    printed(operate("set", "b", "1"))
    lines.write_text(text)
    assert mention in refused(operate("import", lines))
    assert [json.loads(line)["counter_id"] for line in printed(operate("export")).splitlines()] == ["b"]


def test_a_table_takes_no_import(lines):
    lines.write_text(LINE % ("a", 7))
    table = "dynamodb://a-table?region=us-east-1&endpoint=http://127.0.0.1:1"
    for arguments in ((), ("--dry-run",), ("--replace",)):
        assert "a table takes no import, `set` changes a counter" in refused(
            run("import", lines, *arguments, "--store", table))


def test_visits_go_on_from_what_was_imported_into_a_running_server(store, lines):
    lines.write_text(LINE % ("main_counter", 41))
    with Server(store=store) as server:
        printed(run("import", lines, "--store", store))
        assert visit_number(ask(server.public, "GET", "/counter")) == 42


def test_a_terminal_is_told_how_far_an_import_has_come(store, lines):
    lines.write_text("".join(LINE % (f"c{number}", number) for number in range(1000)))
    terminal, seen_by_program = pty.openpty()
    with os.fdopen(terminal, "rb", buffering=0) as reader:
        result = subprocess.run([BINARY, "import", lines, "--store", store], env=clean_environment(),
                                stdout=subprocess.PIPE, stderr=seen_by_program, timeout=60, check=True)
        os.close(seen_by_program)
        assert b"lines read" in reader.read(4096)
    assert result.stdout == b"imported: 1000 counters, of which 0 replace others\n"
