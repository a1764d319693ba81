"""Whatever the other side does at each step: blue never stops for long, nobody serves without the lock."""

import concurrent.futures
import contextlib
import sqlite3

import pytest

from e2e.answers import visit_number
from handover import partner
from handover.colours import Owner, Standby, colours, promote, refused
from handover.partner import Says
from support.raw_http import VISIT, Connection, ask
from support.server import run


@pytest.fixture
def blue(store):
    with Owner("blue", store) as owner:
        yield owner


@contextlib.contextmanager
def promotion(store):
    """`promote green` while the block runs; yields its result to come."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        yield pool.submit(promote, "green", store)


def count_on_trial(path):
    """What a release does to prove itself."""
    with contextlib.closing(sqlite3.connect(path.with_name("visits.db.control") / "trial.db")) as trial:
        record = trial.execute("SELECT visit_count FROM counters").fetchone()
        trial.execute("UPDATE counters SET visit_count = visit_count + 1")
        trial.commit()
        return record[0]


def be_handed_the_store(green, path):
    """Proves itself as a release does, then gets all connections and the lock; gives how many connections."""
    green.hear(Says.PREPARE)
    count_on_trial(path)
    green.say(Says.READY)
    connections = 0
    while green.hear(Says.CONNECTION, Says.TAKE)[0] == Says.CONNECTION:
        connections += 1
    return connections


@pytest.mark.parametrize("answer", [
    lambda green: green.say(Says.UNFIT, text=b"not today"),
    lambda green: green.say(Says.GOODBYE),
    lambda green: green.say(Says.OPENED),
    lambda green: green.say(Says.READY),  # and has not counted
    lambda green: green.say(Says.READY, version=2),
    lambda green: green.send(b"nonsense of some length"),
    lambda green: green.close(),
], ids=["unfit", "told to end", "out of order", "a lie", "another version", "nonsense", "gone"])
def test_before_the_lock_has_left_blue_never_stops(blue, store, path, answer):
    with Connection(blue.public) as visitor:
        assert visit_number(visitor.ask(VISIT)) == 1
        with partner.standby(path) as green, promotion(store) as promoted:
            assert green.hear(Says.PREPARE)[1] == 1
            answer(green)
            refused(promoted.result(), "green is not ready")
        assert visit_number(visitor.ask(VISIT)) == 2
    assert [line for line in blue.log if line.get("message") == "handed over"] == []


@pytest.mark.parametrize("answer", [
    lambda green: green.close(),
    lambda green: (green.close_descriptors(), green.say(Says.FAILED, text=b"no")),
    lambda green: (green.close_descriptors(), green.send(b"nonsense of some length")),
], ids=["gone", "failed", "nonsense"])
def test_after_the_lock_has_left_blue_takes_it_back_with_all_connections(blue, store, path, answer):
    with Connection(blue.public) as visitor, Connection(blue.public) as slow:
        assert visit_number(visitor.ask(VISIT)) == 1
        slow.send(VISIT[:10])
        with partner.standby(path) as green, promotion(store) as promoted:
            assert be_handed_the_store(green, path) >= 2
            answer(green)
            refused(promoted.result(), "green failed; blue serves again")
        assert visit_number(visitor.ask(VISIT)) == 2
        assert visit_number(slow.ask(VISIT[10:])) == 3
    assert colours(store) == ("blue", None)


def test_what_a_new_owner_may_have_answered_is_not_answered_again(blue, store, path):
    """Blue has given it up already when it says that it serves, and then lets go of everything."""
    with Connection(blue.public) as visitor:
        assert visit_number(visitor.ask(VISIT)) == 1
        visitor.send(VISIT[:10])
        with partner.standby(path) as green, promotion(store) as promoted:
            be_handed_the_store(green, path)
            blue.wait_for_log("hand-over failed")
            green.say(Says.OPENED)
            green.close_descriptors()
            refused(promoted.result(), "green failed; blue serves again")
        assert visitor.ended()
    assert visit_number(ask(blue.public, "GET", "/counter")) == 2


def test_a_standby_that_says_it_is_ready_and_is_not_does_not_wait_for_the_store(blue, store, path):
    with partner.standby(path) as green, promotion(store) as promoted:
        green.hear(Says.PREPARE)
        green.say(Says.READY)
        refused(promoted.result(), "green is not ready")
        assert green.ended()
    assert colours(store) == ("blue", None)


def test_a_new_owner_that_turns_unwell_is_relieved(blue, store, path):
    with partner.standby(path) as green, promotion(store) as promoted:
        ask(blue.public, "GET", "/counter")
        be_handed_the_store(green, path)
        green.say(Says.OPENED)
        green.hear(Says.ASK_HEALTH)
        green.say(Says.UNWELL, text=b"I feel faint")
        green.close_descriptors()
        refused(promoted.result(), "green failed; blue serves again")
    assert visit_number(ask(blue.public, "GET", "/counter")) == 2


# --- the standby's side ------------------------------------------------------------------------------------------


@contextlib.contextmanager
def prepared(store, path):
    """A standby whose owner, which the test plays, is about to hand over; yields both and its copy of the store."""
    assert run("set", "main_counter", "5", "--store", store).returncode == 0
    with partner.Owner(path) as owner, concurrent.futures.ThreadPoolExecutor(1) as pool:
        welcomed = pool.submit(owner.welcome)
        with Standby("green", store) as green, welcomed.result() as blue:
            assert run("backup", str(path.with_name("visits.db.control") / "trial.db"), "--store",
                       f"sqlite:{path}.original").returncode == 0
            yield owner, green, blue


@pytest.fixture
def original(path):
    """A store with five visits beside the one that the test holds."""
    assert run("set", "main_counter", "5", "--store", f"sqlite:{path}.original").returncode == 0


@pytest.mark.parametrize("leave", [
    lambda blue: blue.close(),
    lambda blue: blue.send(b"nonsense of some length"),
], ids=["gone", "nonsense"])
def test_without_the_lock_a_standby_does_not_serve(store, path, original, leave):
    with prepared(store, path) as (_, green, blue):
        blue.say(Says.PREPARE, 5)
        blue.hear(Says.READY)
        leave(blue)
        green.wait_for_log("standing by", count=2)
        assert [line for line in green.log if line.get("message") == "listening"] == []
        assert visit_number(ask(green.preview, "GET", "/counter")) == 1


def test_when_the_owner_dies_in_the_middle_the_standby_serves(store, path, original):
    with contextlib.ExitStack() as life:
        owner, green, blue = life.enter_context(prepared(store, path))
        blue.say(Says.PREPARE, 5)
        blue.hear(Says.READY)
        owner.die()
        blue.close()
        listening = green.wait_for_log("listening")
        host, port = listening["listen"].rsplit(":", 1)
        assert visit_number(ask((host, int(port)), "GET", "/counter")) == 6


def test_a_store_with_fewer_visits_than_was_said_is_not_served(store, path, original):
    with prepared(store, path) as (owner, green, blue), partner.listeners() as (public, ops):
        blue.say(Says.PREPARE, 5)
        blue.hear(Says.READY)
        blue.say(Says.TAKE, 6, b"", [public, ops, owner.listener(), owner.lock()])
        assert b"the store has 5 visits, and had 6" in blue.hear(Says.FAILED)[2]
        assert [line for line in green.log if line.get("message") == "listening"] == []


def test_a_store_whose_quotas_cannot_be_read_is_not_served(store, path, original):
    path.with_name("visits.db.usage").write_text("nonsense\n")
    with prepared(store, path) as (owner, green, blue), partner.listeners() as (public, ops):
        blue.say(Says.PREPARE, 5)
        blue.hear(Says.READY)
        blue.say(Says.TAKE, 5, b"", [public, ops, owner.listener(), owner.lock()])
        assert b"visits.db.usage: line 1 is not as this program wrote it" in blue.hear(Says.FAILED)[2]
        assert [line for line in green.log if line.get("message") == "listening"] == []


def test_a_lock_of_another_file_is_not_taken(store, path, original, tmp_path):
    with prepared(store, path) as (owner, _, blue), partner.listeners() as (public, ops), \
            open(tmp_path / "other", "wb") as other:
        blue.say(Says.PREPARE, 5)
        blue.hear(Says.READY)
        blue.say(Says.TAKE, 5, b"", [public, ops, owner.listener(), other.fileno()])
        assert b"what was handed over is not" in blue.hear(Says.FAILED)[2]


def test_a_copy_with_another_count_is_refused(store, path, original):
    with prepared(store, path) as (_, _, blue):
        blue.say(Says.PREPARE, 4)
        assert blue.hear(Says.UNFIT)[2] == b"a copy of the store has 5 visits, not 4"
