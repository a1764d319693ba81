"""The Debian package that `./dev package` built, and what is in it."""

import subprocess

import pytest

from support.server import ROOT

NAME = "visitor-counter"


@pytest.fixture(scope="session")
def package():
    architecture = command("dpkg", "--print-architecture").strip()
    built = sorted((ROOT / "build").glob(f"{NAME}_*_{architecture}.deb"), key=lambda file: file.stat().st_mtime)
    assert built, "no package: ./dev package"
    return built[-1]


@pytest.fixture(scope="session")
def unpacked(package, tmp_path_factory):
    """A directory with the package's files."""
    directory = tmp_path_factory.mktemp("unpacked")
    command("dpkg-deb", "--extract", package, directory)
    return directory


@pytest.fixture(scope="session")
def program(unpacked):
    return unpacked / "usr/bin" / NAME


def command(*arguments, **options):
    """Runs it, and gives what it printed. Raises AssertionError with its words if it fails."""
    done = subprocess.run([str(argument) for argument in arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False, **options)
    assert done.returncode == 0, f"{arguments}: {done.stdout}"
    return done.stdout
