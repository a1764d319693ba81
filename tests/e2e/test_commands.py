"""The command line: what each command prints, where settings come from, and how it fails."""

import json
import operator
import re
import signal
import sqlite3
import time
import tomllib

import pytest

from e2e.answers import VERSION, visit_number
from support.raw_http import ask, stored_count
from support.server import Server, clean_environment, run

FREE_PORTS = ("--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0")
DEFAULTS = {
    "listen": "127.0.0.1:8080",
    "preview-listen": "off",
    "tls-cert": "",
    "tls-key": "",
    "ops-listen": "127.0.0.1:8081",
    "stage": "blue",
    "colour": "blue",
    "base-paths": "(none),blue",
    "allowed-origins": "http://localhost:1580,http://127.0.0.1:1580",
    "counter-id": "main_counter",
    "counter-ttl-days": "0",
    "production-domain": "",
    "threads": "1",
    "connections-max": "10000",
    "queued-visits-max": "8192",
    "header-timeout": "10",
    "idle-timeout": "75",
    "rate": "off",
    "burst": "",
    "client-rate": "off",
    "client-burst": "",
    "trusted-proxy": "",
    "retry-after": "off",
    "log-format": "auto",
    "log-level": "info",
    "log-client-address": "off",
}


@pytest.fixture
def environment(tmp_path):
    """An environment whose state directory is below the test's own."""
    return clean_environment(HOME=str(tmp_path), XDG_STATE_HOME=str(tmp_path / "state"))


def assert_fails(result, exit_code, *mentions):
    """It failed with one line on stderr that mentions these, and nothing on stdout."""
    assert result.returncode == exit_code, result
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1, result.stderr
    for mention in mentions:
        assert str(mention).lower() in result.stderr.lower()


def assert_prints(result, text):
    assert (result.returncode, result.stdout, result.stderr) == (0, text, "")


def effective(*arguments, env):
    """What `config` prints, each value as it would stand on the command line."""
    result = run("config", *arguments, env=env)
    assert (result.returncode, result.stderr) == (0, "")
    return {name: ",".join(value) if isinstance(value, list) else str(value)
            for name, value in tomllib.loads(result.stdout).items()}


def test_version_prints_the_version():
    result = run("version")
    assert (result.returncode, result.stderr) == (0, "")
    assert re.search(VERSION, result.stdout)


def test_the_help_of_serve_names_every_option():
    text = run("serve", "--help").stdout
    for option in (*DEFAULTS, "store", "config"):
        assert re.search(rf"--{option}\b", text), option


@pytest.mark.parametrize("arguments, mention", [
    pytest.param((), "command", id="no command"),
    pytest.param(("count",), "count", id="unknown command"),
    pytest.param(("set", "a", "1", "--nonsense"), "--nonsense", id="an unknown option"),
    pytest.param(("serve", "extra"), "extra", id="serve with an argument"),
    pytest.param(("get", "a", "extra"), "extra", id="get with two ids"),
    pytest.param(("get", "a b"), "a b", id="get with a bad id"),
    pytest.param(("set",), "ID", id="set without an id"),
    pytest.param(("set", "a"), "COUNT", id="set without a count"),
    pytest.param(("set", "a b", "1"), "a b", id="set with a bad id"),
    pytest.param(("set", "a", "1", "--expect", "x"), "--expect", id="set with a bad expectation"),
    pytest.param(("list", "a"), "a", id="list with an argument"),
    *(pytest.param(("set", "a", count), count, id=f"set to {count}")
      for count in ("-1", "x", "1.5", "9223372036854775808")),
])
def test_wrong_usage_is_named(environment, arguments, mention):
    assert_fails(run(*arguments, env=environment), 2, mention)


