"""A visit that was answered is never lost: kills, stops, a full disk, a failing disk."""

import concurrent.futures
import contextlib
import fcntl
import os
import queue
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import time

import pytest

from e2e.answers import FAILED_VISIT_BODY, NO_STORE, assert_function_headers, visit_number
from support.faults import DISK_SYNCS, tampered, traceable
from support.raw_http import TIMEOUT_SECONDS, VISIT, Connection, NoAnswer, ask, request, stored_count
from support.server import BINARY, Server, run

CLIENTS = 8
ORIGIN = "http://localhost:1580"


@contextlib.contextmanager
def load(server):
    """Clients that visit until the server goes away; yields the queue of their numbers."""
    numbers = queue.SimpleQueue()

    def visit_until_it_ends():
        with contextlib.suppress(OSError, NoAnswer), Connection(server.public) as connection:
            while True:
                numbers.put(visit_number(connection.ask(VISIT)))

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(visit_until_it_ends) for _ in range(CLIENTS)]
        try:
            yield numbers
        except BaseException:
            server.process.kill()
            raise
    for client in clients:
        client.result()


def take(numbers, count):
    return [numbers.get(timeout=TIMEOUT_SECONDS) for _ in range(count)]


def assert_failed_visit(answer, outcome, connection="keep-alive"):
    assert answer.status == 500
    body = re.fullmatch(FAILED_VISIT_BODY, answer.body.decode())
    assert body and body[1] == answer["x-amzn-RequestId"]
    assert_function_headers(answer, NO_STORE | {"X-Visit-Outcome": outcome}, origin=ORIGIN, connection=connection)


def test_no_answered_visit_is_lost_when_the_server_is_killed_again_and_again(store):
    kills, answered = 5, []
    for kill in range(kills + 1):
        with Server(store=store) as server:
            stored = stored_count(server)
            assert len(answered) <= stored <= len(answered) + kill * CLIENTS
            assert max(answered, default=0) <= stored
            assert len(set(answered)) == len(answered)
            with load(server) as numbers:
                answered += take(numbers, 200)
                server.stop(signal.SIGKILL)
            answered += take(numbers, numbers.qsize())


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_stop_under_load_answers_every_visit_that_it_counts(store, signal_number):
    with Server(store=store) as server:
        with load(server) as numbers:
            answered = take(numbers, 200)
            assert server.stop(signal_number) == 0
        answered += take(numbers, numbers.qsize())
    assert sorted(answered) == list(range(1, len(answered) + 1))
    assert run("get", "--store", store).stdout == f"{len(answered)}\n"


@contextlib.contextmanager
def hanging_request(server):
    """A request whose body is still to come."""
    with Connection(server.public) as connection:
        interim = connection.ask(request("GET", "/counter", "Content-Length: 5", "Expect: 100-continue"))
        assert interim.status == 100
        yield connection


def wait_until_refused(address):
    deadline = time.monotonic() + TIMEOUT_SECONDS
    with contextlib.suppress(ConnectionRefusedError, ConnectionResetError):
        while True:
            socket.create_connection(address).close()
            assert time.monotonic() < deadline, "the server still accepts connections"


def test_a_request_that_has_begun_is_answered_before_the_server_ends(store):
    with Server(store=store) as server:
        with hanging_request(server) as connection:
            server.process.send_signal(signal.SIGTERM)
            wait_until_refused(server.public)
            answer = connection.ask(b"hello")
            assert visit_number(answer) == 1
            assert answer["Connection"] == "close"
            assert connection.rest() == b""
        assert server.wait() == 0
    assert run("get", "--store", store).stdout == "1\n"


def test_a_server_that_is_draining_is_alive_but_not_ready():
    with Server() as server:
        with hanging_request(server) as connection:
            server.process.send_signal(signal.SIGTERM)
            wait_until_refused(server.public)
            assert ask(server.ops, "GET", "/livez").status == 200
            answer = ask(server.ops, "GET", "/readyz")
            assert (answer.status, answer.body) == (503, b'{"status": "unready", "reason": "Shutting down"}')
            assert visit_number(connection.ask(b"hello")) == 1
        assert server.wait() == 0


