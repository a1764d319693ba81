"""Runs the API assertions against this build: the production origins, a store of its own.

Against `serve` of stage blue; with --lambda against the Lambda function behind a gateway; with --standby against a `serve`
of stage green that stands by.
"""

import contextlib
import subprocess
import sys
import tempfile

from handover.colours import Owner, Standby
from support.run_lambda import running_function
from support.server import ROOT, clean_environment

ORIGINS = "https://www.dzresume.dev,https://dzresume.dev"


@contextlib.contextmanager
def serving(kind, stage, store):
    """It must end well."""
    with kind(stage, store, "--allowed-origins", ORIGINS) as running:
        yield running
        assert running.stop() == 0


@contextlib.contextmanager
def owner():
    with tempfile.TemporaryDirectory() as directory:
        with serving(Owner, "blue", f"sqlite:{directory}/visits.db") as blue:
            yield "blue", blue.public


@contextlib.contextmanager
def standby():
    with tempfile.TemporaryDirectory() as directory:
        store = f"sqlite:{directory}/visits.db"
        with serving(Owner, "blue", store), serving(Standby, "green", store) as green:
            yield "green", green.preview


@contextlib.contextmanager
def function():
    with running_function(ALLOWED_ORIGINS=ORIGINS) as (gateway, environment):
        yield "blue", gateway.address
        assert environment.process.poll() is None, environment.words()


WAYS = {(): owner, ("--lambda",): function, ("--standby",): standby}


def main():
    with WAYS[tuple(sys.argv[1:])]() as (stage, (host, port)):
        environment = clean_environment(BASE_URL=f"http://{host}:{port}/{stage}")
        return subprocess.run([ROOT / "scripts" / "run-api-tests.sh", stage], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
