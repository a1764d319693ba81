"""One server a module, the rule that some tests must not move its count, and commands with a server and without."""

import contextlib

import pytest

# Before their import: failures then show values.
pytest.register_assert_rewrite("support.raw_http", "e2e.answers", "e2e.commands")

from support.raw_http import stored_count
from support.server import Server, run


@pytest.fixture(scope="module")
def server(request):
    """A server with the module's SERVER_FLAGS; it must end well and log nothing but JSON."""
    with Server(*getattr(request.module, "SERVER_FLAGS", ())) as running:
        yield running
        exit_code = running.stop()
    assert exit_code == 0
    assert [line for line in running.log if "unparsed" in line] == []


@pytest.fixture
def nothing_counted(server):
    before = stored_count(server)
    yield
    assert stored_count(server) == before


@pytest.fixture(params=["without a server", "with a server"])
def operate(request, store):
    """Runs a command on the store: operate("list", "--json")."""
    with contextlib.ExitStack() as stack:
        if request.param == "with a server":
            stack.enter_context(Server(store=store))
        yield lambda *arguments: run(*arguments, "--store", store)
