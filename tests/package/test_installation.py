"""The package in a Debian of its own: installed, upgraded, removed. The counter is never lost by it."""

import contextlib
import re
import shlex
import subprocess
import uuid

import pytest

from package.command import command
from package.conftest import NAME, NEWER
from support.raw_http import ask
from support.server import PATIENCE_SECONDS
from support.service_manager import ServiceManager, listener

CONFIGURATION = "/etc/visitor-counter/visitor-counter.toml"
STATE = "/var/lib/visitor-counter"
USER = 65534
UNITS = [f"{NAME}.socket", f"{NAME}.service"]


@pytest.fixture
def manager():
    with ServiceManager(f"@visitor-counter-{uuid.uuid4()}", {"public": listener()}, STATE_DIRECTORY=STATE) as playing:
        yield playing


@contextlib.contextmanager
def service(root, manager):
    """What the installed unit says, done as systemd would, as far as a test can; yields where visitors are served."""
    unit = (root / f"lib/systemd/system/{NAME}.service").read_text()
    assert f"StateDirectory={NAME}\n" in unit
    (root / STATE).mkdir(mode=0o700, exist_ok=True)
    command("chown", "--recursive", f"{USER}:{USER}", root / STATE)
    start = shlex.split(re.search(r"(?m)^ExecStart=(.*)$", unit)[1])
    descriptors, starter = manager.hand_over()
    process = subprocess.Popen([*starter, "chroot", f"--userspec={USER}:{USER}", root.path, *start],
                               env=manager.environment(), pass_fds=descriptors)
    try:
        manager.words.clear()
        manager.hear(READY="1")
        yield manager.sockets["public"].getsockname()
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)
    assert process.returncode == 0


def visit(address):
    return ask(address, "GET", "/counter").json()["count"]


def stored(root):
    return int(root.run(NAME, "get", "--config", CONFIGURATION))


def change_configuration(root):
    """As an administrator does."""
    file = root / CONFIGURATION
    text = file.read_text().replace('#ops-listen = "127.0.0.1:8081"', 'ops-listen = "127.0.0.1:0"')
    assert text != file.read_text()
    file.write_text(text)
    return text


def test_the_counter_outlives_upgrade_and_removal(root, manager, package, newer):
    root.install(package)
    assert enabled(root) == set(UNITS)
    configuration = change_configuration(root)
    with service(root, manager) as address:
        assert [visit(address) for _ in range(3)] == [1, 2, 3]
        assert stored(root) == 3
        root.install(newer)
        assert visit(address) == 4, "the old version serves until it is restarted"
    assert root.run("dpkg-query", "--show", "-f=${Version}", NAME) == NEWER
    assert (root / CONFIGURATION).read_text() == configuration
    with service(root, manager) as address:
        assert visit(address) == 5

    root.run("dpkg", "--remove", NAME)
    assert not (root / f"usr/bin/{NAME}").exists()
    assert (root / CONFIGURATION).read_text() == configuration
    root.install(package)
    assert stored(root) == 5
    with service(root, manager) as address:
        assert visit(address) == 6

    root.run("dpkg", "--purge", NAME)
    assert not (root / STATE).exists()
    assert not (root / CONFIGURATION).exists()
    assert enabled(root) == set()


def enabled(root):
    return {path.name for path in (root / "etc/systemd/system").glob("*.wants/*") if NAME in path.name}


def test_the_service_is_started_restarted_and_stopped_with_its_package(root, package, newer):
    root.pretend_systemd()
    root.install(package)
    assert root.systemctl_calls() == [f"{what} {unit}" for what in ("preset", "start") for unit in UNITS]

    root.install(newer)
    assert root.systemctl_calls() == [f"start {NAME}.socket", f"restart {NAME}.service"]

    root.run("dpkg", "--remove", NAME)
    assert root.systemctl_calls() == [f"stop {NAME}.socket {NAME}.service", f"stop {NAME}-standby.service"]


def test_a_service_that_was_disabled_stays_so_at_an_upgrade(root, package, newer):
    root.install(package)
    for path in (root / "etc/systemd/system").glob(f"*.wants/{NAME}.*"):
        path.unlink()  # as systemctl disable does
    root.install(newer)
    assert enabled(root) == set()
