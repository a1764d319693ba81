"""One server for all of its tests."""

import pytest

pytest.register_assert_rewrite("support.raw_http")  # before its import: failures then show values

from support.server import Server


@pytest.fixture(scope="module")
def server():
    with Server("--preview-listen", "127.0.0.1:0") as running:
        yield running
        assert running.stop() == 0
