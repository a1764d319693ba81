"""A store of a test's own."""

import pytest


@pytest.fixture
def path(tmp_path):
    return tmp_path / "visits.db"


@pytest.fixture
def store(path):
    return f"sqlite:{path}"
