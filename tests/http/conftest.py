"""One server a module, and how much is tried: --places, --runs, --seed."""

import random

import pytest

from support.server import Server

DEFAULTS = {"places": 400, "runs": 50_000, "seed": random.randrange(2**32)}
# No deadline for heads but the test's own, however busy the machine is.
PATIENT = ("--header-timeout", "600", "--idle-timeout", "600")


def pytest_addoption(parser):
    group = parser.getgroup("strict HTTP")
    group.addoption("--places", type=int, default=DEFAULTS["places"], help="cut each raw request at no more places")
    group.addoption("--runs", type=int, default=DEFAULTS["runs"], help="mutated requests")
    group.addoption("--seed", type=int, default=DEFAULTS["seed"], help="of the mutations; the default is random")


def option(config, name):
    return config.getoption(f"--{name}", DEFAULTS[name])  # without our options if the run was started from above


@pytest.fixture(scope="module")
def server():
    with Server("--threads", "1", *PATIENT) as running:
        yield running
        exit_code = running.stop()
    assert exit_code == 0
    assert [line for line in running.log if "unparsed" in line] == []


@pytest.fixture
def places_max(request):
    return option(request.config, "places")


@pytest.fixture
def runs(request):
    return option(request.config, "runs")


@pytest.fixture
def seed(request):
    return option(request.config, "seed")
