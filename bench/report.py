"""Turns the results into the text of docs/performance.md."""

from statistics import median

from bench.function import BOOTSTRAP, PYTHON
from bench.machine import FOREIGN_SHARE_MAX
from bench.parts import BARE as BARE_SERVER
from bench.parts import MEMORY, NGINX, NGINX_LOGGING, SQLITE
from bench.table import BARE, COUNTER, ORIGINAL

TITLES = {
    SQLITE: "visitor-counter, SQLite, fsync on",
    BARE_SERVER: "bare server: a flush and a constant",
    MEMORY: "visitor-counter, memory",
    NGINX: "nginx, access log off",
    NGINX_LOGGING: "nginx, access log on",
}
TABLE_TITLES = {
    ORIGINAL: "Python and botocore, an UpdateItem a visit",
    BARE: "wrk, an unsigned UpdateItem a visit",
    COUNTER: "visitor-counter",
}
WRK = "wrk_requests_per_second"
RATIO_GOALS = {256: 0.9, 64: 0.8}
FLUSH_MARGIN_US = 100
VISITS_PER_COMMIT_AT_64_MIN = 4  # our reading of "far fewer commits than visits"
CONNECTION_KIB_MAX = 6
START_MS_MAX = 50
TABLE_RATIO_MIN = 20
# Of the Lambda function, against the Python program: what is measured, its form, the most that is wanted.
FUNCTION_GOALS = {
    "start_ms": ("from exec to the first answer, ms", 1, 1 / 10),
    "resident_bytes": ("resident memory, MiB", 2**20, 1 / 5),
    "cpu_us_per_event": ("CPU per warm event, µs", 1, 1 / 5),
}


def render(results):
    sections = [_introduction(results), _goals(results)]
    for part, section in (("http", _http), ("latency", _latency), ("memory", _memory), ("start", _start),
                          ("dynamodb", _dynamodb), ("lambda", _lambda)):
        if part in results:
            sections.append(section(results[part]))
    return "\n\n".join(sections) + "\n"


def _introduction(results):
    rounds = _all_rounds(results)
    lines = [
        "# Performance", "",
        f"Written by `{results['command']}`. Every server runs on CPU 0 with one worker thread for its connections, "
        "the load generator on CPU 1. Numbers move with the machine and its neighbours: "
        "compare only within this report.", "",
        _table(("", "this run"), results["environment"].items()),
    ]
    if rounds:
        repeated = sum(measured["repeated"] for measured in rounds)
        disturbed = sum(measured["foreign_share"] > FOREIGN_SHARE_MAX for measured in rounds)
        lines += ["", f"Of {len(rounds)} rounds {repeated} were measured again because other processes "
                  f"(or the hypervisor) took more than {FOREIGN_SHARE_MAX:.0%} of the two CPUs; "
                  f"{disturbed} stayed disturbed."]
    return "\n".join(lines)


def _goals(results):
    rows = []
    if "http" in results:
        for connections, goal in RATIO_GOALS.items():
            ratio = median(_ratios(results["http"], SQLITE, connections))
            bare = median(_ratios(results["http"], BARE_SERVER, connections))
            rows.append((f"durable visits/s at {connections} connections, against nginx", f"≥ {goal}",
                         f"{ratio:.2f} (bare server {bare:.2f})", ratio >= goal))
        gathered = results["http"]["commits"][64]["visits_per_commit"]
        rows.append(("visits per commit at 64 connections", f"≥ {VISITS_PER_COMMIT_AT_64_MIN}", f"{gathered:.1f}",
                     gathered >= VISITS_PER_COMMIT_AT_64_MIN))
    if "latency" in results:
        added = median(_added_us(results["latency"], "p50_us"))
        rows.append(("one client, p50 above append + fdatasync", f"≤ {FLUSH_MARGIN_US} µs", f"{added:.0f} µs",
                     added <= FLUSH_MARGIN_US))
    if "memory" in results:
        kib = results["memory"]["bytes_per_connection"] / 1024
        rows.append((f"memory of each of {results['memory']['connections']:,} idle connections",
                     f"≤ {CONNECTION_KIB_MAX} KiB", f"{kib:.2f} KiB", kib <= CONNECTION_KIB_MAX))
    if "start" in results:
        start = results["start"]["median_ms"]
        rows.append(("start to first answer", f"≤ {START_MS_MAX} ms", f"{start:.1f} ms", start <= START_MS_MAX))
    if "dynamodb" in results:
        for title, other in (("clients of the Python program", ORIGINAL), ("bare updates", BARE)):
            ratio = median(_table_ratios(results["dynamodb"], other))
            rows.append((f"visits/s on a table at {results['dynamodb']['clients']} clients, against {title}",
                         f"≥ {TABLE_RATIO_MIN}", f"{ratio:.1f}", ratio >= TABLE_RATIO_MIN))
    if "lambda" in results:
        for key, (title, _, wanted) in FUNCTION_GOALS.items():
            ratio = _function_median(results["lambda"], BOOTSTRAP, key) / _function_median(results["lambda"], PYTHON, key)
            rows.append((f"Lambda function against Python: {title.partition(',')[0]}", f"≤ 1/{1 / wanted:.0f}",
                         f"1/{1 / ratio:.1f}", ratio <= wanted))
    return "## Goals\n\n" + _table(
        ("goal", "wanted", "reached", ""), [(*row, "met" if met else "**not met**") for *row, met in rows])


