"""Turns the results into the text of docs/performance.md."""

from statistics import median

from bench import goals
from bench.comparison import BARE as BARE_SERVER
from bench.comparison import LUA, MEMORY, NGINX, NGINX_LOGGING, REDIS, REDIS_ALWAYS, SQLITE, THREADS
from bench.figures import RATE, added_us, all_rounds, function_median, of_rounds, ratios, table_ratios
from bench.function import BOOTSTRAP, PYTHON
from bench.machine import FOREIGN_SHARE_MAX
from bench.markdown import connections_text, table
from bench.parts import COMMIT_MS
from bench.table import BARE, COUNTER, ORIGINAL

TITLES = {
    SQLITE: "visitor-counter, SQLite, fsync on",
    BARE_SERVER: "bare server: a flush and a constant",
    MEMORY: "visitor-counter, memory",
    NGINX: "nginx, access log off",
    NGINX_LOGGING: "nginx, access log on",
    LUA: "nginx and Lua, counted in memory",
    REDIS_ALWAYS: "webdis and redis, appendfsync always",
    REDIS: "webdis and redis, no append-only file",
}
TABLE_TITLES = {
    ORIGINAL: "Python and botocore, an UpdateItem a visit",
    BARE: "wrk, an unsigned UpdateItem a visit",
    COUNTER: "visitor-counter",
}
WRK = "wrk_requests_per_second"


def render(results):
    sections = [_introduction(results), goals.section(results)]
    for part, section in (("http", _http), ("latency", _latency), ("memory", _memory), ("start", _start), ("health", _health),
                          ("dynamodb", _dynamodb), ("lambda", _lambda)):
        if part in results:
            sections.append(section(results[part]))
    return "\n\n".join(sections) + "\n"


def _introduction(results):
    rounds = all_rounds(results)
    lines = [
        "# Performance", "",
        f"Written by `{results['command']}`. Every server runs on CPU 0 with one worker thread for its connections, "
        "the load generator on CPU 1. Numbers move with the machine and its neighbours: "
        "compare only within this report.", "",
        table(("", "this run"), results["environment"].items()),
    ]
    if rounds:
        repeated = sum(measured["repeated"] for measured in rounds)
        disturbed = sum(measured["foreign_share"] > FOREIGN_SHARE_MAX for measured in rounds)
        lines += ["", f"Of {len(rounds)} rounds {repeated} were measured again because other processes "
                  f"(or the hypervisor) took more than {FOREIGN_SHARE_MAX:.0%} of the two CPUs; "
                  f"{disturbed} stayed disturbed."]
    return "\n".join(lines)


def _http(part):
    sections = [
        "## HTTP\n\n"
        "`GET /counter` in a closed loop (`bench/load.cpp`: it reads an answer and sends the next request, no more), and after "
        "it with `wrk -t1` as the public check, the servers in turn within each round. A cell is the median of the rounds, with "
        "the smallest and the largest where it says so. The ratio is taken within a round, against nginx with its log "
        "off. Where the load's CPU is full, it is the limit and not the server: there the server's CPU time per request "
        "says more than the ratio.\n\n"
        "The bare server (`bench/bare_server.cpp`) parses, counts and logs nothing: it writes and flushes what a commit of "
        "SQLite's does, once for all requests that came meanwhile, and sends a constant. No server that flushes before it "
        "answers is much faster on this disk. nginx returns the counter's body and headers as a constant and adds `Server`: "
        f"{part['answer_bytes'][NGINX]} bytes an answer, the counter's have {part['answer_bytes'][SQLITE]}. nginx with Lua "
        "puts a number from its shared memory into it. webdis and redis are as Debian sets them up, both on the server's "
        "CPU, and answer with a bare number; CPU time is of both.\n\n"
        "![Requests/s of each server](images/performance-requests.svg)\n\n"
        "![CPU time per request of each server](images/performance-cpu.svg)"]
    for connections in part["rounds"]:
        sections.append(f"### {connections_text(connections)}\n\n" + table(
            ("server", "requests/s", "ratio (min to max)", "p50 µs", "p99 µs", "CPU µs/request", "load's CPU",
             "wrk: requests/s", "ratio"),
            [_http_row(part, server, connections) for server in TITLES]))
    return "\n\n".join([*sections, _calls(part), _threads(part), _commits(part)])


