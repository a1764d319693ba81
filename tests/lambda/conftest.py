"""One dynalite a module, and a table of its own for each test."""

import re

import pytest

pytest.register_assert_rewrite("e2e.answers")  # before its import: failures then show values

from support.dynalite import KEYS, Dynalite
from support.runtime_api import Environment, RuntimeApi
from support.server import clean_environment, run


@pytest.fixture(scope="module")
def dynalite():
    with Dynalite() as server:
        yield server


def make_table(store):
    made = run("table", "create", "--store", store, env=clean_environment(**KEYS))
    assert made.returncode == 0, made.stderr
    return store


@pytest.fixture
def table(dynalite, request):
    """A new table's address."""
    return make_table(dynalite.store(re.sub(r"\W", "-", request.node.name)))


@pytest.fixture
def api():
    with RuntimeApi() as running:
        yield running


@pytest.fixture
def environment(api, table):
    """A process that answers the events of `api`."""
    with Environment(api, table, **KEYS) as running:
        yield running
        assert running.process.poll() is None, running.words()
