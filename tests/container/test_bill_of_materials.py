"""What `./dev sbom` writes: a CycloneDX document that has all that the program is made of, and the same each time."""

import hashlib
import json
import pathlib
import re
import subprocess

import pytest

from support.bill import faults, packages, write_bill
from support.server import BINARY

BUILD = pathlib.Path(BINARY).parent
PURL = r"pkg:deb/debian/[a-zA-Z0-9.%-]+@[\w.%~-]+\?arch=(?:amd64|arm64|all)&distro=bookworm"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_bill(BUILD, tmp_path_factory.mktemp("bill") / "bill.json")


@pytest.fixture(scope="module")
def bill(written):
    return json.loads(written)


def test_it_follows_the_schema(bill):
    assert faults(bill) == []


def test_the_schema_would_find_a_fault(bill):
    assert len(faults(bill | {"components": [{"type": "library"}], "specVersion": 1.5})) > 1


def test_it_is_the_same_each_time(written, tmp_path):
    assert write_bill(BUILD, tmp_path / "again.json") == written


def test_it_has_every_library_that_is_linked(bill):
    linked = re.findall(r"NEEDED.*\[(.+)\]", subprocess.run(["readelf", "-d", BINARY], capture_output=True, text=True,
                                                          check=True).stdout)
    files = [file["name"] for part in bill["components"] for file in part.get("components", [])]
    assert [name for name in linked if not any(name in file for file in files)] == []
    assert {"libsqlite3-0", "libssl3", "libstdc++6"} <= packages(bill, "shared library")


def test_it_has_what_is_compiled_in_and_built_in(bill):
    assert {"libboost1.81-dev", "libcli11-dev", "libtomlplusplus-dev", "libfmt-dev"} <= packages(bill, "headers")
    assert packages(bill, "built in") == {"libjs-chart.js"}


def test_hashes_are_those_of_the_files(bill):
    whole = bill["metadata"]["component"]
    assert whole["hashes"][0]["content"] == hashlib.sha256(pathlib.Path(BINARY).read_bytes()).hexdigest()
    for part in bill["components"]:
        for file in part.get("components", []):
            assert file["hashes"][0]["content"] == hashlib.sha256(pathlib.Path(file["name"]).read_bytes()).hexdigest()


def test_every_part_has_a_name_that_others_know_it_by_and_a_licence(bill):
    for part in bill["components"]:
        assert re.fullmatch(PURL, part["purl"]), part["purl"]
        assert part["licenses"], part["name"]
    references = [part["bom-ref"] for part in bill["components"]]
    assert len(set(references)) == len(references)
    assert bill["dependencies"][0]["dependsOn"] == references
