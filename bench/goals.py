"""What is wanted of the figures, and whether a record reaches it."""

from statistics import median
from typing import NamedTuple

from bench.comparison import BARE as BARE_SERVER
from bench.comparison import NGINX, REDIS_ALWAYS, SQLITE
from bench.figures import added_us, function_median, of_rounds, ratios, table_ratios
from bench.function import BOOTSTRAP, PYTHON
from bench.markdown import table
from bench.table import BARE, COUNTER, ORIGINAL

RATIO_MIN = {64: 1.1, 256: 1.25, 1024: 1.25}
P99_CONNECTIONS = 1024
CPU_CONNECTIONS, CPU_RATIO_MAX = 256, 0.8
REDIS_CONNECTIONS, REDIS_RATIO_MIN = 64, 3
FLUSH_MARGIN_US = 50
IDLE_MIB_MAX, CONNECTION_KIB_MAX = 6, 4
START_MS_MAX = 15
HEALTH_P99_MS_MAX = 15
VISITS_PER_COMMIT_AT_64_MIN = 4
TABLE_RATIO_MIN = 20
# Of the Lambda function, against the Python program: what is measured, its form, the most that is wanted.
FUNCTION_GOALS = {
    "start_ms": ("from exec to the first answer, ms", 1, 1 / 10),
    "resident_bytes": ("resident memory, MiB", 2**20, 1 / 5),
    "cpu_us_per_event": ("CPU per warm event, µs", 1, 1 / 5),
}


class Goal(NamedTuple):
    name: str
    wanted: str
    reached: str
    bare: str  # what a server reaches that does nothing but flush and send; empty where it was not asked
    met: bool


def goals(results):
    """Those whose part was measured."""
    return [goal for part, judge in (("http", _http), ("latency", _latency), ("memory", _memory), ("start", _start),
                                     ("health", _health), ("dynamodb", _dynamodb), ("lambda", _lambda))
            if part in results for goal in judge(results[part])]


def section(results):
    rows = [(*goal[:-1], "met" if goal.met else "**not met**") for goal in goals(results)]
    return "## Goals\n\n" + table(("goal", "wanted", "reached", "bare server", ""), rows)


def _http(part):
    for connections, wanted in RATIO_MIN.items():
        reached, bare = (median(ratios(part, server, connections)) for server in (SQLITE, BARE_SERVER))
        yield Goal(f"durable visits/s at {connections:,} connections, against nginx's constant", f"≥ {wanted}",
                   f"{reached:.2f}", f"{bare:.2f}", reached >= wanted)
    reached, bare, wanted = (median(of_rounds(part, server, P99_CONNECTIONS, "p99_us")) / 1000
                             for server in (SQLITE, BARE_SERVER, NGINX))
    yield Goal(f"p99 at {P99_CONNECTIONS:,} connections", f"≤ nginx's, {wanted:.1f} ms", f"{reached:.1f} ms",
               f"{bare:.1f} ms", reached <= wanted)
    reached, bare = (median(ratios(part, server, CPU_CONNECTIONS, "cpu_us_per_request"))
                     for server in (SQLITE, BARE_SERVER))
    yield Goal(f"CPU time of a durable visit at {CPU_CONNECTIONS} connections, against nginx's constant",
               f"≤ {CPU_RATIO_MAX}", f"{reached:.2f}", f"{bare:.2f}", reached <= CPU_RATIO_MAX)
    if REDIS_ALWAYS not in part["absent"]:
        reached, bare = (median(ratios(part, server, REDIS_CONNECTIONS, other=REDIS_ALWAYS))
                         for server in (SQLITE, BARE_SERVER))
        yield Goal(f"visits/s at {REDIS_CONNECTIONS} connections, against webdis and redis that flush always",
                   f"≥ {REDIS_RATIO_MIN}", f"{reached:.1f}", f"{bare:.1f}", reached >= REDIS_RATIO_MIN)
    gathered = part["commits"][64]["visits_per_commit"]
    yield Goal("visits per commit at 64 connections", f"≥ {VISITS_PER_COMMIT_AT_64_MIN}", f"{gathered:.1f}", "",
               gathered >= VISITS_PER_COMMIT_AT_64_MIN)


def _latency(part):
    added = median(added_us(part, "p50_us"))
    yield Goal("one client, p50 above append + fdatasync", f"≤ {FLUSH_MARGIN_US} µs", f"{added:.0f} µs", "",
               added <= FLUSH_MARGIN_US)


def _memory(part):
    mib, kib = part["idle_bytes"] / 2**20, part["bytes_per_connection"] / 1024
    yield Goal("anonymous memory, idle", f"≤ {IDLE_MIB_MAX} MiB", f"{mib:.1f} MiB", "", mib <= IDLE_MIB_MAX)
    yield Goal(f"anonymous memory of each of {part['connections']:,} idle connections", f"≤ {CONNECTION_KIB_MAX} KiB",
               f"{kib:.2f} KiB", "", kib <= CONNECTION_KIB_MAX)


def _start(part):
    start = part["median_ms"]
    yield Goal("start to first answer, on a store that exists", f"≤ {START_MS_MAX} ms", f"{start:.1f} ms", "",
               start <= START_MS_MAX)


def _health(part):
    p99 = median(measured["result"]["p99_us"] for measured in part["rounds"]) / 1000
    yield Goal(f"p99 of `/health` while {part['connections']} connections count and a flush takes 5 ms",
               f"≤ {HEALTH_P99_MS_MAX} ms", f"{p99:.1f} ms", "", p99 <= HEALTH_P99_MS_MAX)


def _dynamodb(part):
    for title, other in (("clients of the Python program", ORIGINAL), ("bare updates", BARE)):
        ratio = median(table_ratios(part, COUNTER, other))
        yield Goal(f"visits/s on a table at {part['clients']} clients, against {title}", f"≥ {TABLE_RATIO_MIN}",
                   f"{ratio:.1f}", "", ratio >= TABLE_RATIO_MIN)


def _lambda(part):
    for key, (title, _, wanted) in FUNCTION_GOALS.items():
        ratio = function_median(part, BOOTSTRAP, key) / function_median(part, PYTHON, key)
        yield Goal(f"Lambda function against Python: {title.partition(',')[0]}", f"≤ 1/{1 / wanted:.0f}",
                   f"1/{1 / ratio:.1f}", "", ratio <= wanted)
