"""The service's units, by systemd's own words."""

import re

import pytest

from e2e.test_reload import hang_up
from handover.colours import Owner, Standby, done, promote, rollback
from package.command import command
from support.faults import recording
from support.raw_http import ask
from support.service_manager import ServiceManager, listener

SERVICE, STANDBY = "visitor-counter.service", "visitor-counter-standby.service"
EXPOSURE_MAX = 1.5


@pytest.fixture
def units(unpacked, program, tmp_path):
    """Copies whose program is there, and the unit that an upgrade makes."""
    texts = {name: (unpacked / "lib/systemd/system" / name).read_text() for name in (SERVICE, "visitor-counter.socket")}
    upgrade = (unpacked / "usr/libexec/visitor-counter/renew-service").read_text()
    texts[STANDBY] = texts[SERVICE] + re.search(r"(?ms)cat <<END\n(.*?)^END$", upgrade)[1]
    for name, text in texts.items():
        (tmp_path / name).write_text(text.replace("/usr/bin/visitor-counter", str(program)))
    return tmp_path


def test_systemd_finds_nothing_wrong(units):
    assert command("systemd-analyze", "verify", "--man=no", *sorted(units.iterdir())) == ""


@pytest.mark.parametrize("unit", [SERVICE, STANDBY])
def test_little_is_exposed(units, unit):
    report = command("systemd-analyze", "security", "--offline=true", "--no-pager", units / unit)
    assert float(re.search(r"Overall exposure level for \S+: ([0-9.]+)", report)[1]) <= EXPOSURE_MAX


def test_the_program_makes_no_system_call_that_its_unit_forbids(units, store, tmp_path):
    trace = tmp_path / "trace"
    with ServiceManager(tmp_path / "notify", {"public": listener()}, WATCHDOG_USEC="10000") as manager:
        with manager.server("--threads", "2", store=store, wrapper=recording("all", trace)) as server:
            assert ask(server.public, "GET", "/counter").status == 200
            assert ask(server.ops, "GET", "/metrics").status == 200
            assert ask(server.ops, "GET", "/backup").status == 200
            hang_up(server)
            manager.hear(WATCHDOG="1")
            assert server.stop() == 0
    made = calls(trace)
    assert "fdatasync" in made
    assert made <= allowed((units / SERVICE).read_text()) | OF_ROOT


def test_a_hand_over_makes_none_either(units, store, tmp_path):
    traces = tmp_path / "blue", tmp_path / "green"
    with Owner("blue", store, wrapper=recording("all", traces[0])), \
            Standby("green", store, wrapper=recording("all", traces[1])):
        done(promote("green", store), "green is live")
        done(rollback(store), "blue is live")
    made = set().union(*map(calls, traces))
    assert "pidfd_open" in made
    assert made | {"pidfd_send_signal"} <= allowed((units / SERVICE).read_text()) | OF_ROOT


def calls(trace):
    return set(re.findall(r"(?m)^\d+ +(\w+)\(", trace.read_text()))


# SQLite gives a file of root's to the owner of the database; the service is not root.
OF_ROOT = {"fchown"}


def allowed(unit):
    """The system calls that the filters of a unit leave over."""
    calls = set()
    for forbidden, groups in re.findall(r"(?m)^SystemCallFilter=(~?)(.*)$", unit):
        named = set().union(*map(members, groups.split()))
        calls = calls - named if forbidden else calls | named
    return calls


def members(group):
    names = re.findall(r"(?m)^ {4}(@?[\w-]+)$", command("systemd-analyze", "--no-pager", "syscall-filter", group))
    return {name for name in names if name[0] != "@"}.union(*(members(name) for name in names if name[0] == "@"))
