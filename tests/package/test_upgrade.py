"""The package's upgrade under load: the new version takes over from the old one, and nobody notices."""

import re
import shutil

import pytest

from e2e.answers import visit_number
from handover.clients import Clients
from package.conftest import NAME, debian_root
from package.played_systemd import SERVICE, PlayedSystemd
from support.raw_http import ask

STANDBY = f"{NAME}-standby.service"
CONFIGURATION = f"/etc/{NAME}/{NAME}.toml"
PROGRAM = f"/usr/bin/{NAME}"
SET_ASIDE = f"/usr/libexec/{NAME}/program"
ORIGIN = "https://www.example.org"
RESTARTED = [f"start {NAME}.socket", f"restart {SERVICE}"]
HANDED_OVER = [f"start {NAME}.socket", f"start {STANDBY}", f"restart {SERVICE}", f"stop {STANDBY}"]


@pytest.fixture(scope="module")
def machine(package, tmp_path_factory):
    """A Debian with the package, an override of the administrator's, and systemd."""
    with debian_root(package, tmp_path_factory.mktemp("machine") / "root") as root, PlayedSystemd(root) as systemd:
        systemd.override(SERVICE, "VISITOR_COUNTER_OPS_LISTEN=127.0.0.1:0", f"ALLOWED_ORIGINS={ORIGIN}")
        root.install(package)
        shutil.copy(root / PROGRAM, root / SET_ASIDE)
        yield root, systemd


@pytest.fixture
def root(machine):
    return machine[0]


@pytest.fixture
def systemd(machine):
    """It runs the package's service on a store of its own."""
    root, playing = machine
    playing.stop_all()
    shutil.rmtree(root / f"var/lib/{NAME}", ignore_errors=True)
    put_in_place(root, f'exec {SET_ASIDE} "$@"')
    root.run("systemctl", "start", SERVICE)
    playing.calls.clear()
    playing.environments.clear()
    return playing


def put_in_place(root, program):
    """This shell script, as the program of the package."""
    new = root / f"{PROGRAM}.new"
    new.write_text(f"#!/bin/sh\n{program}\n")
    new.chmod(0o755)
    new.rename(root / PROGRAM)


@pytest.fixture
def visitors(systemd):
    with Clients(systemd.address, each=2) as clients:
        clients.wait_for(visits=20)
        yield clients


def maintain(root, script, *arguments):
    """Runs a script of the package as dpkg does; gives what it said."""
    return root.run("env", f"DPKG_MAINTSCRIPT_PACKAGE={NAME}", f"/var/lib/dpkg/info/{NAME}.{script}", *arguments)


def configure(root):
    """What happens once the files of a new version are in their places."""
    return maintain(root, "postinst", "configure", "1.2.0")


def upgrade_to(root, does):
    """A version that does this first."""
    put_in_place(root, f'{does}\nexec {SET_ASIDE} "$@"')
    return configure(root)


def visit(systemd):
    return visit_number(ask(systemd.address, "GET", "/counter"))


def assert_one_serves(root, systemd):
    """The service alone, and nothing is left of another unit."""
    assert list(systemd.running()) == [SERVICE], systemd.log(STANDBY)
    live, standby = root.run(SET_ASIDE, "status", "--config", CONFIGURATION).splitlines()
    assert re.match(rf"blue +live .* process {systemd.running()[SERVICE]},", live)
    assert standby == "no standby"
    assert not (root / f"run/systemd/system/{STANDBY}").exists()


def assert_nobody_noticed(root, visitors):
    visitors.wait_for(visits=20)
    visitors.stop()
    assert visitors.failures == []
    visitors.history.check(0, int(root.run(SET_ASIDE, "get", "--config", CONFIGURATION)))


def test_nobody_notices_an_upgrade(root, systemd, visitors, newer):
    old = systemd.running()[SERVICE]
    root.install(newer)
    assert systemd.calls == HANDED_OVER
    assert systemd.running()[SERVICE] != old
    assert_one_serves(root, systemd)
    assert_nobody_noticed(root, visitors)
    assert [variables["ALLOWED_ORIGINS"] for _, variables in systemd.environments] == [ORIGIN] * 2


