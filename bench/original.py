#!/usr/bin/python3
"""Clients as the Python program that this one replaces: each visit is an UpdateItem of its own, through botocore."""

import os
import sys

# Not this file's own folder: there http.py would hide the standard library's module `http`.
sys.path[0] = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests")

import concurrent.futures
import json
import statistics
import time

from support.original import Original


def main():
    endpoint, table, clients, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    original = Original(endpoint, table)
    original.visit()  # connects, and reads what botocore knows of the service
    with concurrent.futures.ThreadPoolExecutor(clients) as threads:
        began = time.monotonic()
        visits = [threads.submit(visit_until, original, began + seconds) for _ in range(clients)]
        samples = [sample for client in visits for sample in client.result()]
        duration = time.monotonic() - began
    percentiles = statistics.quantiles(samples, n=100)
    print(json.dumps({"requests": len(samples), "duration_us": duration * 1e6, "p50_us": percentiles[49] * 1e6,
                      "p99_us": percentiles[98] * 1e6}))


def visit_until(original, end):
    """How long each took, in seconds."""
    samples = []
    while (before := time.monotonic()) < end:
        original.visit()
        samples.append(time.monotonic() - before)
    return samples


if __name__ == "__main__":
    main()
