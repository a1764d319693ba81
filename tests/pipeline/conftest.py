"""A world of its own for each test, and a build to deploy."""

import zipfile

import pytest

from pipeline.world import running_world


@pytest.fixture
def world(tmp_path):
    home = tmp_path / "world"
    home.mkdir()
    with running_world(home) as running:
        yield running


@pytest.fixture
def function_zip(tmp_path):
    path = tmp_path / "function.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bootstrap", "a program")
    return path
