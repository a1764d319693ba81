"""Hand-overs under load, with the checker: nobody notices, nothing is lost, nothing counts twice."""

import itertools
import os
import time

from handover.clients import Clients
from handover.colours import Owner, Standby, done, promote, status

HAND_OVERS = int(os.environ.get("HAND_OVERS", 50))


def ten_syncs(directory):
    """What ten small durable writes take on this disk."""
    with open(directory / "sync", "wb", buffering=0) as file:
        began = time.monotonic()
        for _ in range(10):
            file.write(b"x")
            os.fdatasync(file)
        return time.monotonic() - began


def test_nobody_notices_hand_overs(store, tmp_path):
    with Owner("blue", store, "--threads", "2") as blue, Standby("green", store, "--threads", "2"):
        with Clients(blue.public) as clients:
            for stage in itertools.islice(itertools.cycle(["green", "blue"]), HAND_OVERS):
                clients.wait_for(visits=20)
                done(promote(stage, store, watch="0"), f"{stage} is live")
                assert clients.failures == []
        assert clients.failures == []
        clients.history.check(0, status(store)["live"]["count"])
    print(f"{HAND_OVERS} hand-overs, {clients.counted} visits, longest wait {clients.longest * 1e3:.0f} ms, "
          f"ten fdatasyncs {ten_syncs(tmp_path) * 1e3:.1f} ms")
