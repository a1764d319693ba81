"""What the Markdown files say is true: links, paths, commands, settings, limits, and every answer to a `$ curl`."""

import json
import pathlib
import re
import shlex
import subprocess
import tomllib

import pytest

from support.server import BINARY, ROOT, Server, clean_environment, run
from tidy import rules


def output(*command):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def listed_files():
    """What is in the repository or about to be."""
    listed = output("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return sorted(name for name in listed.split("\0") if (ROOT / name).is_file())


FILES = listed_files()
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in FILES if name.endswith(".md")}
CONFIGURATION = PAGES["docs/configuration.md"]
CODE_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
every_page = pytest.mark.parametrize("page", PAGES)


def rows(page, first_column):
    """The cells of the table whose header begins with this word."""
    table = re.search(rf"^\| {first_column} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", page, re.MULTILINE)
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in table[1].splitlines()]


def code(cell):
    """Of `x`: x. Of other cells: nothing."""
    match = re.fullmatch(r"`([^`]*)`", cell)
    return match[1] if match else ""


# --- links, paths and commands -----------------------------------------------------------------------------------


def anchors(text):
    """The names that GitHub gives to headings."""
    headings = re.findall(r"^#+ (.+)$", CODE_BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page):
    """The target and the anchor of each link within the repository."""
    for target in re.findall(r"\]\(([^)\s]+)\)", PAGES[page]):
        path, _, anchor = target.partition("#")
        if ":" not in path:
            yield (ROOT / page).parent / path if path else ROOT / page, anchor


@every_page
def test_links_lead_somewhere(page):
    for path, anchor in links(page):
        assert path.exists(), path
        if anchor:
            assert anchor in anchors(path.read_text(encoding="utf-8")), f"{path.name}#{anchor}"


def known(path):
    made = ("build/", "tests/reports/", "node_modules/")  # by ./dev
    return path.startswith(made) or (ROOT / path).exists()


@every_page
def test_paths_that_are_named_exist(page):
    folders = {name.split("/")[0] for name in FILES if "/" in name}
    words = re.findall(r"(?<![\w./:-])[\w.-]+(?:/[\w.-]+)+", CODE_BLOCK.sub("", PAGES[page]))
    named = {word.rstrip(".") for word in words if word.split("/")[0] in folders}
    beside = (ROOT / page).parent
    assert [path for path in named if not known(path) and not (beside / path).exists()] == []


def has_test(path, name):
    """Python's `test_x`, or GoogleTest's `Suite.Name`."""
    text = (ROOT / path).read_text(encoding="utf-8")
    suite, _, test = name.partition(".")
    wanted = rf"^TEST(?:_[FP])?\({suite}, {test}\)" if test else rf"^def {name}\("
    return re.search(wanted, text, re.MULTILINE)


@every_page
def test_tests_that_are_named_exist(page):
    named = re.findall(r"`(\S+\.(?:py|cpp))::([\w.]+)`", PAGES[page])
    assert [f"{path}::{name}" for path, name in named if not has_test(path, name)] == []


def test_every_threat_has_a_test():
    table = rows(PAGES["docs/security.md"], "threat")
    assert len(table) > 20
    for threat, _, tests in table:
        assert re.fullmatch(r"`(?:\S+::\S+|\./dev [\w ]+)`(?:, `(?:\S+::\S+|\./dev [\w ]+)`)*", tests), threat


@every_page
def test_verbs_of_dev_that_are_mentioned_exist(page):
    verbs = re.findall(r"^  (\w+)", output("./dev", "help"), re.MULTILINE)
    assert "run" in verbs
    assert set(re.findall(r"\./dev (\w+)", PAGES[page])) <= set(verbs)


@every_page
def test_commands_and_options_that_are_mentioned_exist(page):
    commands = re.findall(r"^  (\w+)", run("--help").stdout.partition("Subcommands:")[2], re.MULTILINE)
    assert "serve" in commands
    for command, options in re.findall(r"visitor-counter ([a-z]+)((?: --[a-z-]+)*)", PAGES[page]):
        if command in commands:
            assert set(options.split()) <= set(re.findall(r"--[a-z-]+", run(command, "--help").stdout)), command
    named = re.findall(r"`visitor-counter ([a-z]+)", PAGES[page])
    assert set(named) <= set(commands)


# --- what a server answers ---------------------------------------------------------------------------------------