def _http_row(part, server, connections):
    if server in part["absent"]:
        return (f"{TITLES[server]}: {part['absent'][server]}", *["–"] * 8)

    def middle(key):
        return median(of_rounds(part, server, connections, key))
    to_nginx = ratios(part, server, connections)
    return (TITLES[server], f"{middle(RATE):,.0f}",
            f"{median(to_nginx):.2f} ({min(to_nginx):.2f} to {max(to_nginx):.2f})",
            f"{middle('p50_us'):,.0f}", f"{middle('p99_us'):,.0f}",
            f"{middle('cpu_us_per_request'):.1f}", f"{middle('load_cpu_share'):.0%}",
            f"{middle(WRK):,.0f}", f"{median(ratios(part, server, connections, WRK)):.2f}")


def _calls(part):
    def cell(server, connections):
        made = sorted(part["calls"][connections][server].items(), key=lambda item: -item[1])
        most = ", ".join(f"{call} {number:.2f}" for call, number in made[:4])
        return f"{sum(number for _, number in made):.2f}: {most}"
    present = [server for server in TITLES if server not in part["absent"]]
    return ("### System calls per request\n\n"
            "Counted by strace in a run of its own, of all processes and threads of a server: the sum, and the four most "
            "frequent. strace slows every call, so that more requests gather than in the runs above.\n\n"
            + table(("server", *(connections_text(each) for each in part["calls"])),
                    [(TITLES[server], *(cell(server, each) for each in part["calls"])) for server in present]))


def _threads(part):
    def row(title, form, value):
        return title, *(form.format(value(run)) for run in part["threads"].values())
    rows = [row(f"thread of the {thread}: {mode}, µs", "{:.2f}", lambda run: run["threads"][number][way])
            for number, thread in enumerate(THREADS) for way, mode in enumerate(("user", "kernel"))]
    rows += [("futex calls, which wait for or wake another thread",
              *(f"{part['calls'][each][SQLITE].get('futex', 0):.3f}" for each in part["threads"])),
             row("a commit, ms", "{:.2f}", lambda run: run["commit_us"] / 1000),
             row("visits of a commit", "{:.1f}", lambda run: run["visits_per_commit"]),
             row("of the time, a commit is under way", "{:.0%}", lambda run: run["commit_share"])]
    return ("### Where the time of a visit goes\n\n"
            "Of the counter on SQLite, a visit: CPU time of each thread from `/proc`, calls as counted above, and commits "
            "from its own metrics. All threads share one CPU; while the store's thread waits for the disk, the others "
            "have it.\n\n"
            + table(("", *(connections_text(each) for each in part["threads"])), rows))


def _commits(part):
    return ("### Visits per commit\n\n"
            "Counted in a separate run, in which strace counts the server's calls of fdatasync and fsync from start to "
            "stop, checkpoints included. strace slows each flush, so a few more visits gather than in the runs above.\n\n"
            + table(("", "visits/s in this run", "visits", "flushes", "visits per commit"), [
                (connections_text(connections), f"{run[RATE]:,.0f}", f"{run['visits']:,}",
                 f"{run['flushes']:,}", f"{run['visits_per_commit']:.1f}")
                for connections, run in part["commits"].items()]))


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
            + table(("", "p50 µs", "p99 µs"), [
                row("append 4 KiB + fdatasync", of("flush")),
                row("GET /counter, SQLite", of("counter")),
                row("difference", [added_us(part, key) for key in ("p50_us", "p99_us")])]))


