"""Tables on a server of the tests' own that speaks DynamoDB's protocol."""

import pytest

from support.dynalite import KEYS, Dynalite
from support.server import clean_environment, run


@pytest.fixture(scope="module")
def dynalite():
    with Dynalite() as server:
        yield server


@pytest.fixture(scope="session")
def environment():
    """Of a program that has keys to it."""
    return clean_environment(**KEYS)


@pytest.fixture
def table(dynalite, environment, request):
    """A new table's address."""
    store = dynalite.store(request.node.name.replace("[", "-").strip("]"))
    made = run("table", "create", "--store", store, env=environment)
    assert made.returncode == 0, made.stderr
    return store
