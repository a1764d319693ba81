"""Blue and green: two servers of one store, and what the commands say of them."""

import json

from support.server import Server, run

WATCH = "1"  # second


class Standby(Server):
    """A server that finds the store owned. `preview` is where it answers."""

    STARTED = "standing by"

    def __init__(self, stage, store, *flags, **options):
        super().__init__("--stage", stage, "--preview-listen", "127.0.0.1:0", *flags, store=store, **options)


class Owner(Server):
    """A server that gets the store."""

    def __init__(self, stage, store, *flags, **options):
        super().__init__("--stage", stage, "--preview-listen", "127.0.0.1:0", *flags, store=store, **options)


def status(store):
    asked = run("status", "--json", "--store", store)
    assert (asked.returncode, asked.stderr) == (0, ""), asked
    return json.loads(asked.stdout)


def colours(store):
    """(live, standby) by their stages."""
    told = status(store)
    return told["live"]["stage"], told["standby"] and told["standby"]["stage"]


def promote(stage, store, watch=WATCH):
    return run("promote", stage, "--yes", "--watch", watch, "--store", store)


def rollback(store, watch=WATCH):
    return run("rollback", "--yes", "--watch", watch, "--store", store)


def done(result, words):
    assert (result.returncode, result.stdout) == (0, f"{words}\n"), result


def refused(result, words):
    assert (result.returncode, result.stdout) == (1, ""), result
    assert words in result.stderr, result
