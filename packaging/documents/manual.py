"""The manual pages, and the configuration file that is installed, from what the program says of its settings."""

import json
import pathlib
import re

from program import own_options, settings

HERE = pathlib.Path(__file__).parent
STORE = "sqlite:/var/lib/visitor-counter/visits.db"  # of the service, and of those who ask it


def page(name, program, version):
    """The text of visitor-counter.1 or visitor-counter.toml.5."""
    flags = name.endswith(".1")
    return (_template(name).replace("@VERSION@", _roff(version))
            .replace("@COMMANDS@", "\n".join(_command(command, program) for command in program.all if command.path))
            .replace("@SETTINGS@", "\n".join(_setting(option, flags) for option in _listed(program, flags))))


def configuration(program):
    """Each setting with its default, commented out; the store is named, for the commands that run outside of the service."""
    head = "# Configuration of visitor-counter: visitor-counter.toml(5). What is commented out is the default.\n"
    return head + "".join(f"\n# {_sentence(option.help)}\n{_line(option)}\n" for option in settings(program))


def _line(option):
    key = option.name.removeprefix("--")
    if key == "store":
        return f"store = {json.dumps(STORE)}"
    default = option.default if option.default.isdigit() else json.dumps(option.default)
    return f"#{key} = {default}"


def _template(name):
    return (HERE / f"{name}.in").read_text(encoding="utf-8")


def _listed(program, flags):
    """A file cannot name the file."""
    config = [option for option in program.at("serve").options if option.name == "--config"]
    return settings(program) + (config if flags else [])


def _command(command, program):
    arguments = " ".join(argument.name if argument.required else f"[{argument.name}]" for argument in command.arguments)
    synopsis = " ".join([*command.path, arguments]).strip()
    parts = [f".SS {_roff(synopsis)}", _roff(command.help)]
    parts += [f".TP\n.I {_roff(argument.name)}\n{_said(argument)}" for argument in command.arguments]
    parts += [_option(option) for option in own_options(command, program)]
    return "\n".join(parts)


def _setting(option, flags):
    return _option(option) if flags else f".TP\n.B {_roff(option.name.removeprefix('--'))}\n{_said(option)}"


def _option(option):
    value = f' " \\fI{_roff(option.value)}\\fR"' if option.value else ""
    return f".TP\n.BR {_roff(option.name)}{value}\n{_said(option)}"


def _said(entry):
    extra = [f"Default: {entry.default}."] if entry.default else []
    extra += [f"Not with {entry.excludes}."] if entry.excludes else []
    extra += ["Required."] if entry.required and entry.name.startswith("--") else []
    return "\n".join(map(_roff, [_sentence(entry.help), *extra]))


def _sentence(text):
    begins_with_word = re.match(r"[a-z]+ ", text)
    return f"{text[0].upper() if begins_with_word else text[0]}{text[1:]}{'' if text.endswith('.') else '.'}"


def _roff(text):
    """Text that roff takes as it is: hyphens are those of options, and no line is a request."""
    return re.sub(r"^(?=[.'])", r"\\&", text.replace("\\", r"\e").replace("-", r"\-"))
