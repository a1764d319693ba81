"""Events for a function, and what its answers are held against."""

import json

from support.dynalite import KEYS
from support.proxy_gateway import proxy_event
from support.server import clean_environment, run

VISIT = proxy_event("GET", "/counter")
HEALTH = proxy_event("GET", "/health")


def number(result):
    """The number in the answer to a visit, which must have succeeded."""
    response = result.response()
    assert response["statusCode"] == 200, response
    return response["body"]["count"]


def stored(store, counter_id="main_counter"):
    """The count in the table, 0 for an absent counter."""
    got = run("get", counter_id, "--json", "--store", store, env=clean_environment(**KEYS))
    if got.returncode != 0:
        assert "no counter" in got.stderr, got
        return 0
    return json.loads(got.stdout)["visit_count"]