@pytest.mark.parametrize("does, why, calls", [
    ("exit 1", "does not take the configuration", []),
    ('[ "$1" != serve ] || exit 1', "does not start", [f"start {STANDBY}", f"stop {STANDBY}"]),
    ('[ "$1" != serve ] || set -- "$@" --counter-id another', "a copy of the store has 0 visits",
     [f"start {STANDBY}", f"stop {STANDBY}"]),
], ids=["ends at once", "does not start", "does not see the visits"])
def test_a_version_replaces_nothing_that(root, systemd, visitors, does, why, calls):
    old = systemd.running()[SERVICE]
    said = upgrade_to(root, does)
    assert why in said and "The old version serves on" in said
    assert systemd.calls == [f"start {NAME}.socket", *calls]
    assert systemd.running()[SERVICE] == old
    assert_one_serves(root, systemd)
    assert_nobody_noticed(root, visitors)


def test_a_version_that_cannot_take_over_a_second_time_is_restarted(root, systemd):
    assert visit(systemd) == 1
    mark = f"/var/lib/{NAME}/started"
    upgrade_to(root, f'[ "$1$VISITOR_COUNTER_COLOUR" != serve ] || [ -e {mark} ] || {{ touch {mark}; exit 1; }}')
    assert systemd.calls == [*HANDED_OVER, f"restart {SERVICE}"]
    assert_one_serves(root, systemd)
    assert visit(systemd) == 2


def test_a_service_without_a_file_to_hand_over_is_restarted(root, systemd):
    with systemd.overridden(SERVICE, "VISITOR_COUNTER_STORE=memory:"):
        root.run("systemctl", "restart", SERVICE)
        systemd.calls.clear()
        assert "nothing is handed over, the service is restarted" in configure(root)
        assert systemd.calls == RESTARTED
        assert visit(systemd) == 1


def test_a_service_that_does_not_run_is_not_handed_over(root, systemd):
    root.run("systemctl", "stop", SERVICE)
    systemd.calls.clear()
    configure(root)
    assert systemd.calls == RESTARTED


def test_a_policy_that_forbids_restarts_forbids_it(root, systemd):
    policy = root / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        configure(root)
    finally:
        policy.unlink()
    assert systemd.calls == []


@pytest.fixture
def left_over(root, systemd):
    """The second unit of an upgrade that was cut off."""
    unit = root.run("systemctl", "cat", SERVICE) + "Environment=VISITOR_COUNTER_COLOUR=upgrade\nSockets=\n"
    (root / f"run/systemd/system/{STANDBY}").write_text(unit)
    root.run("systemctl", "start", STANDBY)
    assert set(systemd.running()) == {SERVICE, STANDBY}
    systemd.calls.clear()


@pytest.mark.usefixtures("left_over")
def test_an_upgrade_that_was_cut_off_is_completed_by_the_next(root, systemd):
    assert "two servers of the store run already; the service is restarted" in configure(root)
    assert systemd.calls == [f"start {NAME}.socket", f"stop {STANDBY}", f"restart {SERVICE}"]
    assert_one_serves(root, systemd)


@pytest.mark.usefixtures("left_over")
def test_a_version_that_serves_since_an_upgrade_was_cut_off_hands_over_first(root, systemd):
    assert visit(systemd) == 1
    root.run(SET_ASIDE, "promote", "upgrade", "--yes", "--watch", "0", "--config", CONFIGURATION)
    configure(root)
    assert systemd.calls == [f"start {NAME}.socket", f"stop {STANDBY}", f"restart {SERVICE}"]
    assert_one_serves(root, systemd)
    assert visit(systemd) == 2


@pytest.mark.usefixtures("left_over")
def test_a_removal_stops_what_an_upgrade_left(root, systemd):
    for script in ("prerm", "postrm"):
        maintain(root, script, "remove")
    assert systemd.running() == {}
    assert not (root / f"run/systemd/system/{STANDBY}").exists()
