"""The charts of the report, from a record."""

from statistics import median

from bench.chart import Bar, chart
from bench.comparison import BARE, LUA, MEMORY, NGINX, NGINX_LOGGING, REDIS, REDIS_ALWAYS, SQLITE
from bench.figures import RATE, of_rounds, ratios
from bench.markdown import connections_text

LABELS = {SQLITE: "visitor-counter, SQLite", MEMORY: "visitor-counter, memory", BARE: "flush and constant",
          NGINX: "nginx, constant", NGINX_LOGGING: "nginx, access log", LUA: "nginx and Lua",
          REDIS_ALWAYS: "webdis, redis, flush always", REDIS: "webdis, redis"}


def charts(results):
    """{file name: text}"""
    if "http" not in results:
        return {}
    part = results["http"]
    return {
        "performance-requests.svg": chart("Requests/s, as a ratio to nginx's constant in the same round",
                              _groups(part, lambda server, connections: ratios(part, server, connections)), mark=1),
        "performance-cpu.svg": chart("CPU time per request, µs, all processes and threads of the server",
                         _groups(part, lambda server, connections:
                                 of_rounds(part, server, connections, "cpu_us_per_request")), "{:.1f}"),
    }


def _groups(part, values):
    return [(connections_text(connections),
             [_bar(server, values(server, connections)) for server in LABELS if of_rounds(part, server, connections, RATE)])
            for connections in part["rounds"]]


def _bar(server, values):
    return Bar(LABELS[server], median(values), min(values), max(values), "ours" if server == SQLITE else "other")
