"""A store that takes two seconds a commit, before ten thousand clients."""

import os
import resource

import pytest

from support.faults import tampering, traceable
from support.process import memory_bytes, sanitized, wait_until
from support.raw_http import stored_count
from support.server import Server, run
from support.visitors import Visitors

CLIENTS = min(int(os.environ.get("OVERLOAD_CLIENTS", "10000")), resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 500)
QUEUED_MAX = CLIENTS * 4 // 5  # as limits.hpp has it: fewer than connections
DELAY_SECONDS = 2

# limits.hpp: a connection holds a small buffer of 1 KiB, its coroutine, its request and its place in the queue; the log
# holds 4 MiB at most, twice while it writes.
CONNECTION_BYTES_MAX = 10 * 1024
OTHER_BYTES_MAX = 24 * 1024 * 1024

SLOW_DISK = ("strace", "--seccomp-bpf", *tampering("fdatasync", f"delay_exit={DELAY_SECONDS * 1_000_000}")[1:])


@pytest.mark.skipif(sanitized(), reason="sanitizers have memory and pace of their own; the release program is measured")
def test_ten_thousand_clients_of_a_slow_store_fill_the_queue_and_not_the_memory(store):
    """S14, P2: who finds the queue full is told at once, and nothing but the queue and the connections grows."""
    assert run("set", "main_counter", "0", "--store", store).returncode == 0
    flags = ("--queued-visits-max", str(QUEUED_MAX), "--header-timeout", "60", "--idle-timeout", "600")
    with Server(*flags, store=store, wrapper=SLOW_DISK, env=traceable()) as server, server.log_unread():
        before = memory_bytes(server.process.pid, "VmRSS")
        with Visitors(server.public, CLIENTS) as visitors:
            wait_until(lambda: visitors.counted >= QUEUED_MAX, "no full batch was counted")
        grown = memory_bytes(server.process.pid, "VmHWM") - before
        stored = stored_count(server)
    assert server.process.returncode == 0
    assert (visitors.cut, visitors.surprises) == ([], [])
    visitors.history.check(0, stored)
    tally = visitors.history.tally()
    assert tally["unknown"] == 0 and tally["counted"] == stored and tally["not-counted"] > 0, tally
    refusals_ns = [int(answered) - int(sent) for sent, answered, verdict in
                   (line.split(" ")[:3] for line in visitors.history.lines) if verdict == "not-counted"]
    assert min(refusals_ns) < DELAY_SECONDS * 1_000_000_000, "the refusals waited for a commit"
    print(f"{CLIENTS} clients: {grown >> 10} KiB more, {tally}, fastest refusal {min(refusals_ns) / 1e6:.2f} ms")
    assert grown <= CLIENTS * CONNECTION_BYTES_MAX + OTHER_BYTES_MAX
