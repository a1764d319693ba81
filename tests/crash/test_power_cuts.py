"""Power cuts at any moment of a server's life, and after a disk error that went away (S3, S7)."""

import pathlib
import re
import shutil

import pytest

from crash.lives import number_from
from crash.power import Disk, calls, traced
from support.faults import traceable
from support.server import Server, run
from support.visitors import Visitors

CUTS = number_from("CRASH_CUTS", 500)
ERRORS = number_from("CRASH_ERRORS", 5)
CUTS_AFTER_AN_ERROR = 10
CLIENTS = 8
FAILING_SYNC = 6  # of the store's thread; no other thread makes so many


def assert_survives(image, directory, acknowledged, what, unanswered=CLIENTS):
    """A start on what the power cut left finds every visit that was answered, and none that was not sent."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    for name, content in image.items():
        pathlib.Path(directory, name).write_bytes(content)
    found = run("get", "--store", f"sqlite:{directory}/visits.db")
    if acknowledged == 0 and found.returncode == 1:  # before the first commit
        assert re.search("it does not exist|there is no counter", found.stderr), (what, found)
        return
    assert (found.returncode, found.stderr) == (0, ""), (what, found)
    assert acknowledged <= int(found.stdout) <= acknowledged + unanswered, what


def recorded_life(store, trace, counted, *more):
    """A life under load, to an ordinary end after so many visits, or else to the end that it finds by itself."""
    with Server(store=store, env=traceable(), wrapper=(*traced(trace), *more)) as server:
        with Visitors(server.public, CLIENTS) as visitors:
            if counted is None:
                assert server.wait() == 1
            else:
                visitors.wait_for(counted=counted)
        assert server.process.poll() is not None or server.stop() == 0


class NeverWritten:
    """Random numbers for a cut after which nothing is on the disk that no sync has brought there."""

    def random(self):
        return 0.0

    def randint(self, low, _):
        return low


def assert_forgets_before_it_reads(seen, directory):
    for name in ("visits.db", "visits.db-wal"):
        touched = [call.name for call in seen if call.name in ("pread64", "fadvise64") and call.result is not None
                   and call.file() == f"{directory}/{name}"]
        assert touched[0] == "fadvise64", touched[:5]


class DiskThatIgnoresSyncs(Disk):
    """What it has acknowledged to the program is not there: the replay must be able to tell."""

    def see(self, call):
        if call.name not in ("fsync", "fdatasync") or not call.file().endswith("-wal"):
            super().see(call)


def test_no_answered_visit_is_lost_by_a_power_cut_at_any_moment(tmp_path, rng):
    directory, trace = tmp_path / "state", tmp_path / "trace"
    directory.mkdir()
    disk = Disk(directory)
    recorded_life(f"sqlite:{directory}/visits.db", trace, 2_500)
    seen = list(calls(trace))
    cuts = sorted(rng.randrange(len(seen)) for _ in range(CUTS))
    for now, call in enumerate(seen):
        disk.see(call)
        while cuts and cuts[0] == now:
            cuts.pop(0)
            assert_survives(disk.image(rng), tmp_path / "cut", disk.acknowledged, f"cut at {now} of {len(seen)}")
    assert disk.acknowledged >= 2_500
    print(f"{CUTS} power cuts over {len(seen)} moments of a life, {disk.acknowledged} visits, none lost")


def test_the_replay_finds_a_disk_that_ignores_syncs(tmp_path, rng):
    directory, trace = tmp_path / "state", tmp_path / "trace"
    directory.mkdir()
    disk = DiskThatIgnoresSyncs(directory)
    recorded_life(f"sqlite:{directory}/visits.db", trace, 50)
    for call in calls(trace):
        disk.see(call)
        if disk.acknowledged >= 50:
            break
    with pytest.raises(AssertionError):
        for cut in range(20):
            assert_survives(disk.image(rng), tmp_path / "cut", disk.acknowledged, cut)


@pytest.mark.parametrize("cache", ["dropped", "kept"])
def test_visits_that_are_answered_after_an_error_that_went_away_survive_a_power_cut(tmp_path, rng, cache):
    """The kernel marks what it could not write clean: it can be read, and is never written. A start that believed what
    it reads would build on a log with a hole. It asks the kernel to forget, which may not help, and folds all it reads
    into the file before it answers anybody."""
    for number in range(ERRORS):
        directory = tmp_path / f"state-{number}"
        store = f"sqlite:{directory}/visits.db"
        assert run("set", "main_counter", "0", "--store", store).returncode == 0
        disk = Disk(directory)
        failing = FAILING_SYNC + rng.randrange(20)
        recorded_life(store, tmp_path / "failing", None, "-e", f"inject=fdatasync:error=EIO:when={failing}")
        for call in calls(tmp_path / "failing"):
            disk.see(call)
        if cache == "dropped":
            for name, content in disk.image(NeverWritten()).items():
                pathlib.Path(directory, name).write_bytes(content)
        recorded_life(store, tmp_path / "healthy", 30)
        seen = list(calls(tmp_path / "healthy"))
        assert_forgets_before_it_reads(seen, directory)
        cuts = {rng.randrange(len(seen)) for _ in range(CUTS_AFTER_AN_ERROR)}
        for now, call in enumerate(seen):
            disk.see(call)
            if now in cuts:
                # Of the batch whose sync failed nobody had an answer either.
                assert_survives(disk.image(rng), tmp_path / "cut", disk.acknowledged, (number, now), 2 * CLIENTS)
