"""The Debian package that `./dev package` built, and what is in it."""

import contextlib
import re
import shutil

import pytest

from package.command import command
from package.debian_root import DebianRoot
from support.server import ROOT

NAME = "visitor-counter"
NEWER = "99.0.0"

pytest.register_assert_rewrite("e2e.answers")


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


@pytest.fixture(scope="session")
def newer(package, tmp_path_factory):
    """The same files as a later version."""
    directory = tmp_path_factory.mktemp("newer")
    command("dpkg-deb", "--raw-extract", package, directory / "content")
    control = directory / "content/DEBIAN/control"
    control.write_text(re.sub("(?m)^Version: .*$", f"Version: {NEWER}", control.read_text()))
    command("dpkg-deb", "--build", "--root-owner-group", "-Znone", directory / "content", directory / "newer.deb")
    return directory / "newer.deb"


@pytest.fixture
def root(package, tmp_path):
    with debian_root(package, tmp_path / "root") as made:
        yield made


@contextlib.contextmanager
def debian_root(package, path):
    """A Debian with what the package depends on."""
    depends = command("dpkg-deb", "--field", package, "Depends")
    packages = sorted(re.split(r"[ (|]", one)[0] for one in depends.strip().split(", "))
    yield DebianRoot(path, packages)
    shutil.rmtree(path)  # it is large, and pytest would keep it
