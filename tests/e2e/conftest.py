"""One server a module, and the rule that some tests must not move its count."""

import pytest

pytest.register_assert_rewrite("support.raw_http", "e2e.answers")  # before their import: failures then show values

from support.raw_http import stored_count
from support.server import Server


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
