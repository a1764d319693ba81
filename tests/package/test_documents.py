"""Manual pages and completions say what --help says."""

import re
import subprocess
import sys

import pytest

from package.command import command
from support.server import ROOT, clean_environment, run

sys.path.insert(0, str(ROOT / "packaging/documents"))
from completion import VALUES
from program import read

MANUAL = {"visitor-counter.1": "usr/share/man/man1", "visitor-counter.toml.5": "usr/share/man/man5"}


@pytest.fixture(scope="module")
def commands(program):
    return read(program)


def shown(page):
    """As a reader sees it, without hyphenation."""
    done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "--no-hyphenation", "-l", page], capture_output=True,
                          text=True, check=True, env=clean_environment(MANWIDTH="200"))
    assert done.stderr == ""
    return done.stdout


@pytest.fixture(params=MANUAL)
def page(request, unpacked):
    return shown(unpacked / MANUAL[request.param] / f"{request.param}.gz")


def test_a_manual_page_is_clean_and_has_every_setting(page, commands):
    toml = page.startswith("VISITOR-COUNTER.TOML(5)")
    for setting in commands.at("serve").options:
        if not (toml and setting.name == "--config"):
            assert re.search(rf"(?m)^ +{setting.name.removeprefix('--') if toml else setting.name}\b", page)


def test_the_manual_has_every_command_with_its_options(unpacked, commands):
    page = shown(unpacked / MANUAL["visitor-counter.1"] / "visitor-counter.1.gz")
    for one in commands.all[1:]:
        section = re.search(rf"(?m)^ {{3}}{' '.join(one.path)}\b.*\n((?: {{4,}}.*\n|\n)*)", page)
        assert section and one.help in re.sub(r"\s+", " ", section[1]), one.path
        rest = section[1] + page[page.index("\nSETTINGS\n"):]
        for option in one.options:
            assert re.search(rf"(?m)^ +{option.name}\b", rest), (one.path, option.name)


BASH = """
source "$1"
compopt() { :; }
COMP_WORDS=("${@:2}")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_visitor_counter
printf '%s\\n' "${COMPREPLY[@]}"
"""

# What completion offers is on its screen: here the two functions that would put it there print it.
ZSH = """
_arguments() { print -rl -- "${@}"; }
_files() { :; }
words=("${@:2}")
CURRENT=$#words
source "$1"
"""


def in_bash(unpacked, *words):
    file = unpacked / "usr/share/bash-completion/completions/visitor-counter"
    return set(command("bash", "-c", BASH, "bash", file, "visitor-counter", *words).split())


def in_fish(unpacked, *words):
    file = unpacked / "usr/share/fish/vendor_completions.d/visitor-counter.fish"
    line = " ".join(["visitor-counter", *words])
    offered = command("fish", "--no-config", "-c", f"source {file}; complete -C '{line}'",
                      env=clean_environment(HOME=str(unpacked), TERM="dumb"))
    return {line.partition("\t")[0] for line in offered.splitlines()}


def in_zsh(unpacked, *words):
    file = unpacked / "usr/share/zsh/vendor-completions/_visitor-counter"
    specifications = command("zsh", "-f", "-c", ZSH, "zsh", file, "visitor-counter", *words)
    options = re.findall(r"(?m)^(?:\(- \*\))?(--[a-z-]+)", specifications)
    return set(options) | set(re.findall(r'(?<=[( ])([a-z]+)\\:', specifications))


SHELLS = pytest.mark.parametrize("complete", [in_bash, in_zsh, in_fish], ids=["bash", "zsh", "fish"])


@SHELLS
def test_a_shell_offers_the_options_that_a_command_has(unpacked, commands, complete):
    for one in commands.all:
        wanted = {"--help", *(option.name for option in one.options)}
        assert {word for word in complete(unpacked, *one.path, "--") if word[0] == "-"} == wanted, one.path


@SHELLS
def test_a_shell_offers_the_commands_that_there_are(unpacked, commands, complete):
    for one in commands.all:
        if one.commands:
            offered = {word for word in complete(unpacked, *one.path, "") if word[0] != "-"}
            assert offered == {below.path[-1] for below in one.commands}


@pytest.mark.parametrize("words", [("--log-format", ""), ("--log-format", "=", ""), ("--log-format", "=")],
                         ids=["behind a space", "behind =", "at ="])
def test_bash_offers_the_values_that_an_option_has(unpacked, words):
    assert in_bash(unpacked, "serve", *words) == {"auto", "text", "json"}
    assert in_bash(unpacked, "serve", "--log-format", "t") == {"text"}


def test_fish_offers_the_values_that_an_option_has(unpacked):
    assert in_fish(unpacked, "serve", "--log-format", "t") == {"text"}


def test_bash_offers_files_where_a_file_is_asked_for(unpacked, tmp_path):
    (tmp_path / "visits.backup").touch()
    for words in ([("backup",), ("serve", "--config"), ("serve", "--config", "=")]):
        assert in_bash(unpacked, *words, f"{tmp_path}/vis") == {f"{tmp_path}/visits.backup"}
    assert in_bash(unpacked, "serve", "--listen", "") == set()


def test_every_value_that_is_offered_is_one_that_the_program_takes(commands):
    options = [option for option in commands.at("config").options if option.value in VALUES]
    assert len(options) >= 4
    for option in options:
        for value in VALUES[option.value].split():
            assert run("config", option.name, value).returncode == 0, (option.name, value)
