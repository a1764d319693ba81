"""What follows from a record's rounds: ratios within a round, and their medians."""

from statistics import median

from bench.comparison import NGINX

RATE = "requests_per_second"


def of_rounds(part, server, connections, key):
    """One value a round; of a server that was not there, none."""
    runs = [measured["result"] for measured in part["rounds"][connections]]
    return [run[server][key] for run in runs if server in run]


def ratios(part, server, connections, key=RATE, other=NGINX):
    """Each taken within a round, so that a machine which slows down slows both."""
    pairs = zip(of_rounds(part, server, connections, key), of_rounds(part, other, connections, key))
    return [mine / others for mine, others in pairs]


def added_us(part, key):
    """What one client waits above the bare disk."""
    results = [measured["result"] for measured in part["rounds"]]
    return [result["counter"][key] - result["flush"][key] for result in results]


def all_rounds(results):
    rounds = [measured for part in ("latency", "health", "dynamodb") if part in results
              for measured in results[part]["rounds"]]
    return rounds + [measured for each in results.get("http", {"rounds": {}})["rounds"].values() for measured in each]


def table_ratios(part, one, other):
    results = [measured["result"] for measured in part["rounds"]]
    return [result[one]["visits_per_second"] / result[other]["visits_per_second"] for result in results]


def function_median(part, name, key):
    return median(sample[key] for sample in part["samples"][name])
