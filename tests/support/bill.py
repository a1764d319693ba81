"""Bills of materials as scripts/sbom.py writes them, and CycloneDX's own schema for them, from npm."""

import json
import subprocess
import sys

import jsonschema

from support.server import ROOT

SCHEMAS = ROOT / "node_modules" / "@cyclonedx" / "cyclonedx-library" / "res" / "schema"
GUARD_SECONDS = 120


def write_bill(build, file, program="visitor-counter"):
    """The text of the bill of the program that was built in this folder; it is put into `file`."""
    subprocess.run([sys.executable, ROOT / "scripts" / "sbom.py", build, file, "--program", program], check=True,
                   timeout=GUARD_SECONDS)
    return file.read_text(encoding="utf-8")


def faults(bill):
    """What the schema of CycloneDX 1.5 has against it."""
    schema = json.loads((SCHEMAS / "bom-1.5.SNAPSHOT.schema.json").read_text(encoding="utf-8"))
    beside = schema["$id"].rpartition("/")[0]
    named_in_it = {f"{beside}/{file.name}": json.loads(file.read_text(encoding="utf-8")) for file in SCHEMAS.glob("*.json")}
    resolver = jsonschema.RefResolver.from_schema(schema, store=named_in_it)
    # Debian's jsonschema stumbles over its own words about additional items; the schema says maxItems as well.
    draft = jsonschema.validators.extend(jsonschema.Draft7Validator, {"additionalItems": lambda *_: ()})
    return [f"{list(error.path)}: {error.message}" for error in draft(schema, resolver=resolver).iter_errors(bill)]


def packages(bill, use):
    """The names of the packages that are used so."""
    return {part["name"] for part in bill["components"] if {"name": "visitor-counter:use", "value": use} in part["properties"]}
