"""One counter in a table: `serve` with group commit beside clients that each send an update of their own."""

import json
import pathlib
import subprocess
import sys

from bench import load, machine
from bench.machine import BenchFailed
from bench.servers import Counter, Dynalite

ROOT = pathlib.Path(__file__).resolve().parents[1]
CLIENTS = 64
TABLE = "visits"
KEYS = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_EC2_METADATA_DISABLED": "true"}
COUNTER, BARE, ORIGINAL = "counter DynamoDB", "bare updates", "original"
PATIENCE_SECONDS = 60

# Dynalite wants a signature and does not look at it: here nobody spends time on one.
BARE_UPDATE = (
    json.dumps({"TableName": TABLE, "Key": {"counter_id": {"S": "bare"}}, "ReturnValues": "UPDATED_NEW",
                "UpdateExpression": "ADD visit_count :one SET last_updated = :now",
                "ExpressionAttributeValues": {":one": {"N": "1"}, ":now": {"S": "2026-11-22T12:00:00Z"}}}),
    "Content-Type: application/x-amz-json-1.0", "X-Amz-Target: DynamoDB_20120810.UpdateItem",
    "X-Amz-Date: 20261122T120000Z",
    "Authorization: AWS4-HMAC-SHA256 Credential=id/20261122/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0")


def measure(binary, directory, rounds, seconds, progress):
    """Visits/s, requests to the table and the table's CPU time of each way to count, in turn."""
    measured = []
    with Dynalite("dynalite", ROOT / "tests/support/dynalite.cjs", directory) as dynalite:
        endpoint = "http://{}:{}".format(*dynalite.address)
        store = f"dynamodb://{TABLE}?region=local&endpoint={endpoint}&engine=dynalite&timeout=10"
        subprocess.run([binary, "table", "create", "--store", store], env=KEYS, check=True, stdout=subprocess.DEVNULL)
        with Counter(COUNTER, binary, store, directory, environment=KEYS) as server:
            load.wrk(server.address, CLIENTS, 1)  # node compiles what is used often
            ways = {
                ORIGINAL: (lambda: _original(endpoint, seconds), lambda: server.count("main_counter")),
                BARE: (lambda: load.wrk(dynalite.address, CLIENTS, seconds, "/", BARE_UPDATE),
                       lambda: server.count("bare")),
                COUNTER: (lambda: load.wrk(server.address, CLIENTS, seconds), server.count),
            }
            for number in range(rounds):
                measured.append(machine.undisturbed(
                    lambda: {name: _run(dynalite, name, *way) for name, way in ways.items()}))
                server.forget_log()
                progress(f"dynamodb: round {number + 1} of {rounds}")
    return {"clients": CLIENTS, "rounds": measured}


def _run(dynalite, name, visit, count):
    """One timed run. The table must then hold every answered visit, and no more than could have been sent."""
    before, requests, cpu = count(), dynalite.requests(), dynalite.cpu_seconds()
    summary = visit()
    cpu, requests = dynalite.cpu_seconds() - cpu, dynalite.requests() - requests
    risen, answered = count() - before, summary["requests"]
    if not answered <= risen <= answered + CLIENTS:
        raise BenchFailed(f"{name}: {answered} visits were answered, but the stored count rose by {risen}")
    return {"visits_per_second": answered * 1e6 / summary["duration_us"], "p50_us": summary["p50_us"],
            "p99_us": summary["p99_us"], "requests_per_visit": requests / risen,
            "table_cpu_us_per_visit": cpu * 1e6 / risen}


def _original(endpoint, seconds):
    """Its first visit, which is not timed, is counted as one of those that were on their way."""
    done = subprocess.run([sys.executable, str(ROOT / "bench/original.py"), endpoint, TABLE, str(CLIENTS), str(seconds)],
                          check=True, stdout=subprocess.PIPE, text=True, timeout=seconds + PATIENCE_SECONDS)
    return json.loads(done.stdout)