def _http(part):
    sections = [
        "## HTTP\n\n"
        "`GET /counter` in a closed loop (`bench/load.cpp`: it reads an answer and sends the next request, no more), and after "
        "it with `wrk -t1` as the public check, the servers in turn within each round. A cell is the median of the rounds, with "
        "the smallest and the largest where it says so. The ratio is taken within a round, against nginx with its log "
        "off. Where the load's CPU is full, it is the limit and not the server: there the server's CPU time per request "
        "says more than the ratio. The bare server (`bench/bare_server.cpp`) parses, counts and logs nothing: it writes and "
        "flushes what a commit of SQLite's does, once for all requests that came meanwhile, and sends a constant. "
        "No server that flushes before it answers is much faster on this disk. nginx returns the counter's body and headers as a constant and adds `Server`: "
        f"{part['answer_bytes'][NGINX]} bytes an answer, the counter's have {part['answer_bytes'][SQLITE]}."]
    for connections in part["rounds"]:
        sections.append(f"### {_connections(connections)}\n\n" + _table(
            ("server", "requests/s", "ratio (min to max)", "p50 µs", "p99 µs", "CPU µs/request", "load's CPU",
             "wrk: requests/s", "ratio"),
            [_http_row(part, server, connections) for server in TITLES]))
    sections.append(
        "### Visits per commit\n\n"
        "Counted in a separate run, in which strace counts the server's calls of fdatasync and fsync from start to "
        "stop, checkpoints included. strace slows each flush, so a few more visits gather than in the runs above.\n\n"
        + _table(("", "visits/s in this run", "visits", "flushes", "visits per commit"), [
            (_connections(connections), f"{run['requests_per_second']:,.0f}", f"{run['visits']:,}",
             f"{run['flushes']:,}", f"{run['visits_per_commit']:.1f}")
            for connections, run in part["commits"].items()]))
    return "\n\n".join(sections)


def _http_row(part, server, connections):
    runs = [measured["result"][server] for measured in part["rounds"][connections]]
    ratios = _ratios(part, server, connections)

    def middle(key):
        return median(run[key] for run in runs)
    return (TITLES[server], f"{middle('requests_per_second'):,.0f}",
            f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
            f"{middle('p50_us'):,.0f}", f"{middle('p99_us'):,.0f}",
            f"{middle('cpu_us_per_request'):.1f}", f"{middle('load_cpu_share'):.0%}",
            f"{middle('wrk_requests_per_second'):,.0f}", f"{median(_ratios(part, server, connections, WRK)):.2f}")


def _latency(part):
    rounds = [measured["result"] for measured in part["rounds"]]

    def row(title, values):
        return (title, *(f"{median(found):.0f} ({min(found):.0f} to {max(found):.0f})" for found in values))

    def of(name):
        return [[result[name][key] for result in rounds] for key in ("p50_us", "p99_us")]
    return ("## One client\n\n"
            "The disk's share of an answer: a Python loop appends 4 KiB and calls fdatasync on the same file system, in "
            "turn with one wrk connection. Medians of the rounds (min to max); the difference is taken within a "
            "round.\n\n"
            + _table(("", "p50 µs", "p99 µs"), [
                row("append 4 KiB + fdatasync", of("flush")),
                row("GET /counter, SQLite", of("counter")),
                row("difference", [_added_us(part, key) for key in ("p50_us", "p99_us")])]))


