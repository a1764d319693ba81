"""Runs the API assertions against a server of this build: stage blue, the production origins, a store of its own."""

import pathlib
import subprocess
import sys
import tempfile

from support.server import ROOT, Server, clean_environment

ORIGINS = "https://www.dzresume.dev,https://dzresume.dev"


def main():
    with tempfile.TemporaryDirectory() as directory:
        store = f"sqlite:{pathlib.Path(directory) / 'visits.db'}"
        with Server("--stage", "blue", "--allowed-origins", ORIGINS, store=store) as server:
            host, port = server.public
            environment = clean_environment(BASE_URL=f"http://{host}:{port}/blue")
            tests = subprocess.run([ROOT / "scripts" / "run-api-tests.sh", "blue"], env=environment, check=False)
            return tests.returncode or server.stop()


if __name__ == "__main__":
    sys.exit(main())
