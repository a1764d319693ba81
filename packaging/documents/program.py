"""What a program says of itself in --help: commands, options, arguments."""

import dataclasses
import re
import subprocess

HELP_COLUMN = 30  # where CLI11 begins what it says of an entry


@dataclasses.dataclass(frozen=True)
class Entry:
    """A line of --help: an option, an argument or a command."""

    name: str  # --listen, ID, serve
    value: str  # what it is called: ADDRESS:PORT; empty for a flag
    default: str
    required: bool
    excludes: str
    help: str


@dataclasses.dataclass(frozen=True)
class Command:
    path: tuple  # of names; empty for the program itself
    help: str
    arguments: list
    options: list  # without --help, which each has
    commands: list

    @property
    def all(self):
        """Itself and all below it."""
        return [self, *(below for command in self.commands for below in command.all)]

    def at(self, *path):
        return next(command for command in self.all if command.path == path)


def read(program, *path):
    """The command at this path, the program itself without one, and all below."""
    text = subprocess.run([program, *path, "--help"], capture_output=True, text=True, check=True).stdout
    entries = {name: _entries(text, name) for name in ("Positionals", "Options", "Subcommands")}
    assert entries["Options"][0].name == "-h,--help", text
    return Command(path, text.partition("\n")[0], entries["Positionals"], entries["Options"][1:],
                   [read(program, *path, entry.name) for entry in entries["Subcommands"]])


def settings(program):
    """The options of `serve` that are settings: keys of the configuration file."""
    printed = {option.name for option in program.at("config").options} - {"--config"}
    return [option for option in program.at("serve").options if option.name in printed]


def own_options(command, program):
    """Those of this command alone."""
    shared = {setting.name for setting in settings(program)} | {"--config"}
    return [option for option in command.options if option.name not in shared]


def _entries(text, section):
    found = re.search(rf"^{section}:\n((?:  .*\n)*)", text, re.MULTILINE)
    lines = found[1] if found else ""
    # A long beginning has what is said of it on the next line, in the same column.
    pairs = re.findall(rf"^(?:(  \S.*)\n {{{HELP_COLUMN}}}|(  \S.{{{HELP_COLUMN - 3}}}))(\S.*)\n", lines, re.MULTILINE)
    assert sum(1 + bool(long) for long, _, _ in pairs) == lines.count("\n"), f"cannot read {lines}"
    return [_entry((long or short).strip(), said) for long, short, said in pairs]


def _entry(beginning, said):
    match = re.match(r"(?P<name>\S+)(?: (?!REQUIRED)(?P<value>[A-Z:]+)(?![a-z])(?:=(?P<default>\S+))?)?", beginning)
    excludes = re.search(r"Excludes: ((?:--\S+ ?)+)", beginning)
    return Entry(match["name"], match["value"] or "", match["default"] or "", " REQUIRED" in beginning,
                 excludes[1].strip() if excludes else "", said)