VARYING = [
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", "UUID"),
    (r"(?m)^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$", "Date: DATE"),
    (r"(?m)^x-amz-apigw-id: [\w-]{15}=$", "x-amz-apigw-id: ID"),
    (r"(?m)^X-Amzn-Trace-Id: Root=1-[0-9a-f]{8}-[0-9a-f]{24}$", "X-Amzn-Trace-Id: ID"),
    (r"\d+\.\d+\.\d+\+g[0-9a-f]{12}", "VERSION"),
    (r'("count": |"counter_value": |Content-Length: )\d+', r"\1N"),
]


def shape(answer):
    """The answer without what differs from one request to the next."""
    for pattern, name in VARYING:
        answer = re.sub(pattern, name, answer)
    return answer.strip()


def typed(page):
    """Each command that a page shows somebody typing, with what it prints."""
    blocks = [text for language, text in CODE_BLOCK.findall(PAGES[page]) if language == "console"]
    examples = [example for text in blocks for example in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]]
    return [tuple(example.split("\n", 1)) for example in examples]


def curl_examples(page):
    """Those of a page that starts no server of its own; the others are typed by test_guide.py."""
    if "$ visitor-counter serve" in PAGES[page]:
        return []
    return [(command, answer) for command, answer in typed(page) if command.startswith("curl ")]


@pytest.mark.parametrize("page", [page for page in PAGES if curl_examples(page)])
def test_a_server_answers_as_it_is_written(page):
    with Server() as server:
        ports = {"127.0.0.1:8080": server.public, "127.0.0.1:8081": server.ops}
        for command, written in curl_examples(page):
            asked = command
            for address, (host, port) in ports.items():
                asked = asked.replace(address, f"{host}:{port}")
            assert shape(written) == shape(output(*shlex.split(asked), "--silent", "--max-time", "20")), command


def test_the_answers_that_matter_are_written():
    asked = {page: [command.split(":8080")[-1] for command, _ in curl_examples(page)] for page in PAGES}
    assert asked["README.md"] == ["/counter"]
    assert {"/counter", "/health", "/Counter"} <= set(asked["docs/api.md"])


def test_the_table_of_gateway_errors_is_whole():
    source = (ROOT / "src" / "gateway" / "gateway.hpp").read_text(encoding="utf-8")
    table = rows(PAGES["docs/api.md"], "status")
    assert len(table) == len(re.findall(r"GatewayError \w+\{", source))
    for status, _, body, error_type in table:
        words = re.escape(re.match(r"`(.+?)`", body)[1])
        assert re.search(rf'\{{{status}, "{code(error_type)}",\s+(?:R"\(|"){words}', source), status


# --- settings and limits -----------------------------------------------------------------------------------------

SETTINGS = {code(flag): (code(variable), code(default)) for flag, variable, default, _ in rows(CONFIGURATION, "flag")}
# Worked out from other settings or the environment: --help does not show them.
DEPENDENT_DEFAULTS = {"--store", "--colour", "--base-paths", "--config"}


def test_the_settings_and_their_defaults_are_those_of_help():
    shown = re.findall(r"^  (--[a-z-]+) [A-Z:]+(?:=(\S+))?", run("serve", "--help").stdout, re.MULTILINE)
    written = {flag: "" if flag in DEPENDENT_DEFAULTS else default for flag, (_, default) in SETTINGS.items()}
    assert written == dict(shown)


@pytest.mark.parametrize("flag, variable", [(flag, variable) for flag, (variable, _) in SETTINGS.items() if variable])
def test_plain_variables_are_read(flag, variable):
    default = SETTINGS[flag][1]
    effective = run("config", env=clean_environment(**{variable: default})).stdout
    assert re.findall(rf"^(\S+) = .*# {variable}$", effective, re.MULTILINE) == [flag.removeprefix("--")]


def test_the_example_file_is_a_configuration(tmp_path):
    examples = [text for language, text in CODE_BLOCK.findall(CONFIGURATION) if language == "toml"]
    assert examples
    for number, text in enumerate(examples):
        file = tmp_path / f"{number}.toml"
        file.write_text(text)
        result = run("config", "--config", file)
        assert result.returncode == 0, result.stderr
        effective = tomllib.loads(result.stdout)
        for key, value in tomllib.loads(text).items():
            assert effective[key] == (",".join(value) if isinstance(value, list) else value)