BAD_VALUES = [
    *(("listen", value) for value in (
        "nonsense", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:-1", "127.0.0.1:http")),
    ("preview-listen", "nonsense"),
    ("ops-listen", "nonsense"),
    *(("store", value) for value in ("visits.db", "mysql:visits", "sqlite:", "memory:x")),
    ("stage", "a/b"),
    ("colour", "a/b"),
    *(("counter-id", value) for value in ("a b", "a/b", "é", "x" * 129)),
    *(("counter-ttl-days", value) for value in ("-1", "x", "1.5", "99999999999999999999")),
    *(("threads", value) for value in ("0", "-1", "x")),
    *(("connections-max", value) for value in ("0", "-1", "x")),
    *(("queued-visits-max", value) for value in ("0", "-1", "x")),
    *(("header-timeout", value) for value in ("0", "-1", "x")),
    *(("idle-timeout", value) for value in ("0", "-1", "x")),
    *(("allowed-origins", value) for value in ("null", "*", "https://a.example/path", "a.example")),
    ("log-format", "xml"),
    ("log-level", "loud"),
    ("log-client-address", "maybe"),
]


@pytest.mark.parametrize("option, value", BAD_VALUES, ids=str)
def test_a_bad_value_is_named_with_its_option(environment, option, value):
    assert_fails(run("serve", f"--{option}={value}", env=environment), 2, option, value)


def test_a_bad_value_in_the_environment_is_named(environment):
    environment["VISITOR_COUNTER_THREADS"] = "many"
    assert_fails(run("serve", *FREE_PORTS, env=environment), 2, "VISITOR_COUNTER_THREADS", "many")


def test_a_bad_value_under_a_plain_name_is_named(environment):
    environment["COUNTER_TTL_DAYS"] = "never"
    assert_fails(run("serve", *FREE_PORTS, env=environment), 2, "COUNTER_TTL_DAYS", "never")


@pytest.mark.parametrize("text, mentions", [
    pytest.param('color = "red"\n', ["color"], id="unknown key"),
    pytest.param('[serve]\nstage = "blue"\n', ["serve"], id="unknown table"),
    pytest.param('threads = "many"\n', ["threads", "many"], id="bad value"),
    pytest.param("stage = true\n", ["stage"], id="wrong type"),
    pytest.param("stage = \n", [], id="broken TOML"),
    pytest.param('stage = "blue"\nstage = "green"\n', ["stage"], id="key twice"),
])
@pytest.mark.parametrize("command", ["serve", "config"])
def test_what_is_wrong_in_the_file_is_named(environment, tmp_path, command, text, mentions):
    file = tmp_path / "visitor-counter.toml"
    file.write_text(text)
    assert_fails(run(command, "--config", file, env=environment), 2, file, *mentions)


def test_an_absent_configuration_file_is_named(environment, tmp_path):
    result = run("config", "--config", tmp_path / "absent.toml", env=environment)
    assert_fails(result, result.returncode, tmp_path / "absent.toml")
    assert result.returncode in (1, 2)


def test_config_prints_the_defaults(environment, tmp_path):
    store = f"sqlite:{tmp_path / 'state' / 'visitor-counter' / 'visits.db'}"
    assert effective(env=environment) == DEFAULTS | {"store": store}


def test_the_default_store_follows_the_state_directory(environment, tmp_path):
    environment["STATE_DIRECTORY"] = str(tmp_path / "service")
    assert effective(env=environment)["store"] == f"sqlite:{tmp_path / 'service' / 'visits.db'}"
    del environment["STATE_DIRECTORY"], environment["XDG_STATE_HOME"]
    expected = tmp_path / ".local" / "state" / "visitor-counter" / "visits.db"
    assert effective(env=environment)["store"] == f"sqlite:{expected}"


def test_what_config_prints_is_a_configuration_file(environment, tmp_path):
    file = tmp_path / "visitor-counter.toml"
    options = ("--stage", "green", "--threads", "2", "--allowed-origins", "https://a.example,https://b.example")
    file.write_text(run("config", *options, env=environment).stdout)
    assert effective("--config", file, env=environment) == effective(*options, env=environment)


@pytest.mark.parametrize("option, plain_name, values", [
    ("stage", "STAGE", ("s1", "s2", "s3", "s4")),
    ("counter-id", "COUNTER_ID", ("c1", "c2", "c3", "c4")),
    ("counter-ttl-days", "COUNTER_TTL_DAYS", (1, 2, 3, 4)),
    ("log-level", "LOG_LEVEL", ("debug", "warn", "error", "info")),
    ("allowed-origins", "ALLOWED_ORIGINS", tuple(f"https://{name}.example" for name in "abcd")),
    ("listen", None, tuple(f"127.0.0.1:{port}" for port in (1001, 1002, 1003, 1004))),
    ("preview-listen", None, tuple(f"127.0.0.1:{port}" for port in (1001, 1002, 1003, 1004))),
    ("ops-listen", None, tuple(f"127.0.0.1:{port}" for port in (1001, 1002, 1003, 1004))),
    ("store", None, ("sqlite:/a", "sqlite:/b", "sqlite:/c", "memory:")),
    ("threads", None, (2, 3, 4, 5)),
    ("connections-max", None, (2, 3, 4, 5)),
    ("queued-visits-max", None, (2, 3, 4, 5)),
    ("header-timeout", None, (2, 3, 4, 5)),
    ("idle-timeout", None, (2, 3, 4, 5)),
    ("log-format", None, ("json", "text", "auto", "json")),
    ("colour", None, ("c1", "c2", "c3", "c4")),
    ("base-paths", None, ("p1", "p2", "p3", "p4")),
])
def test_a_flag_wins_over_the_environment_over_its_plain_name_over_the_file(
        environment, tmp_path, option, plain_name, values):
    in_file, in_plain, in_environment, in_flag = values
    file = tmp_path / "visitor-counter.toml"
    file.write_text(f"{option} = {json.dumps(in_file)}\n")
    arguments = ["--config", file]
    assert effective(*arguments, env=environment)[option] == str(in_file)
    if plain_name:
        environment[plain_name] = str(in_plain)
        assert effective(*arguments, env=environment)[option] == str(in_plain)
    environment["VISITOR_COUNTER_" + option.upper().replace("-", "_")] = str(in_environment)
    assert effective(*arguments, env=environment)[option] == str(in_environment)
    arguments += [f"--{option}", str(in_flag)]
    assert effective(*arguments, env=environment)[option] == str(in_flag)


def test_the_file_may_be_named_by_the_environment(environment, tmp_path):
    file = tmp_path / "visitor-counter.toml"
    file.write_text('stage = "green"\n')
    environment["VISITOR_COUNTER_CONFIG"] = str(file)
    assert effective(env=environment)["stage"] == "green"


def test_the_server_follows_the_same_precedence(environment, tmp_path):
    file = tmp_path / "visitor-counter.toml"
    file.write_text('stage = "green"\ncounter-id = "of_the_file"\ncounter-ttl-days = 1\n')
    environment |= {"VISITOR_COUNTER_COUNTER_ID": "of_the_environment", "COUNTER_ID": "plain", "COUNTER_TTL_DAYS": "7"}
    with Server("--config", str(file), "--counter-id", "of_the_flag", env=environment) as server:
        assert visit_number(ask(server.public, "GET", "/green/counter")) == 1
        for other in ("of_the_file", "of_the_environment", "plain", "main_counter"):
            assert stored_count(server, other) == 0
        record = ask(server.ops, "GET", "/counters/of_the_flag").json()
        assert record["ItemExpireTTL"] == pytest.approx(time.time() + 7 * 24 * 3600, abs=60)


def test_get_and_set_work_in_the_store_when_no_server_runs(store):
    assert_prints(run("set", "main_counter", "41", "--store", store), "41\n")
    assert_prints(run("get", "--store", store), "41\n")
    assert_prints(run("get", "main_counter", "--store", store), "41\n")
    with Server(store=store) as server:
        assert visit_number(ask(server.public, "GET", "/counter")) == 42
    assert_prints(run("get", "--store", store), "42\n")


def test_get_and_set_go_through_the_server_that_owns_the_store(store):
    with Server(store=store) as server:
        assert visit_number(ask(server.public, "GET", "/counter")) == 1
        assert_prints(run("get", "--store", store), "1\n")
        assert_prints(run("set", "main_counter", "99", "--store", store), "99\n")
        assert visit_number(ask(server.public, "GET", "/counter")) == 100


def test_get_and_set_find_a_server_by_its_ops_address(environment):
    with Server() as server:
        there = ("--ops-listen", "{}:{}".format(*server.ops))
        assert_prints(run("set", "main_counter", "6", *there, env=environment), "6\n")
        assert visit_number(ask(server.public, "GET", "/counter")) == 7
        assert_prints(run("get", *there, env=environment), "7\n")


def test_get_and_set_ignore_the_lock_file_of_a_server_that_was_killed(store):
    with Server(store=store) as server:
        assert visit_number(ask(server.public, "GET", "/counter")) == 1
        server.stop(signal.SIGKILL)
    assert_prints(run("get", "--store", store), "1\n")
    assert_prints(run("set", "main_counter", "5", "--store", store), "5\n")


@pytest.mark.parametrize("running", [False, True], ids=["without a server", "with a server"])
def test_get_prints_the_record_as_json(store, running):
    assert_prints(run("set", "main_counter", "41", "--store", store), "41\n")

    def assert_record():
        result = run("get", "--json", "--store", store)
        assert (result.returncode, result.stderr) == (0, "")
        record = json.loads(result.stdout)
        assert list(record) == ["counter_id", "visit_count", "created_date", "last_updated"]
        assert (record["counter_id"], record["visit_count"]) == ("main_counter", 41)

    if running:
        with Server(store=store):
            assert_record()
    else:
        assert_record()


@pytest.mark.parametrize("running", [False, True], ids=["without a server", "with a server"])
def test_get_of_an_absent_counter_fails(store, running):
    assert_prints(run("set", "main_counter", "41", "--store", store), "41\n")
    if running:
        with Server(store=store):
            assert_fails(run("get", "nobody", "--store", store), 1, "nobody")
    else:
        assert_fails(run("get", "nobody", "--store", store), 1, "nobody")


def test_get_of_an_absent_store_fails_and_creates_nothing(tmp_path):
    path = tmp_path / "absent" / "visits.db"
    assert_fails(run("get", "--store", f"sqlite:{path}"), 1, path)
    assert list(tmp_path.iterdir()) == []


def test_serve_creates_the_directory_of_its_store(tmp_path):
    path = tmp_path / "new" / "newer" / "visits.db"
    with Server(store=f"sqlite:{path}") as server:
        assert visit_number(ask(server.public, "GET", "/counter")) == 1
    assert path.is_file()


def test_health_asks_the_running_server(tmp_path):
    store = f"sqlite:{tmp_path}/visits.db"
    result = run("health", "--store", store)
    assert result.returncode == 1
    assert "no server runs" in result.stderr
    with Server(store=store) as server:
        result = run("health", "--store", store)
        assert (result.returncode, result.stdout) == (0, "ready\n")
        host, port = server.ops
        assert run("health", "--ops-listen", f"{host}:{port}").returncode == 0


@pytest.mark.parametrize("listener", ["listen", "preview-listen", "ops-listen"])
def test_a_port_that_is_taken_is_named(listener):
    with Server() as server:
        address = "{}:{}".format(*server.public)
        options = {"listen": "127.0.0.1:0", "ops-listen": "127.0.0.1:0", listener: address}
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        assert_fails(run("serve", "--store", "memory:", *arguments), 1, address)


def test_a_store_that_another_process_owns_is_refused_with_its_pid(store):
    with Server(store=store) as server:
        assert_fails(run("serve", *FREE_PORTS, "--store", store), 1, store.removeprefix("sqlite:"), server.process.pid)
        assert visit_number(ask(server.public, "GET", "/counter")) == 1


SERVE, GET, SET = ("serve", *FREE_PORTS), ("get",), ("set", "main_counter", "1")
NAME_OF_COMMAND = operator.itemgetter(0)


def garbage(path):
    path.write_bytes(bytes(range(256)) * 64)


def text_file(path):
    path.write_text("the diary of a visitor\n")


def foreign_database(path):
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE people (name TEXT)")
    database.close()


def foreign_database_of_another_application(path):
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA application_id = 252006674")
        database.execute("PRAGMA user_version = 1")
        database.execute("CREATE TABLE counters (name TEXT)")
    database.close()


def own_database(path, newer_by=0):
    """Leaves a sound store in one file, without a log beside it."""
    assert run("set", "main_counter", "41", "--store", f"sqlite:{path}").returncode == 0
    database = sqlite3.connect(path)
    version = database.execute("PRAGMA user_version").fetchone()[0]
    database.execute(f"PRAGMA user_version = {version + newer_by}")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path.read_bytes()


def newer_database(path):
    own_database(path, newer_by=1)


def zeroed_header(path):
    path.write_bytes(bytes(100) + own_database(path)[100:])


def truncated_database(path):
    content = own_database(path)
    path.write_bytes(content[:len(content) // 2 + 100])


def overwritten_pages(path):
    content = own_database(path)
    path.write_bytes(content[:100] + b"\xa5" * (len(content) - 100))


@pytest.mark.parametrize("damage", [
    garbage, text_file, foreign_database, foreign_database_of_another_application, newer_database, zeroed_header,
    truncated_database, overwritten_pages])
@pytest.mark.parametrize("command", [SERVE, GET, SET], ids=NAME_OF_COMMAND)
def test_a_file_that_is_not_a_sound_store_is_refused_and_left_alone(path, store, command, damage):
    damage(path)
    before = path.read_bytes()
    assert_fails(run(*command, "--store", store), 1, path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("command", [SERVE, SET], ids=NAME_OF_COMMAND)
def test_a_directory_that_cannot_be_created_is_named(tmp_path, command):
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "visits.db"
    assert_fails(run(*command, "--store", f"sqlite:{path}"), 1, path)


def test_a_store_that_is_a_directory_is_refused(tmp_path):
    assert_fails(run("serve", *FREE_PORTS, "--store", f"sqlite:{tmp_path}"), 1, tmp_path)


def test_another_program_s_database_keeps_its_log_when_it_is_refused(path, store):
    owner = sqlite3.connect(path.with_name("theirs.db"))
    owner.execute("PRAGMA journal_mode=WAL")
    owner.execute("CREATE TABLE bookmarks (url TEXT)")
    owner.commit()
    for suffix in ("", "-wal"):  # as a crash of its owner would leave them
        path.with_name(path.name + suffix).write_bytes(path.with_name("theirs.db" + suffix).read_bytes())
    owner.close()
    before = [path.with_name(path.name + suffix).read_bytes() for suffix in ("", "-wal")]
    assert before[1]
    assert_fails(run("serve", *FREE_PORTS, "--store", store), 1, path)
    assert [path.with_name(path.name + suffix).read_bytes() for suffix in ("", "-wal")] == before
