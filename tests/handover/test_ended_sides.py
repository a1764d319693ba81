"""Either side is killed at any moment of a hand-over: within moments the other serves, and no visit is lost or doubled."""

import concurrent.futures
import os
import pathlib
import random
import signal
import threading

import pytest

from handover.colours import Owner, Standby, promote, refused, status
from support.process import wait_until
from support.server import run
from support.visitors import Visitors

CYCLES = int(os.environ.get("HAND_OVER_KILLS", 8))
SEED = int(os.environ.get("HAND_OVER_SEED", random.SystemRandom().randrange(1 << 32)))
CLIENTS = 8
DELAY_SECONDS_MAX = 0.15  # longer than a hand-over takes


@pytest.mark.parametrize("cycle", range(CYCLES))
def test_a_side_that_is_killed_is_replaced_by_the_other(store, cycle):
    print(f"HAND_OVER_SEED={SEED}")
    dice = random.Random(f"{SEED} {cycle}")
    with Owner("blue", store) as blue, Standby("green", store, listen="{}:{}".format(*blue.public),
                                               ops_listen="{}:{}".format(*blue.ops)) as green:
        with Visitors(blue.public, CLIENTS) as visitors:
            visitors.wait_for(visits=50)
            victim, survivor = dice.sample([blue, green], 2)
            promotion = threading.Thread(target=promote, args=("green", store, "1"))
            promotion.start()
            blue.wait_for_log("handing over")
            threading.Event().wait(dice.uniform(0, DELAY_SECONDS_MAX))  # any moment will do
            victim.stop(signal.SIGKILL)
            promotion.join()
            if survivor is green and green.process.poll() is None:
                wait_until(lambda: run("status", "--store", store).returncode == 0 or never_promoted(green),
                           "nobody serves")
            if survivor is blue or not never_promoted(green):
                visitors.wait_for(visits=50, counted=50)
            visitors.address = None
        if survivor is blue or not never_promoted(green):
            visitors.history.check(0, status(store)["live"]["count"])


def never_promoted(green):
    """Blue was killed before it had asked green: green waits for the next owner."""
    return not [line for line in green.log if line.get("message") == "listening"]


def test_a_new_owner_that_hangs_is_ended_and_the_old_one_serves_again(store):
    with Owner("blue", store) as blue, Standby("green", store) as green:
        with Visitors(blue.public, CLIENTS) as visitors, concurrent.futures.ThreadPoolExecutor(1) as pool:
            promoted = pool.submit(promote, "green", store, "60")
            blue.wait_for_log("handed over")
            visitors.wait_for(visits=50, counted=50)
            green.process.send_signal(signal.SIGSTOP)
            refused(promoted.result(), "green failed; blue serves again")
            assert green.wait() == -signal.SIGKILL
            visitors.wait_for(visits=50, counted=50)
        visitors.history.check(0, status(store)["live"]["count"])


def test_a_standby_gives_up_an_owner_that_hangs_and_the_owner_serves_on(store):
    with Owner("blue", store) as blue, Standby("green", store) as green, \
            concurrent.futures.ThreadPoolExecutor(1) as pool:
        green.process.send_signal(signal.SIGSTOP)
        promoted = pool.submit(promote, "green", store)
        blue.wait_for_log("handing over")
        wait_until(lambda: (pathlib.Path(store.removeprefix("sqlite:") + ".control") / "trial.db").exists(), "no trial")
        blue.process.send_signal(signal.SIGSTOP)
        green.process.send_signal(signal.SIGCONT)  # finds itself asked, proves itself, and waits in vain
        green.wait_for_log("nothing was handed over")
        blue.process.send_signal(signal.SIGCONT)
        refused(promoted.result(), "green")
        assert [line for line in green.log if line.get("message") == "listening"] == []
        with Visitors(blue.public, CLIENTS) as visitors:
            visitors.wait_for(visits=50, counted=50)