def test_a_second_signal_ends_the_server_at_once():
    with Server() as server, hanging_request(server):
        server.process.send_signal(signal.SIGTERM)
        wait_until_refused(server.public)
        assert server.process.poll() is None
        assert server.stop(signal.SIGTERM) == 1


def test_an_idle_connection_does_not_delay_the_end():
    with Server() as server, Connection(server.public) as connection:
        visit_number(connection.ask(VISIT))
        assert server.stop() == 0
        assert connection.rest() == b""


def test_a_request_that_never_ends_does_not_keep_the_server_from_ending():
    with Server("--header-timeout", "1", "--idle-timeout", "1") as server, Connection(server.public) as connection:
        visit_number(connection.ask(VISIT))
        connection.send(VISIT[:10])
        assert server.stop() == 0


def test_the_files_are_the_owner_s_alone_whatever_the_umask(path, store):
    without_umask = ("sh", "-c", 'umask 0; exec "$@"', "sh")
    with Server(store=store, wrapper=without_umask) as server:
        visit_number(ask(server.public, "GET", "/counter"))
        files = sorted(path.parent.iterdir())
        assert [file.name for file in files] == ["visits.db", "visits.db-wal", "visits.db.control", "visits.db.lock"]
        assert [oct(stat.S_IMODE(file.stat().st_mode)) for file in files] == ["0o600", "0o600", "0o700", "0o600"]


def test_the_lock_file_is_locked_and_names_the_process_and_its_ops_address(path, store):
    lock = path.with_name("visits.db.lock")
    with Server(store=store) as server:
        assert lock.read_text().splitlines() == [f"pid {server.process.pid}", "ops {}:{}".format(*server.ops)]
        with lock.open() as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_no_other_connection_gets_into_the_database(path, store):
    with Server(store=store) as server:
        visit_number(ask(server.public, "GET", "/counter"))
        with contextlib.closing(sqlite3.connect(path, timeout=0)) as intruder:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                intruder.execute("SELECT count(*) FROM sqlite_schema").fetchone()


