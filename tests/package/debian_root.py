"""A Debian of its own for a test: a directory with the least that Debian has, and what the package depends on.

It is made once, in build/, from the mirror that apt uses here; each test gets a copy. No systemd runs in it: a `systemctl`
that only notes what it is asked stands in its place.
"""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from package.command import command
from support.server import ROOT

SYSTEMCTL = """#!/bin/sh
echo "$@" >>/systemctl-calls
case "$*" in *is-enabled*) echo enabled ;; esac
"""


class DebianRoot:
    """A copy in this directory, in which these packages are installed."""

    def __init__(self, path, packages):
        self.path = path
        command("cp", "--archive", "--reflink=auto", f"{pristine(packages)}/.", path)

    def __truediv__(self, inside):
        return self.path / str(inside).lstrip("/")

    def run(self, *arguments):
        """Runs a command in it, as root."""
        return command("chroot", self.path, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C",
                       "DEBIAN_FRONTEND=noninteractive", *arguments)

    def install(self, package):
        shutil.copy(package, self / "package.deb")
        return self.run("dpkg", "--install", "--force-confdef", "--force-unsafe-io", "/package.deb")

    def pretend_systemd(self):
        """From now on maintainer scripts believe that systemd runs."""
        (self / "run/systemd/system").mkdir(parents=True)
        (self / "usr/bin/systemctl").write_text(SYSTEMCTL)
        (self / "usr/bin/systemctl").chmod(0o755)

    def systemctl_calls(self):
        """What `systemctl` was asked to do with our units since the last time, without its options."""
        calls = self / "systemctl-calls"
        words = [re.sub(r"--\S* ", "", line) for line in calls.read_text().splitlines()] if calls.exists() else []
        calls.unlink(missing_ok=True)
        return [line for line in words if re.match("(preset|start|stop|restart) ", line)]


def pristine(packages):
    if not shutil.which("debootstrap") or os.geteuid() != 0:
        pytest.skip("NOT TESTED: THE INSTALLATION, AS DEBOOTSTRAP OR ROOT RIGHTS LACK")
    suite = re.search(r"(?m)^VERSION_CODENAME=(.*)$", pathlib.Path("/etc/os-release").read_text())[1]
    contents = hashlib.sha256(",".join(packages).encode()).hexdigest()[:8]
    root = ROOT / "build" / f"debian-{suite}-{contents}"
    if not root.exists():
        draft = root.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        made = subprocess.run(["timeout", "600", "debootstrap", "--variant=minbase", f"--include={','.join(packages)}",
                               suite, draft, *mirrors(suite)[:1]], capture_output=True, text=True, check=False)
        if made.returncode != 0:
            pytest.skip(f"NOT TESTED: THE INSTALLATION, AS DEBOOTSTRAP FAILED: {made.stdout[-500:]}{made.stderr[-500:]}")
        draft.rename(root)
    return root


def mirrors(suite):
    """Where apt has this release from."""
    return command("apt-get", "indextargets", "--format", "$(REPO_URI)", f"Codename: {suite}",
                   "Created-By: Packages").split()
