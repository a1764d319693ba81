"""What holds for every command: its exit codes, and its data as JSON."""

import hashlib
import json
import re

import pytest

from e2e.commands import COMMANDS, printed
from support.server import Server, run


def test_help_lists_every_command():
    listed = printed(run("--help")).partition("Subcommands:")[2]
    assert set(re.findall(r"^  (\w+)", listed, re.MULTILINE)) == {command.split()[0] for command in COMMANDS}


def test_what_prints_data_prints_it_as_json_too(store):
    version = printed(run("version")).strip()
    assert json.loads(printed(run("version", "--json"))) == {"version": version}
    settings = json.loads(printed(run("config", "--json", "--store", store)))
    assert settings["store"] == {"value": store, "source": "--store"}
    assert settings["threads"] == {"value": "1", "source": "default"}
    with Server(store=store):
        assert json.loads(printed(run("health", "--json", "--store", store))) == {"status": "ready"}
    key = json.loads(printed(run("key", "create", "dave", "--plan", "partners", "--json")))
    digest = hashlib.sha256(key["key"].encode()).hexdigest()
    assert key == {"key": key["key"], "name": "dave", "sha256": digest, "plan": "partners"}


def test_the_configuration_as_json_has_its_tables(tmp_path):
    file = tmp_path / "visitor-counter.toml"
    file.write_text('[[usage_plan]]\nname = "partners"\nrate = 0.5\n')
    tables = json.loads(printed(run("config", "--json", "--config", file)))["tables"]
    assert tables == {"value": {"usage_plan": [{"name": "partners", "rate": 0.5}]}, "source": str(file)}
    assert json.loads(printed(run("config", "--json")))["tables"] == {"value": {}, "source": "default"}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_has_its_exit_codes_and_its_json(command):
    told = printed(run(*command.split(), "--help"))
    assert command.split()[-1] in told
    assert "Exit code: 0 done, 1 failed, 2 wrong usage." in told.splitlines()
    assert ("--json" in told) == (command not in ("serve", "export", "invoke"))  # no data, or JSON at any rate


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_is_used_wrongly_exits_with_2(command):
    wrong = run(*command.split(), "--nonsense")
    assert (wrong.returncode, wrong.stdout, len(wrong.stderr.splitlines())) == (2, "", 1)


FAILURES = {
    "serve": (), "health": (), "invoke": ("--event", "absent.json"), "get": (), "set": ("a", "1"), "list": (),
    "history": (), "export": (), "import": ("absent.jsonl",), "backup": ("backup.db",), "restore": ("absent.db",),
    "promote": ("green", "--yes"), "rollback": ("--yes",), "status": (), "table create": (), "table check": (),
    "doctor": ()}


def test_every_command_that_can_fail_is_made_to():
    assert set(FAILURES) == set(COMMANDS) - {"config", "version", "key create"}


@pytest.mark.parametrize("command", FAILURES)
def test_a_command_that_fails_exits_with_1(command, tmp_path):
    store = tmp_path / "visits.db"
    store.write_bytes(b"not a database" * 1000)
    settings = ("--store", f"sqlite:{store}", "--listen", "127.0.0.1:0")
    result = run(*command.split(), *FAILURES[command], *settings, cwd=tmp_path)
    assert result.returncode == 1
    if command != "doctor":  # its findings are its data
        assert result.stdout == ""
        assert result.stderr.splitlines()[-1].startswith("visitor-counter: ")
    assert sorted(file.name for file in tmp_path.iterdir() if not file.name.endswith(".lock")) == ["visits.db"]
