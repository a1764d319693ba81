"""The Lambda function on this machine: its executable, the Runtime API, a gateway in front and a table in memory.

As a program it runs what ./dev lambda-zip has made, until Ctrl-C: curl http://127.0.0.1:9080/counter
"""

import argparse
import contextlib
import pathlib
import signal
import sys
import tempfile
import zipfile

if __name__ == "__main__":
    sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1])

from support.dynalite import KEYS, Dynalite
from support.proxy_gateway import ProxyGateway
from support.runtime_api import BOOTSTRAP, Environment, RuntimeApi
from support.server import ROOT, clean_environment, run

ZIP = ROOT / "build/visitor-counter-lambda-x86_64.zip"
TABLE = "visitor-counter-prod"


@contextlib.contextmanager
def running_function(*, program=(BOOTSTRAP,), port=0, **variables):
    """The gateway and the function's process, which counts in a new table."""
    with Dynalite() as server, RuntimeApi() as api:
        store = server.store(TABLE)
        made = run("table", "create", "--store", store, env=clean_environment(**KEYS))
        assert made.returncode == 0, made.stderr
        with Environment(api, store, program=program, **KEYS, **variables) as environment:
            with ProxyGateway(lambda event: api.invoke(event).answer, port=port) as gateway:
                yield gateway, environment


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=9080, help="of the gateway on 127.0.0.1 (default 9080; 0: any)")
    parser.add_argument("--zip", type=pathlib.Path, default=ZIP, help="what is run (default: of ./dev lambda-zip)")
    arguments = parser.parse_args()
    if not arguments.zip.exists():
        sys.exit(f"{arguments.zip} is not there: ./dev lambda-zip makes it")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends everything as Ctrl-C does
    with tempfile.TemporaryDirectory() as directory, contextlib.suppress(KeyboardInterrupt):
        with zipfile.ZipFile(arguments.zip) as packed:
            executable = pathlib.Path(packed.extract("bootstrap", directory))
        executable.chmod(0o755)
        with running_function(program=(executable,), port=arguments.port) as (gateway, environment):
            host, port = gateway.address
            print(f"curl http://{host}:{port}/counter", flush=True)
            environment.process.wait()
            sys.exit(f"the function has ended: {environment.words()}")


if __name__ == "__main__":
    main()
