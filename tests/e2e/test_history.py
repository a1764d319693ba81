"""The command `history`: through the server that has the store, and in the store when none runs."""

import contextlib
import json
import os
import pty
import re
import subprocess

import pytest

from e2e.answers import visit_number
from e2e.commands import printed, refused
from support.raw_http import ask
from support.server import BINARY, Server, clean_environment, run


def visited(store, visits):
    with Server(store=store) as server:
        for _ in range(visits):
            assert ask(server.public, "GET", "/counter").status == 200


def visits_in(history):
    return [each["visits"] for each in json.loads(history)]


def test_history_has_every_visit_of_the_days_and_of_the_hours(store):
    visited(store, 3)
    for through in (contextlib.nullcontext, lambda: Server(store=store)):
        with through():
            days = json.loads(printed(run("history", "--days", "3", "--json", "--store", store)))
            hours = json.loads(printed(run("history", "--hours", "5", "--json", "--store", store)))
        assert (len(days), sum(each["visits"] for each in days)) == (3, 3)
        assert (len(hours), sum(each["visits"] for each in hours)) == (5, 3)
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", each["day"]) for each in days)
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:00:00Z", each["hour"]) for each in hours)


def test_history_counts_visits_and_no_corrections(store):
    visited(store, 2)
    printed(run("set", "main_counter", "500", "--store", store))
    assert sum(visits_in(printed(run("history", "--json", "--store", store)))) == 2


def test_history_of_a_named_counter(operate):
    printed(operate("set", "another", "7"))
    assert visits_in(printed(operate("history", "another", "--json"))) == [0] * 30
    assert "no counter main_counter" in refused(operate("history"))


def test_history_is_printed_as_a_table_and_as_values(store):
    visited(store, 2)
    heading, *lines = printed(run("history", "--store", store)).splitlines()
    assert heading.split() == ["DAY", "VISITS"]
    assert (len(lines), sum(int(line.split()[1]) for line in lines)) == (30, 2)
    heading, *lines = printed(run("history", "--hours", "4", "--csv", "--store", store)).splitlines()
    assert heading == "hour,visits"
    assert (len(lines), sum(int(line.split(",")[1]) for line in lines)) == (4, 2)


def test_history_is_a_chart_on_a_terminal(store):
    visited(store, 2)
    terminal, seen_by_program = pty.openpty()
    with os.fdopen(terminal, "rb", buffering=0) as reader:
        subprocess.run([BINARY, "history", "--days", "2", "--store", store], env=clean_environment(),
                       stdout=seen_by_program, timeout=60, check=True)
        os.close(seen_by_program)
        chart = b""
        while not re.search(r"█ *\r\n".encode(), chart):
            chart += reader.read(4096)
    assert len(max(chart.decode().splitlines(), key=len)) == 80


def test_history_of_a_store_in_memory_is_asked_of_its_server():
    with Server() as server:
        assert visit_number(ask(server.public, "GET", "/counter")) == 1
        assert sum(visits_in(printed(run("history", "--json", "--ops-listen", "{}:{}".format(*server.ops))))) == 1


def test_a_table_has_no_history():
    table = "dynamodb://a-table?region=us-east-1&endpoint=http://127.0.0.1:1"
    assert "CloudWatch" in refused(run("history", "--store", table))


@pytest.mark.parametrize("arguments", [
    ("--days", "0"), ("--days", "many"), ("--days", "10001"), ("--hours", "9601"), ("--days", "1", "--hours", "1"),
    ("--json", "--csv"), ("a b",)], ids=" ".join)
def test_history_is_not_asked_for_what_cannot_be(store, arguments):
    result = run("history", *arguments, "--store", store)
    assert (result.returncode, result.stdout) == (2, "")


@pytest.mark.parametrize("path, status", [
    ("/counters/main_counter/history?from=0", 200), ("/counters/main_counter/history", 400),
    ("/counters/main_counter/history?from=x", 400), ("/counters/a%20b/history?from=0", 400),
    ("/counters/absent/history?from=0", 404)])
def test_the_ops_listener_tells_a_history(path, status):
    with Server() as server:
        ask(server.public, "GET", "/counter")
        answer = ask(server.ops, "GET", path)
        assert answer.status == status
        if status == 200:
            assert [visits for _, visits in answer.json()["hours"]] == [1]
