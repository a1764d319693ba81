"""The service's units, by systemd's own words."""

import re

import pytest

from e2e.test_reload import hang_up
from package.conftest import command
from support.faults import recording
from support.raw_http import ask
from support.service_manager import ServiceManager, listener

EXPOSURE_MAX = 1.5


@pytest.fixture
def units(unpacked, program, tmp_path):
    """Copies whose program is there."""
    for name in ("visitor-counter.service", "visitor-counter.socket"):
        text = (unpacked / "lib/systemd/system" / name).read_text()
        (tmp_path / name).write_text(text.replace("/usr/bin/visitor-counter", str(program)))
    return tmp_path


def test_systemd_finds_nothing_wrong(units):
    assert command("systemd-analyze", "verify", "--man=no", *sorted(units.iterdir())) == ""


def test_little_is_exposed(units):
    report = command("systemd-analyze", "security", "--offline=true", "--no-pager", units / "visitor-counter.service")
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
    made = set(re.findall(r"(?m)^\d+ +(\w+)\(", trace.read_text()))
    assert "fdatasync" in made
    # SQLite gives a file of root's to the owner of the database; the service is not root.
    assert made - allowed((units / "visitor-counter.service").read_text()) <= {"fchown"}


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
