"""Terraform's files as data, with or without Terraform."""

import functools
import json
import subprocess

from support.server import ROOT

PROGRAM = """
const { readFileSync } = require("node:fs");
const { parse } = require("@cdktf/hcl2json");
const files = process.argv.slice(1);
Promise.all(files.map((file) => parse(file, readFileSync(file, "utf8")))).then(
    (parsed) => process.stdout.write(JSON.stringify(parsed)),
    (error) => { console.error(error); process.exitCode = 1; });
"""


class SyntaxFault(Exception):
    """A file that Terraform could not read."""


def parse(*files):
    """Each file's blocks. Errors: SyntaxFault."""
    done = subprocess.run(["node", "-e", PROGRAM, *map(str, files)], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SyntaxFault(done.stderr)
    return json.loads(done.stdout)


@functools.cache
def layer(name):
    """All blocks of a layer: kind, labels, body."""
    merged = {}
    for blocks in parse(*sorted((ROOT / "infrastructure" / "terraform" / name).glob("*.tf"))):
        for kind, labelled in blocks.items():
            if isinstance(labelled, list):  # locals, terraform: no labels
                merged.setdefault(kind, {})
                for body in labelled:
                    merged[kind].update(body)
            else:
                for label, body in labelled.items():
                    known = merged.setdefault(kind, {}).setdefault(label, {} if isinstance(body, dict) else [])
                    known.update(body) if isinstance(body, dict) else known.extend(body)
    return merged


def resources(name, kind):
    """Name and body of a layer's resources of this type."""
    return {label: only(body) for label, body in layer(name).get("resource", {}).get(kind, {}).items()}


def data(name, kind):
    return {label: only(body) for label, body in layer(name).get("data", {}).get(kind, {}).items()}


def variables(name):
    return {label: only(body) for label, body in layer(name)["variable"].items()}


def only(blocks):
    """A block that is written once."""
    assert len(blocks) == 1, blocks
    return blocks[0]
