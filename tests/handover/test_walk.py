"""The walk: a release stands by, proves itself, takes over, and can be taken back."""

import json
import os
import pathlib
import signal
import stat
import subprocess
import sys
import tempfile

import pytest

from e2e.answers import visit_number
from handover.colours import Owner, Standby, colours, done, promote, refused, rollback, status
from support.process import GUARD_SECONDS, wait_until
from support.raw_http import VISIT, Connection, ask
from support.server import run


@pytest.fixture
def blue(store):
    with Owner("blue", store) as owner:
        yield owner


@pytest.fixture
def green(blue, store):
    with Standby("green", store) as standby:
        yield standby


def visit(address):
    return visit_number(ask(address, "GET", "/counter"))


def counted(store):
    return status(store)["live"]["count"]


def test_another_stage_stands_by_and_touches_neither_the_store_nor_the_listeners(blue, green, store):
    assert visit(blue.public) == 1
    assert visit(green.preview) == 1
    assert visit(green.preview) == 2
    assert visit(blue.public) == 2
    assert green.public is None and green.ops is None
    told = status(store)
    assert (told["live"]["stage"], told["live"]["pid"], told["live"]["count"]) == ("blue", blue.process.pid, 2)
    assert (told["standby"]["stage"], told["standby"]["pid"]) == ("green", green.process.pid)


def test_a_release_of_another_colour_is_the_same_stage_to_visitors(blue, store):
    with Standby("blue", store, "--colour", "green"):
        done(promote("green", store), "green is live")
        assert colours(store) == ("green", "blue")
        assert visit_number(ask(blue.public, "GET", "/blue/counter")) == 1


def test_the_same_stage_is_refused_with_the_owners_pid(blue, store):
    refused(run("serve", "--stage", "blue", "--store", store), f"in use by process {blue.process.pid}")


def test_a_second_standby_is_refused_with_the_firsts_pid(green, store):
    refused(run("serve", "--stage", "red", "--store", store), f"process {green.process.pid}, stage green")


def test_a_promotion_hands_everything_over_and_a_rollback_hands_it_back(blue, green, store):
    assert visit(blue.public) == 1
    done(promote("green", store), "green is live")
    assert colours(store) == ("green", "blue")
    assert visit(blue.public) == 2  # the same address
    assert json.loads(ask(blue.ops, "GET", "/counters/main_counter").body)["visit_count"] == 2
    assert run("get", "--store", store).stdout == "2\n"
    assert visit(green.preview) == 1  # on the counter for previews
    done(rollback(store), "blue is live")
    assert colours(store) == ("blue", "green")
    assert visit(blue.public) == 3


def test_connections_are_kept(blue, green, store):
    with Connection(blue.public) as idle, Connection(blue.public) as slow:
        assert visit_number(idle.ask(VISIT)) == 1
        slow.send(VISIT[:10])
        done(promote("green", store), "green is live")
        assert visit_number(idle.ask(VISIT)) == 2
        answer = slow.ask(VISIT[10:])
        assert visit_number(answer) == 3
        assert answer["Connection"] == "keep-alive"


def test_the_one_that_stood_down_can_be_ended_and_followed_by_the_next(blue, green, store):
    done(promote("green", store), "green is live")
    assert blue.stop() == 0
    wait_until(lambda: colours(store) == ("green", None), "green still has a standby")
    with Standby("blue", store) as next_blue:
        assert visit(blue.public) == 1
        done(promote("blue", store), "blue is live")
        assert status(store)["live"]["pid"] == next_blue.process.pid
        assert visit(blue.public) == 2


def test_a_promotion_asks_and_shows_both_versions(green, store):
    asked = run("promote", "green", "--store", store, input="n\n")
    assert asked.returncode == 1
    version = status(store)["live"]["version"]
    assert f"blue {version} serves. Hand over to green {version}? [y/N]" in asked.stderr
    assert colours(store) == ("blue", "green")
    assert run("promote", "green", "--watch", "0", "--store", store, input="y\n").returncode == 0
    assert colours(store) == ("green", "blue")


def test_what_cannot_be_is_refused(blue, store):
    refused(promote("green", store), "there is no standby")
    refused(rollback(store), "there is no standby")
    with Standby("green", store):
        refused(promote("red", store), "the standby is green, not red")
        refused(promote("blue", store), "blue serves already")
        refused(rollback(store), "green has not served before")
    assert visit(blue.public) == 1


def test_without_a_server_there_is_nothing_to_hand_over(store):
    refused(run("status", "--store", store), "no server runs on")
    refused(run("status", "--store", "memory:"), "the store is memory:")


def test_a_release_that_finds_another_count_is_refused_and_the_owner_never_stops(blue, store):
    visit(blue.public)
    with Standby("green", store, "--counter-id", "another"), Connection(blue.public) as visitor:
        refused(promote("green", store), "a copy of the store has 0 visits, not 1")
        assert visit_number(visitor.ask(VISIT)) == 2
    assert [line for line in blue.log if line.get("message") == "stopping"] == []


def test_the_control_socket_is_in_a_directory_of_the_users_own(blue, path):
    directory = path.with_name("visits.db.control")
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_ISSOCK((directory / "socket").stat().st_mode)


def test_a_standby_without_an_owner_waits_for_the_next(blue, green, store):
    blue.stop(signal.SIGKILL)
    with Owner("blue", store) as next_blue:
        wait_until(lambda: colours(store) == ("blue", "green"), "green does not come back")
        done(promote("green", store), "green is live")
        assert visit(next_blue.public) == 1


def test_a_standby_that_the_next_owner_refuses_goes_on_standing_by(blue, green, store):
    blue.stop(signal.SIGKILL)
    with Owner("green", store):
        assert "its stage is green too" in green.wait_for_log("the owner refuses us")["reason"]
        assert visit(green.preview) == 1


CONNECT = "import socket, sys; s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.connect(sys.argv[1]); " \
          "print(s.recv(100))"
NOBODY = 65534


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT RUN: only root can be another user")
def test_another_user_does_not_get_in():
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        path = pathlib.Path(directory) / "visits.db"
        with Owner("blue", f"sqlite:{path}") as blue:
            control = path.with_name("visits.db.control")
            assert "PermissionError" in connect_as_nobody(control).stderr
            control.chmod(0o755)
            (control / "socket").chmod(0o777)
            assert connect_as_nobody(control).stdout == "b''\n"
            assert f"of another user, {NOBODY}" in blue.wait_for_log("control socket")["refused"]


def connect_as_nobody(control):
    return subprocess.run([sys.executable, "-c", CONNECT, str(control / "socket")], user=NOBODY, group=NOBODY,
                          extra_groups=[], capture_output=True, text=True, check=False, timeout=GUARD_SECONDS)
