"""The whole program on a DynamoDB table: commands, and several servers on one table."""

import concurrent.futures
import json
import signal

from support.dynalite import KEYS
from support.raw_http import VISIT, Connection, NoAnswer, ask, stored_count
from support.server import Server, clean_environment, run

ENVIRONMENT = clean_environment(**KEYS)


def serve(store):
    return Server(store=store, env=ENVIRONMENT)


def test_a_table_is_made_once_and_can_be_checked(table):
    name = "a_table_is_made_once"
    for command in ("create", "check"):
        result = run("table", command, "--store", table, env=ENVIRONMENT)
        assert (result.returncode, result.stderr) == (0, "")
        assert name in result.stdout and "ACTIVE" in result.stdout
        as_json = run("table", command, "--json", "--store", table, env=ENVIRONMENT)
        assert json.loads(as_json.stdout) == result.stdout.splitlines()


def test_visits_count_in_the_table(table):
    with serve(table) as server:
        assert ask(server.public, "GET", "/health").json()["note"] == "counter_not_initialized"
        assert [ask(server.public, "GET", "/counter").json()["count"] for _ in range(3)] == [1, 2, 3]
        assert ask(server.public, "GET", "/health").json()["counter_value"] == 3
        assert server.stop() == 0
    with serve(table) as server:
        assert ask(server.public, "GET", "/counter").json()["count"] == 4


def test_commands_reach_a_counter_beside_the_server(table):
    with serve(table) as server:
        done = run("set", "main_counter", "41", "--json", "--store", table, env=ENVIRONMENT)
        assert json.loads(done.stdout)["visit_count"] == 41
        assert ask(server.public, "GET", "/counter").json()["count"] == 42
        assert run("get", "--store", table, env=ENVIRONMENT).stdout == "42\n"


def test_every_counter_of_a_table_is_listed(table):
    for name in ("b", "a"):
        assert run("set", name, "1", "--store", table, env=ENVIRONMENT).returncode == 0
    listed = run("list", "--json", "--store", table, env=ENVIRONMENT)
    assert (listed.returncode, listed.stderr) == (0, "")
    assert [(each["counter_id"], each["visit_count"]) for each in json.loads(listed.stdout)] == [("a", 1), ("b", 1)]


def test_a_count_in_a_table_is_set_only_from_the_one_that_is_expected(table):
    def set_if(expected, count):
        return run("set", "main_counter", str(count), "--expect", str(expected), "--store", table, env=ENVIRONMENT)

    assert set_if(0, 5).stdout == "5\n"
    refused = set_if(4, 9)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "stands at 5, not at 4" in refused.stderr
    assert set_if(5, 9).stdout == "9\n"


def test_a_table_takes_no_import_through_a_server_either(table):
    line = json.dumps({"counter_id": "main_counter", "visit_count": 41, "created_date": "2025-01-01T00:00:00Z",
                       "last_updated": "2025-01-01T00:00:00Z"})
    with serve(table) as server:
        refused = run("import", "--ops-listen", "{}:{}".format(*server.ops), input=line)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "a table takes no import" in refused.stderr
        assert ask(server.public, "GET", "/counter").json()["count"] == 1


def visit(server, times):
    """The numbers of some visits on one connection; it may end before all are answered."""
    numbers = []
    try:
        with Connection(server.public) as connection:
            for _ in range(times):
                answer = connection.ask(VISIT)
                numbers += [answer.json()["count"]] if answer.status == 200 else []
    except (NoAnswer, OSError):
        pass
    return numbers


def test_servers_share_a_table_and_one_that_is_killed_takes_no_number_with_it(table):
    with serve(table) as first, serve(table) as second, concurrent.futures.ThreadPoolExecutor(16) as visitors:
        begun = [visitors.submit(visit, server, 60) for server in (first, second) for _ in range(8)]
        visit(first, 5)
        first.stop(signal.SIGKILL)
        answered = [number for visits in begun for number in visits.result()]
        last = stored_count(second)
    assert len(set(answered)) == len(answered)
    assert 8 * 60 <= len(answered) <= last
    assert max(answered) <= last
