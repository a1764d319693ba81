"""A store of a test's own, and as many descriptors as the machine gives."""

import resource

import pytest


@pytest.fixture
def path(tmp_path):
    return tmp_path / "visits.db"


@pytest.fixture
def store(path):
    return f"sqlite:{path}"


@pytest.fixture(autouse=True)
def all_descriptors():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)
