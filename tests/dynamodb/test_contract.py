"""The contract of all stores, on a server that speaks DynamoDB's protocol."""

import os
import re
import subprocess

from support.dynalite import Dynalite
from support.server import ROOT

UNIT_TESTS = os.environ.get("UNIT_TESTS", ROOT / "build/debug/tests/unit_tests")


def test_the_contract_of_stores_holds_on_dynalite():
    with Dynalite() as server:
        environment = {**os.environ, "DYNAMODB_ENDPOINT": server.endpoint, "DYNAMODB_ENGINE": "dynalite"}
        done = subprocess.run([UNIT_TESTS, "--gtest_filter=*/dynamodb_server"], env=environment, capture_output=True,
                              text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"^\[  PASSED  \] (\d+) tests", done.stdout, re.MULTILINE)
    assert int(passed[1]) > 10
