"""One server a module, the rule that some tests must not move its count, and a store of a test's own."""

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
def path(tmp_path):
    return tmp_path / "visits.db"


@pytest.fixture
def store(path):
    return f"sqlite:{path}"


@pytest.fixture
def nothing_counted(server):
    before = stored_count(server)
    yield
    assert stored_count(server) == before
