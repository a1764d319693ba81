"""Buildah without a registry: images of its own storage, containers that are a chroot."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

from support.server import ROOT

ROOT_OF_DEBIAN = ROOT / "build" / "tools" / "bookworm"
BUILD_SECONDS = 600  # a guard: packages are fetched


def debian_root():
    """A root directory with the least of Debian 12, made once."""
    if not (ROOT_OF_DEBIAN / "etc" / "debian_version").exists():
        if not shutil.which("debootstrap", path=_path()):
            pytest.skip("DEBOOTSTRAP IS ABSENT: NO ROOT DIRECTORY TO BUILD AN IMAGE FROM")
        unfinished = ROOT_OF_DEBIAN.with_name("bookworm-unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        _run("debootstrap", "--variant=minbase", "bookworm", str(unfinished), _mirror())
        unfinished.rename(ROOT_OF_DEBIAN)
    return ROOT_OF_DEBIAN


def _mirror():
    """Where this machine's own apt has Debian 12 from."""
    sites = _run("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)")
    return re.search(r"^(\S+) bookworm$", sites, re.MULTILINE)[1]


def _path():
    return f"{os.environ['PATH']}:/usr/sbin"


def _run(*command):
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=BUILD_SECONDS,
                            env=os.environ | {"PATH": _path(), "DEBIAN_FRONTEND": "noninteractive"})
    assert result.returncode == 0, f"{command}: {result.stdout[-3000:]}{result.stderr[-3000:]}"
    return result.stdout


class Buildah:
    """Images and containers in this directory."""

    def __init__(self, directory):
        if not shutil.which("buildah"):
            pytest.skip("BUILDAH IS ABSENT: THE IMAGE IS NOT BUILT")
        if os.geteuid() != 0:
            pytest.skip("ONLY ROOT MAY CHANGE ITS ROOT DIRECTORY: THE IMAGE IS NOT BUILT")
        self._directory = pathlib.Path(directory)
        (self._directory / "policy.json").write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
        (self._directory / "registries.conf").write_text('unqualified-search-registries = ["docker.io"]\n')

    def command(self, *arguments):
        directory = self._directory
        return ["buildah", "--storage-driver", "vfs", "--root", f"{directory}/storage", "--runroot", f"{directory}/run",
                "--registries-conf", f"{directory}/registries.conf", *arguments]

    def run(self, verb, *arguments):
        """What a verb prints."""
        trust = ["--signature-policy", f"{self._directory}/policy.json"] if verb in ("from", "commit", "bud") else []
        return _run(*self.command(verb, *trust, *arguments)).strip()

    def import_root(self, root, name):
        container = self.run("from", "scratch")
        self.run("add", "--quiet", container, str(root), "/")
        self.run("commit", "--quiet", "--rm", container, name)

    def build(self, folder, name):
        self.run("bud", "--isolation", "chroot", "--pull-never", "--format", "docker", "--tag", name, str(folder))
