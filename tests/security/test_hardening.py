"""The program as it is built: what makes a mistake in it harder to use. For the release build."""

import re
import subprocess

import pytest

from support.server import BINARY


def readelf(*options):
    return subprocess.run(["readelf", "--wide", *options, BINARY], check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def segments():
    """The flags of each program header, by its type."""
    found = {}
    header = r"^  ([A-Z_]+) +(?:0x[0-9a-f]+ ){5}([RWE ]{3}) "
    for kind, flags in re.findall(header, readelf("--segments"), re.MULTILINE):
        found.setdefault(kind, []).append(flags.replace(" ", ""))
    return found


def test_it_can_be_loaded_anywhere():
    assert re.search(r"Type: +DYN ", readelf("--file-header"))
    assert re.search(r"\(FLAGS_1\).*\bPIE\b", readelf("--dynamic"))


def test_nothing_that_can_be_written_can_be_executed(segments):
    assert segments["GNU_STACK"] == ["RW"]
    assert len(segments["LOAD"]) >= 4
    assert not any("W" in flags and "E" in flags for flags in segments["LOAD"])


def test_addresses_of_functions_are_read_only_once_it_runs(segments):
    assert segments["GNU_RELRO"] == ["R"]
    assert re.search(r"\(FLAGS\).*\bBIND_NOW\b", readelf("--dynamic"))


def test_it_takes_no_library_from_a_place_of_its_own():
    assert not re.search(r"\((RPATH|RUNPATH|TEXTREL)\)", readelf("--dynamic"))


def test_its_stack_and_its_copies_are_guarded():
    symbols = readelf("--dyn-syms")
    assert "__stack_chk_fail@" in symbols
    assert re.search(r"__\w+_chk@GLIBC", symbols), "_FORTIFY_SOURCE"


def test_it_names_no_path_of_the_machine_that_built_it():
    text = subprocess.run(["strings", "--all", BINARY], check=True, capture_output=True, text=True).stdout
    assert re.findall(r"^/\S+/src/\w+/\w+\.[ch]pp$", text, re.MULTILINE) == []
