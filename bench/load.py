"""What is done to a server: single requests, closed loops of requests, many idle connections; and the bare disk beside it."""

import contextlib
import json
import os
import pathlib
import resource
import select
import shlex
import socket
import statistics
import subprocess
import time
from typing import NamedTuple

from bench.machine import SERVER_CPU, BenchFailed, pinned

PATIENCE_SECONDS = 30
CONNECTIONS_PER_ADDRESS = 2000  # well below the ephemeral ports of one source address


class Answer(NamedTuple):
    status: int
    headers: list  # of (name, value), in the server's order
    body: bytes
    size: int  # bytes on the wire


def get(address, path):
    """One GET on a connection of its own."""
    with socket.create_connection(address, PATIENCE_SECONDS) as connection:
        return exchange(connection, path)


def exchange(connection, path):
    """One GET on an open connection, which stays open."""
    host, port = connection.getpeername()
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    received = b""
    while b"\r\n\r\n" not in received:
        received += _receive(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    status_line, *lines = head.decode("latin-1").split("\r\n")
    headers = [tuple(line.split(": ", 1)) for line in lines]
    length = next(int(value) for name, value in headers if name.lower() == "content-length")
    while len(body) < length:
        body += _receive(connection)
    return Answer(int(status_line.split()[1]), headers, body, len(head) + 4 + len(body))


def wrk(address, connections, seconds, target="/counter", post=()):
    """One run of wrk of GETs, or with a POST of (body, field, …); anything but complete 2xx answers raises."""
    host, port = address
    summary = _run_generator(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency",
         "-s", str(pathlib.Path(__file__).with_name("wrk.lua")), f"http://{host}:{port}{target}", "--", *post], seconds)
    if any(summary["errors"].values()):
        raise BenchFailed(f"wrk -c{connections}: {summary}")
    return summary


def lean(program, address, connections, seconds, target="/counter"):
    """One run of bench/load.cpp; anything but complete answers with 200 raises."""
    return _run_generator([program, str(address[1]), str(connections), str(seconds), target], seconds)


def flush(directory, seconds):
    """Appends 4 KiB and calls fdatasync, over and over: {"p50_us", "p99_us"} of one such pair."""
    path = os.path.join(directory, "flush")
    block = os.urandom(4096)
    samples_ns = []
    file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        with pinned(SERVER_CPU):
            end = time.perf_counter_ns() + int(seconds * 1e9)
            while (before := time.perf_counter_ns()) < end:
                os.write(file, block)
                os.fdatasync(file)
                samples_ns.append(time.perf_counter_ns() - before)
    finally:
        os.close(file)
        os.unlink(path)
    percentiles = statistics.quantiles(samples_ns, n=100)
    return {"p50_us": percentiles[49] / 1000, "p99_us": percentiles[98] / 1000, "flushes": len(samples_ns)}


@contextlib.contextmanager
def idle_connections(address, count):
    """Holds `count` connections that each got one answer and then fell silent."""
    with contextlib.ExitStack() as stack:
        poll = select.poll()
        for number in range(count):
            source = f"127.0.0.{1 + number // CONNECTIONS_PER_ADDRESS}"
            connection = stack.enter_context(
                socket.create_connection(address, PATIENCE_SECONDS, source_address=(source, 0)))
            if exchange(connection, "/counter").status != 200:
                raise BenchFailed(f"connection {number} was not answered with 200")
            poll.register(connection, select.POLLIN)
        yield
        if closed := len(poll.poll(0)):
            raise BenchFailed(f"the server closed {closed} of {count} idle connections")


def _run_generator(command, seconds):
    cpu = _children_cpu_seconds()
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + PATIENCE_SECONDS)
    if done.returncode:
        raise BenchFailed(f"{shlex.join(command)}: {done.stderr}")
    summary = json.loads(done.stdout.splitlines()[-1])
    if not summary["requests"]:
        raise BenchFailed(f"{shlex.join(command)}: no answer")
    summary["cpu_share"] = (_children_cpu_seconds() - cpu) / (summary["duration_us"] / 1e6)
    return summary


def _children_cpu_seconds():
    """CPU time of the children that have ended, which between two readings is that of one generator."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _receive(connection):
    if not (chunk := connection.recv(65536)):
        raise BenchFailed("the server closed a connection before its answer was complete")
    return chunk