def _memory(part):
    return ("## Memory\n\n"
            "RssAnon of the server after its first answer and with keep-alive connections that each got one answer. It "
            "leaves out the program's text and the kernel's socket buffers.\n\n"
            + table(("", "memory"), [
                ("no connection", f"{part['idle_bytes'] / 2**20:.1f} MiB"),
                (f"{part['connections']:,} idle connections", f"{part['bytes_with_connections'] / 2**20:.1f} MiB"),
                ("each connection", f"{part['bytes_per_connection'] / 1024:.2f} KiB")]))


def _start(part):
    samples = part["samples_ms"]
    return ("## Start\n\n"
            "From fork and exec to the first 200 of `GET /counter`, on a store that exists. The page cache is warm.\n\n"
            + table(("starts", "median ms", "min to max ms"),
                     [(len(samples), f"{part['median_ms']:.1f}", f"{min(samples):.1f} to {max(samples):.1f}")]))


def _health(part):
    rounds = [measured["result"] for measured in part["rounds"]]

    def cell(key, form, scale):
        values = [measured[key] / scale for measured in rounds]
        return f"{median(values):{form}} ({min(values):{form}} to {max(values):{form}})"
    return ("## Health on a slow disk\n\n"
            f"One client of `GET /health` while {part['connections']} connections count, and strace makes each fdatasync take "
            f"{COMMIT_MS} ms longer. Medians of the rounds (min to max).\n\n"
            + table(("p50 ms", "p99 ms", "a commit, ms", "visits/s beside it"),
                    [(cell("p50_us", ".1f", 1000), cell("p99_us", ".1f", 1000), cell("commit_us", ".1f", 1000),
                      cell("visits_per_second", ",.0f", 1))]))


def _dynamodb(part):
    def row(way):
        runs = [measured["result"][way] for measured in part["rounds"]]
        ratios_to = table_ratios(part, COUNTER, way)

        def middle(key):
            return median(run[key] for run in runs)
        return (TABLE_TITLES[way], f"{middle('visits_per_second'):,.0f}",
                f"{median(ratios_to):.1f} ({min(ratios_to):.1f} to {max(ratios_to):.1f})",
                f"{middle('requests_per_visit'):.3f}", f"{middle('p50_us') / 1000:.1f}",
                f"{middle('p99_us') / 1000:.1f}", f"{middle('table_cpu_us_per_visit'):.0f}")
    return ("## A table\n\n"
            f"One counter in a table of dynalite, {part['clients']} clients, the ways in turn within each round. Dynalite is "
            "one thread of JavaScript and runs on the servers' CPU; the clients that update the table themselves run on "
            "the load's. Their updates are plain `ADD`s, which count twice when one is sent again; the server's are "
            "counted once. The ratio is the server's visits/s to those of the line.\n\n"
            + table(("clients of", "visits/s", "ratio (min to max)", "requests a visit", "p50 ms", "p99 ms",
                      "table's CPU µs/visit"), [row(way) for way in TABLE_TITLES]))


def _lambda(part):
    def row(key, title, unit):
        medians = {name: function_median(part, name, key) / unit for name in (BOOTSTRAP, PYTHON)}
        return title, *(f"{value:.{0 if value >= 100 else 1}f}" for value in medians.values()), \
            f"1/{medians[PYTHON] / medians[BOOTSTRAP]:.1f}"
    samples = len(part["samples"][BOOTSTRAP])
    return ("## The Lambda function\n\n"
            f"The executable of the zip beside a Python program with boto3 (`bench/handler.py`), both on the tests' Runtime "
            f"API and a table of dynalite, in turn. Medians of {samples} processes; {part['warm_events']} warm events each.\n\n"
            + table(("", "bootstrap", "Python and boto3", "ratio"),
                     [row(key, title, unit) for key, (title, unit, _) in goals.FUNCTION_GOALS.items()]))