def test_the_database_is_sound_in_wal_mode_and_strict(path, store):
    with Server(store=store) as server:
        visit_number(ask(server.public, "GET", "/counter"))
    with contextlib.closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        tables = database.execute(
            "SELECT strict FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        assert tables.fetchall() == [(1,), (1,)]


@pytest.mark.parametrize("calls", ["pwrite64", "fallocate,ftruncate,pwrite64"])
def test_on_a_full_disk_visits_are_refused_and_counted_again_when_there_is_space(store, calls):
    with Server(store=store, env=traceable()) as server, Connection(server.public) as connection:
        assert visit_number(connection.ask(VISIT)) == 1
        with tampered(server, calls, "error=ENOSPC"):
            for _ in range(3):
                assert_failed_visit(connection.ask(VISIT), "not-counted")
            health = connection.ask(request("GET", "/health"))
            assert (health.status, health.json()["counter_value"]) == (200, 1)
            assert stored_count(server) == 1
        assert visit_number(connection.ask(VISIT)) == 2
        assert server.stop() == 0
    assert run("get", "--store", store).stdout == "2\n"


def test_after_an_io_error_nothing_more_is_acknowledged_and_a_restart_counts_right(store):
    with Server(store=store, env=traceable()) as server, contextlib.ExitStack() as stack:
        connections = [stack.enter_context(Connection(server.public)) for _ in range(CLIENTS)]
        for number, connection in enumerate(connections, 1):
            assert visit_number(connection.ask(VISIT)) == number
        with tampered(server, DISK_SYNCS, "error=EIO"):
            for connection in connections:
                connection.send(VISIT)
            answers = [answer for connection in connections for answer in answers_before_the_end(connection)]
            assert server.wait() == 1
    outcomes = [answer["X-Visit-Outcome"] for answer in answers]
    assert "unknown" in outcomes
    for answer, outcome in zip(answers, outcomes):
        assert answer["Connection"] in ("keep-alive", "close")  # the server may have begun to stop
        assert_failed_visit(answer, outcome, answer["Connection"])
        assert outcome in ("unknown", "not-counted")
    assert [line for line in server.log if line.get("level") == "ERROR" and "I/O error" in str(line)]
    with Server(store=store) as server:
        stored = stored_count(server)
        assert CLIENTS <= stored <= CLIENTS + outcomes.count("unknown")
        assert visit_number(ask(server.public, "GET", "/counter")) == stored + 1


def answers_before_the_end(connection):
    """The answer to the request that was sent, if it still came."""
    try:
        return [connection.response()]
    except (NoAnswer, ConnectionResetError):
        return []


def test_a_lone_visit_is_on_the_disk_before_its_answer(store, tmp_path):
    trace = tmp_path / "trace"
    with Server(store=store, env=traceable()) as server, Connection(server.public) as connection:
        visit_number(connection.ask(VISIT))
        with tampered(server, DISK_SYNCS, "delay_exit=1", trace):
            for _ in range(10):
                visit_number(connection.ask(VISIT))
    assert syncs(trace) >= 10


def test_visits_that_arrive_during_a_commit_share_the_next_one(store, tmp_path):
    trace, clients, rounds = tmp_path / "trace", 64, 5
    with Server(store=store, env=traceable()) as server, contextlib.ExitStack() as stack:
        connections = [stack.enter_context(Connection(server.public)) for _ in range(clients)]
        numbers = []
        with tampered(server, DISK_SYNCS, "delay_exit=50000", trace):
            for _ in range(rounds):
                for connection in connections:
                    connection.send(VISIT)
                numbers += [visit_number(connection.response()) for connection in connections]
    assert sorted(numbers) == list(range(1, clients * rounds + 1))
    assert 1 <= syncs(trace) <= clients * rounds / 8


def syncs(trace):
    """How many times the traced server had the disk write through."""
    return sum("DELAYED" in line for line in trace.read_text().splitlines())


def test_a_body_that_never_comes_does_not_keep_the_server_from_ending(store):
    with Server(store=store) as server, hanging_request(server):
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=25) == 0  # a body alone has 30 s


def test_a_client_that_leaves_its_answer_unread_does_not_keep_the_server_from_ending():
    with Server("--idle-timeout", "3600") as server, socket.create_connection(server.public) as client:
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):  # until the kernel holds no more answers, and then no more requests
            while client.send(VISIT * 100):
                pass
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=TIMEOUT_SECONDS) == 0


@pytest.mark.parametrize("step", range(1, 26))
def test_a_first_start_without_space_leaves_nothing_that_stops_the_next_one(store, step):
    subprocess.run(["strace", "-f", "-o", os.devnull, "-e", "trace=pwrite64",
                    "-e", f"inject=pwrite64:error=ENOSPC:when={step}+",
                    BINARY, "set", "main_counter", "7", "--store", store],
                   env=traceable(), capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
    result = run("set", "main_counter", "8", "--store", store)
    assert (result.returncode, result.stderr, result.stdout) == (0, "", "8\n")


def test_commands_that_look_at_the_store_do_not_stop_a_server_from_starting(store):
    assert run("set", "main_counter", "1", "--store", store).returncode == 0
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        looks = [pool.submit(run, "get", "--store", store) for _ in range(40)]
        for _ in range(5):
            with Server(store=store) as server:
                assert stored_count(server) == 1
        concurrent.futures.wait(looks)


def test_commands_that_look_at_the_store_at_once_wait_for_each_other(store):
    assert run("set", "main_counter", "1", "--store", store).returncode == 0
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        looks = list(pool.map(lambda _: run("get", "--store", store), range(8)))
    assert [(look.stdout, look.stderr) for look in looks] == [("1\n", "")] * 8
