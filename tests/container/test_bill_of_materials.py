"""What `./dev sbom` writes: a CycloneDX document that has all that the program is made of, and the same each time."""

import hashlib
import json
import pathlib
import re
import subprocess
import sys

import jsonschema
import pytest

from support.server import BINARY, ROOT

SCHEMAS = ROOT / "node_modules" / "@cyclonedx" / "cyclonedx-library" / "res" / "schema"
PURL = r"pkg:deb/debian/[a-zA-Z0-9.%-]+@[\w.%~-]+\?arch=(?:amd64|arm64|all)&distro=bookworm"


def write(file):
    subprocess.run([sys.executable, ROOT / "scripts" / "sbom.py", pathlib.Path(BINARY).parent, file], check=True, timeout=120)
    return file.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write(tmp_path_factory.mktemp("bill") / "bill.json")


@pytest.fixture(scope="module")
def bill(written):
    return json.loads(written)


def packages(bill, use):
    return {part["name"] for part in bill["components"] if {"name": "visitor-counter:use", "value": use} in part["properties"]}


def test_it_follows_the_schema(bill):
    schema = json.loads((SCHEMAS / "bom-1.5.SNAPSHOT.schema.json").read_text(encoding="utf-8"))
    beside = schema["$id"].rpartition("/")[0]
    named_in_it = {f"{beside}/{file.name}": json.loads(file.read_text(encoding="utf-8")) for file in SCHEMAS.glob("*.json")}
    resolver = jsonschema.RefResolver.from_schema(schema, store=named_in_it)
    # Debian's jsonschema stumbles over its own words about additional items; the schema says maxItems as well.
    draft = jsonschema.validators.extend(jsonschema.Draft7Validator, {"additionalItems": lambda *_: ()})
    errors = draft(schema, resolver=resolver).iter_errors(bill)
    assert [f"{list(error.path)}: {error.message}" for error in errors] == []


def test_it_is_the_same_each_time(written, tmp_path):
    assert write(tmp_path / "again.json") == written


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