def _memory(part):
    return ("## Memory\n\n"
            "RssAnon of the server after its first answer and with keep-alive connections that each got one answer. It "
            "leaves out the program's text and the kernel's socket buffers.\n\n"
            + _table(("", "memory"), [
                ("no connection", f"{part['idle_bytes'] / 2**20:.1f} MiB"),
                (f"{part['connections']:,} idle connections", f"{part['bytes_with_connections'] / 2**20:.1f} MiB"),
                ("each connection", f"{part['bytes_per_connection'] / 1024:.2f} KiB")]))


def _start(part):
    samples = part["samples_ms"]
    return ("## Start\n\n"
            "From fork and exec to the first 200 of `GET /counter`, on a store that exists. The page cache is warm.\n\n"
            + _table(("starts", "median ms", "min to max ms"),
                     [(len(samples), f"{part['median_ms']:.1f}", f"{min(samples):.1f} to {max(samples):.1f}")]))


def _dynamodb(part):
    def row(way):
        runs = [measured["result"][way] for measured in part["rounds"]]
        ratios = _table_ratios(part, way)

        def middle(key):
            return median(run[key] for run in runs)
        return (TABLE_TITLES[way], f"{middle('visits_per_second'):,.0f}",
                f"{median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})",
                f"{middle('requests_per_visit'):.3f}", f"{middle('p50_us') / 1000:.1f}",
                f"{middle('p99_us') / 1000:.1f}", f"{middle('table_cpu_us_per_visit'):.0f}")
    return ("## A table\n\n"
            f"One counter in a table of dynalite, {part['clients']} clients, the ways in turn within each round. Dynalite is "
            "one thread of JavaScript and runs on the servers' CPU; the clients that update the table themselves run on "
            "the load's. Their updates are plain `ADD`s, which count twice when one is sent again; the server's are "
            "counted once. The ratio is the server's visits/s to those of the line.\n\n"
            + _table(("clients of", "visits/s", "ratio (min to max)", "requests a visit", "p50 ms", "p99 ms",
                      "table's CPU µs/visit"), [row(way) for way in TABLE_TITLES]))


def _lambda(part):
    def row(key, title, unit):
        medians = {name: _function_median(part, name, key) / unit for name in (BOOTSTRAP, PYTHON)}
        return title, *(f"{value:.{0 if value >= 100 else 1}f}" for value in medians.values()), \
            f"1/{medians[PYTHON] / medians[BOOTSTRAP]:.1f}"
    samples = len(part["samples"][BOOTSTRAP])
    return ("## The Lambda function\n\n"
            f"The executable of the zip beside a Python program with boto3 (`bench/handler.py`), both on the tests' Runtime "
            f"API and a table of dynalite, in turn. Medians of {samples} processes; {part['warm_events']} warm events each.\n\n"
            + _table(("", "bootstrap", "Python and boto3", "ratio"),
                     [row(key, title, unit) for key, (title, unit, _) in FUNCTION_GOALS.items()]))


def _function_median(part, name, key):
    return median(sample[key] for sample in part["samples"][name])


def _table_ratios(part, other):
    results = [measured["result"] for measured in part["rounds"]]
    return [result[COUNTER]["visits_per_second"] / result[other]["visits_per_second"] for result in results]


def _ratios(part, server, connections, rate="requests_per_second"):
    results = [measured["result"] for measured in part["rounds"][connections]]
    return [result[server][rate] / result[NGINX][rate] for result in results]


def _added_us(part, key):
    results = [measured["result"] for measured in part["rounds"]]
    return [result["counter"][key] - result["flush"][key] for result in results]


def _all_rounds(results):
    rounds = [measured for part in ("latency", "dynamodb") for measured in results.get(part, {"rounds": []})["rounds"]]
    for measured in results.get("http", {"rounds": {}})["rounds"].values():
        rounds += measured
    return rounds


def _connections(number):
    return "1 connection" if number == 1 else f"{number} connections"


def _table(headers, rows):
    """A Markdown table whose columns also line up on a terminal."""
    cells = [headers, *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headers))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