def test_the_example_of_plans_is_a_configuration(tmp_path):
    example, = [text for language, text in CODE_BLOCK.findall(PAGES["docs/gateway.md"]) if language == "toml"]
    file = tmp_path / "visitor-counter.toml"
    file.write_text(example)
    result = run("config", "--config", file)
    assert result.returncode == 0, result.stderr
    tables = {key: value for key, value in tomllib.loads(example).items() if isinstance(value, list)}
    assert tables.keys() == {"route", "usage_plan", "api_key"}
    assert tables.items() <= tomllib.loads(result.stdout).items()


UNITS = {"bytes": 1, "KiB": 1024, "MiB": 1024**2, "ms": 1, "s": 1000, "days": 1, "pages": 1, "characters": 1}


def limits():
    """Each limit by its name: durations in ms, other values as they stand."""
    text = rules.plain_numbers((ROOT / "src" / "limits.hpp").read_text(encoding="utf-8"))
    text = re.sub(r"\b(\d+)ms\b", r"\1", re.sub(r"\b(\d+)s\b", r"(\1 * 1000)", text))
    found = re.findall(r"^inline constexpr [\w:]+ (\w+)(?: = |\{)([\d ()*<-]+)\}?;", text, re.MULTILINE)
    return {name: eval(value) for name, value in found}


def test_the_fixed_limits_are_those_of_the_program():
    table = rows(CONFIGURATION, "limit")
    assert len(table) > 10
    values = limits()
    for _, written, name in table:
        number, _, unit = written.replace(",", "").partition(" ")
        assert int(number) * UNITS.get(unit, 1) == values[code(name)], name


def test_the_policy_of_a_table_allows_what_the_program_asks_for():
    page = PAGES["docs/dynamodb.md"]
    policy, = [json.loads(text) for language, text in CODE_BLOCK.findall(page) if language == "json"]
    to_count = set(policy["Statement"][0]["Action"])
    for_commands = set(re.findall(r"`(dynamodb:\w+)`", re.search(r"`table create` needs (.+?)Nothing", page, re.DOTALL)[1]))
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/store/dynamodb").glob("*.cpp"))
    asked = re.findall(r'\bask(?:_until)?\((?:link, timeline, |[^"]*?, )?"(\w+)"', sources)
    assert to_count | for_commands == {f"dynamodb:{operation}" for operation in asked}
    assert {"dynamodb:GetItem", "dynamodb:UpdateItem"} <= to_count


def test_the_table_of_rooms_is_the_one_that_is_enforced():
    present = {room for room in rules.ROOMS if any(name.startswith(f"src/{room}") for name in FILES)}
    written = {code(room): set(re.findall(r"`([\w/]+)`", known)) for room, known in rows(PAGES["CONTRIBUTING.md"], "room")}
    assert written.pop("app") == set()
    assert written == {room: set(rules.ROOMS[room]) & present for room in present - {"app"}}


def test_the_map_of_src_has_every_folder():
    folders = {re.match(r"src/((?:store/)?\w+)/", name)[1] for name in FILES if re.match(r"src/\w+/", name)}
    drawn = set(re.findall(r"\]\(src/([\w/]+)/\)", PAGES["README.md"]))
    assert drawn == folders


# --- the image ---------------------------------------------------------------------------------------------------


def test_the_image_has_the_libraries_that_the_program_needs():
    in_every_image = {"libc6", "libgcc-s1"}
    linked = re.findall(r"=> (\S+)", output("ldd", BINARY))
    owners = output("dpkg", "-S", *(f"*{path.removeprefix('/usr')}" for path in linked))
    needed = {line.split(":")[0] for line in owners.splitlines()} - in_every_image
    installed = re.search(r"apt-get install -y --no-install-recommends (.+?) \\", (ROOT / "Dockerfile").read_text())[1]
    assert set(installed.split()) == needed | {"ca-certificates"}  # for HTTPS


def test_the_image_s_health_check_knows_a_server_that_answers(tmp_path):
    check = json.loads(re.search(r"^HEALTHCHECK .*?CMD (.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)[1])
    path = f"{pathlib.Path(BINARY).parent}:/usr/bin:/bin"

    def healthy():
        env = clean_environment(PATH=path, STATE_DIRECTORY=str(tmp_path))
        return subprocess.run(["env", *check], env=env, check=False).returncode == 0

    assert not healthy()
    with Server(store=f"sqlite:{tmp_path}/visits.db") as server:
        assert healthy(), "before the first visit"
        output("curl", "--silent", "--fail", "http://{}:{}/counter".format(*server.public))
        assert healthy(), "after it"
