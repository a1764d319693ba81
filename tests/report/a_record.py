"""A record as a run of the bench leaves it, with figures that are made up."""

from bench import comparison, function, table

SERVERS = (comparison.SQLITE, comparison.MEMORY, comparison.BARE, comparison.NGINX, comparison.NGINX_LOGGING, comparison.LUA,
           comparison.REDIS, comparison.REDIS_ALWAYS)


def a_round(result, foreign_share=0.0):
    return {"result": result, "foreign_share": foreign_share, "repeated": foreign_share > 0}


def figures(rate, cpu=5.0, p99=2000):
    return {"requests_per_second": rate, "wrk_requests_per_second": rate, "p50_us": p99 / 2, "p99_us": p99,
            "cpu_us_per_request": cpu, "load_cpu_share": 0.5}


def a_record(absent=()):
    """visitor-counter makes 1.5 of nginx's requests, needs 0.5 of its CPU time, and meets every goal."""
    present = [server for server in SERVERS if server not in absent]

    def measured(factor):
        return a_round({server: figures(factor * 100_000.0) for server in present} | {
            comparison.SQLITE: figures(factor * 150_000.0, cpu=2.5, p99=1500)}
            | {server: figures(factor * 30_000.0) for server in (comparison.REDIS_ALWAYS,) if server in present})
    return {
        "command": "./dev bench", "environment": {"date": "2026-11-26 14:54 UTC"},
        "http": {
            "absent": {server: "its package could not be had" for server in absent},
            "answer_bytes": dict.fromkeys(present, 784),
            "rounds": {number: [measured(1.0), measured(1.1), measured(0.9)] for number in comparison.CONNECTIONS},
            "calls": {number: {server: {"sendto": 1.0, "recvfrom": 1.0, "futex": 0.5} for server in present}
                      for number in comparison.CONNECTIONS_OF_CALLS},
            "threads": {number: {"threads": [[1.0, 2.0], [0.1, 0.2], [0.3, 0.4], [0.0, 0.0]], "visits_per_commit": 60.0,
                                 "commit_us": 500.0, "commit_share": 0.9} for number in comparison.CONNECTIONS_OF_CALLS},
            "commits": {number: {"requests_per_second": 60_000.0, "visits": 600, "flushes": 20, "visits_per_commit": 30.0}
                        for number in comparison.CONNECTIONS_OF_COMMITS},
        },
        "latency": {"rounds": [a_round({"flush": {"p50_us": 100.0, "p99_us": 200.0, "flushes": 10_000},
                                        "counter": figures(7000.0, p99=280)})]},
        "memory": {"connections": 10_000, "idle_bytes": 2 * 2**20, "bytes_with_connections": 27 * 2**20,
                   "bytes_per_connection": 2621.4},
        "start": {"samples_ms": [8.0, 9.0, 10.0], "median_ms": 9.0},
        "health": {"connections": 256, "rounds": [a_round({"p50_us": 6000, "p99_us": 11_000, "visits_per_second": 45_000.0,
                                                           "commit_us": 5400.0})]},
        "dynamodb": {"clients": 64, "rounds": [a_round({
            name: {"visits_per_second": rate, "p50_us": 1, "p99_us": 2, "requests_per_visit": 0.02, "table_cpu_us_per_visit": 13}
            for name, rate in ((table.COUNTER, 40_000.0), (table.BARE, 1900.0), (table.ORIGINAL, 1000.0))}, 0.2)]},
        "lambda": {"warm_events": 500, "samples": {
            function.BOOTSTRAP: [{"start_ms": 12.0, "resident_bytes": 6e6, "cpu_us_per_event": 150.0}],
            function.PYTHON: [{"start_ms": 270.0, "resident_bytes": 5e7, "cpu_us_per_event": 1200.0}]}},
    }
