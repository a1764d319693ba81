"""Runs the API assertions against this build: stage blue, the production origins, a store of its own.

With --lambda against the Lambda function behind a gateway, else against `serve`.
"""

import contextlib
import pathlib
import subprocess
import sys
import tempfile

from support.run_lambda import running_function
from support.server import ROOT, Server, clean_environment

ORIGINS = "https://www.dzresume.dev,https://dzresume.dev"


@contextlib.contextmanager
def server():
    """Its address; it must end well."""
    with tempfile.TemporaryDirectory() as directory:
        store = f"sqlite:{pathlib.Path(directory) / 'visits.db'}"
        with Server("--stage", "blue", "--allowed-origins", ORIGINS, store=store) as running:
            yield running.public
            assert running.stop() == 0


@contextlib.contextmanager
def function():
    """The address of its gateway."""
    with running_function(ALLOWED_ORIGINS=ORIGINS) as (gateway, environment):
        yield gateway.address
        assert environment.process.poll() is None, environment.words()


def main():
    with function() if "--lambda" in sys.argv[1:] else server() as (host, port):
        environment = clean_environment(BASE_URL=f"http://{host}:{port}/blue")
        return subprocess.run([ROOT / "scripts" / "run-api-tests.sh", "blue"], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
