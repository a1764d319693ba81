"""A start that migrates the store's file and is cut off: the file has the one schema or the other, whole, and all visits."""

import signal

import pytest

from crash.lives import command, number_from, stored
from crash.power import Disk, calls, traced
from support import golden
from support.faults import tampering, traceable
from support.golden import SCHEMA, SCHEMA_BEFORE, VISITS, schema_of
from support.raw_http import VISIT, Connection, NoAnswer
from support.server import Server

CUTS = number_from("MIGRATION_CUTS", 60)


def life(store, wrapper):
    """A start, a visit and a stop; gives the exit code, of whatever ended it."""
    server = Server(store=store, env=traceable(), wrapper=wrapper)
    try:
        server.__enter__()
        with Connection(server.public) as connection:
            connection.ask(VISIT)
        server.stop()
    except (AssertionError, ConnectionError, NoAnswer):
        server.wait()
    finally:
        server.__exit__()
    return server.process.returncode


@pytest.mark.parametrize("fault, ends_with", [("signal=KILL", -signal.SIGKILL), ("error=EIO", 1)], ids=["kill", "EIO"])
@pytest.mark.parametrize("call, steps_at_least", [("pwrite64", 5), ("fdatasync", 2)])
def test_whatever_fails_the_next_start_finds_one_schema_or_the_other(tmp_path, call, steps_at_least, fault, ends_with):
    path = tmp_path / "state" / "visits.db"
    store, found, step, ended = f"sqlite:{path}", [], 0, ends_with
    while ended != 0:
        step += 1
        for leftover in path.parent.glob("visits.db*"):
            if leftover.is_file():
                leftover.unlink()
        golden.put(path)
        files = [path, f"{path}-wal"]
        ended = life(store, tampering(call, f"{fault}:when={step}", paths=files))
        assert ended in (0, ends_with), step
        assert stored(store) in (VISITS, VISITS + 1), step
        found.append(schema_of(path))
    print(found)
    assert len(found) > steps_at_least
    assert set(found) == {SCHEMA_BEFORE, SCHEMA}
    assert found == sorted(found) and found[-1] == SCHEMA


def test_a_power_cut_at_any_moment_leaves_one_schema_or_the_other(tmp_path, rng):
    directory, cut, trace = tmp_path / "state", tmp_path / "cut", tmp_path / "trace"
    golden.put(directory / "visits.db")
    disk = Disk(directory)
    disk.acknowledged = VISITS
    assert life(f"sqlite:{directory}/visits.db", traced(trace)) == 0
    seen = list(calls(trace))
    cuts = {rng.randrange(len(seen)) for _ in range(CUTS)} | {0, len(seen) - 1}
    found = set()
    for now, call in enumerate(seen):
        disk.see(call)
        if now in cuts:
            found.add(schema_after_a_cut(disk, cut, rng))
    assert found == {SCHEMA_BEFORE, SCHEMA}


def schema_after_a_cut(disk, directory, rng):
    directory.mkdir(exist_ok=True)
    for name, content in disk.image(rng).items():
        (directory / name).write_bytes(content)
    got = command("get", "--store", f"sqlite:{directory}/visits.db")
    assert got.returncode == 0 and disk.acknowledged <= int(got.stdout) <= VISITS + 1, got
    schema = schema_of(directory / "visits.db")
    for file in directory.iterdir():
        file.unlink()
    return schema
