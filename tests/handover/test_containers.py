"""Blue and green in process namespaces of their own, as two containers are: neither sees the other's process."""

import signal
import subprocess

import pytest

from e2e.answers import visit_number
from handover.colours import Owner, Standby, colours, done, promote, rollback
from support.process import wait_until
from support.raw_http import VISIT, Connection

CONTAINER = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")


@pytest.fixture(scope="module", autouse=True)
def possible():
    if subprocess.run([*CONTAINER, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("NOT RUN: no process namespaces here")


@pytest.fixture
def blue(store):
    with Owner("blue", store, wrapper=CONTAINER) as owner:
        yield owner
        owner.stop(signal.SIGKILL)  # nothing else ends such a namespace


@pytest.fixture
def green(blue, store):
    with Standby("green", store, wrapper=CONTAINER) as standby:
        yield standby
        standby.stop(signal.SIGKILL)


@pytest.mark.usefixtures("green")
def test_they_hand_over_to_each_other(blue, store):
    with Connection(blue.public) as visitor:
        assert visit_number(visitor.ask(VISIT)) == 1
        done(promote("green", store), "green is live")
        assert visit_number(visitor.ask(VISIT)) == 2
        done(rollback(store), "blue is live")
        assert visit_number(visitor.ask(VISIT)) == 3


def test_one_that_is_killed_is_followed_by_the_other(blue, green, store):
    done(promote("green", store), "green is live")
    green.stop(signal.SIGKILL)
    with Connection(blue.public) as visitor:
        assert visit_number(visitor.ask(VISIT)) == 1
    wait_until(lambda: colours(store) == ("blue", None), "blue does not serve")
