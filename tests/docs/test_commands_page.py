"""docs/commands.md: every command is there, and every example prints what is written."""

import re
import shlex

import pytest

from docs.test_documentation import PAGES, shape, typed
from support.server import clean_environment, run

PAGE = PAGES["docs/commands.md"]


def commands():
    listed = run("--help").stdout.partition("Subcommands:")[2]
    return re.findall(r"^  (\w+)", listed, re.MULTILINE)


def sections():
    """The text of the page under each heading of commands: {"get": …, "set": …}."""
    parts = re.split(r"^## (.+)\n", PAGE, flags=re.MULTILINE)[1:]
    return {command: text for heading, text in zip(parts[::2], parts[1::2]) for command in heading.split(" and ")}


def test_every_command_has_a_section_and_nothing_else_has():
    assert "serve" in commands()
    assert sorted(sections()) == sorted(commands())


@pytest.mark.parametrize("command", sorted(set(sections()) - {"serve", "table"}))
def test_every_option_of_a_command_is_mentioned(command):
    common = set(re.findall(r"--[a-z-]+", run("serve", "--help").stdout)) | {"--help", "--json"}
    options = set(re.findall(r"--[a-z-]+", run(command, "--help").stdout)) - common
    assert options <= set(re.findall(r"--[a-z-]+", sections()[command]))


def comparable(text, directory):
    text = re.sub(r"\d+ bytes", "N bytes", shape(text.replace(str(directory), "/…")))
    return re.sub(r"\b\d{4}-\d\d-\d\d\b", "DAY", text)


def test_every_example_prints_what_is_written(tmp_path):
    environment = clean_environment(HOME=str(tmp_path), XDG_STATE_HOME=str(tmp_path / "state"))
    assert typed("docs/commands.md")
    for command, written in typed("docs/commands.md"):
        program, *arguments = shlex.split(command)
        assert program == "visitor-counter"
        result = run(*arguments, env=environment, cwd=tmp_path)
        assert comparable(result.stdout + result.stderr, tmp_path) == comparable(written, "/…"), command
        assert result.returncode == (1 if "visitor-counter: " in written else 0), command
