"""What the workflows deploy to, of real parts: a function for each colour on one table, behind the domain and a stage each."""

import contextlib
import functools
import pathlib
import re
import tempfile
import threading
import zipfile

from pipeline.world import API_IDS, PROGRAMS, running_world
from support import hcl
from support.dynalite import KEYS, Dynalite
from support.lambda_events import stored
from support.process import wait_until
from support.proxy_gateway import ProxyGateway
from support.run_lambda import ZIP
from support.runtime_api import Environment, RuntimeApi
from support.server import clean_environment, run

DOMAIN = "api.dzresume.dev"
HOSTS = {colour: f"{api}.execute-api.us-east-1.amazonaws.com" for colour, api in API_IDS.items()}
VERSION = re.compile(rb"(\d+\.\d+\.\d+\+g)([0-9a-f]{12})")


class Function:
    """One colour: runs what was deployed last, from the first event that it gets on. Thread: any."""

    def __init__(self, colour, world, store_of):
        self._colour, self._world, self._store_of = colour, world, store_of
        self._lock = threading.Lock()
        self._running, self._parts = None, contextlib.ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._parts.close()

    def invoke(self, event):
        """Its answer, or None if it ended without one."""
        with self._lock:  # an environment of Lambda's takes one event at a time
            self._start(self._world.state["deployed"][self._colour])
            invocation = self._api.begin(event)
            wait_until(lambda: invocation.done() or self._environment.process.poll() is not None, "the function does not answer")
            return invocation.wait().answer if invocation.done() else None

    def _start(self, deployed):
        if self._running == deployed and self._environment.process.poll() is None:
            return
        self._parts.close()
        with zipfile.ZipFile(deployed["upload"]) as packed:
            program = pathlib.Path(packed.extract("bootstrap", tempfile.mkdtemp(dir=self._world.home)))
        program.chmod(0o755)
        variables = variables_of_function(deployed, self._colour)
        self._api = self._parts.enter_context(RuntimeApi())
        self._environment = self._parts.enter_context(
            Environment(self._api, self._store_of(variables["TABLE_NAME"]), program=(program,), **KEYS, **variables))
        self._running = deployed


class Cloud:
    """`world` is what the scripts see of it, `functions` are by colour. `addresses` and `visits`, how many got a number there,
    are of the domain and of each colour's stage.
    """

    def __init__(self, world, table, functions):
        self.world, self._table, self.functions = world, table, functions
        self.addresses, self.visits = {}, {}
        self._counting = threading.Lock()

    def count(self, counter="main_counter"):
        return stored(self._table, counter)

    def live(self, event):
        """What the domain leads to answers."""
        state = self.world.state
        colour = state["stage"]
        event["requestContext"]["stage"] = colour
        return None if colour in state["behind_the_domain"] else self.functions[colour].invoke(event)

    def gateway(self, name, invoke, **options):
        """One that counts the numbers which it passes on."""
        self.visits[name] = 0

        def counting(event):
            answer = invoke(event)
            with self._counting:
                self.visits[name] += answer is not None and b'{\\"count\\": ' in answer
            return answer

        return ProxyGateway(counting, **options)


@contextlib.contextmanager
def running_cloud(home):
    """Both colours run the build, blue is live, nobody has visited yet; `home` is an empty directory."""
    with contextlib.ExitStack() as parts:
        table_server = parts.enter_context(Dynalite())
        world = parts.enter_context(running_world(home, [*PROGRAMS, "npm"]))
        table = table_server.store(variables_of_function(production_settings(ZIP), "blue")["TABLE_NAME"])
        made = run("table", "create", "--store", table, env=clean_environment(**KEYS))
        assert made.returncode == 0, made.stderr
        world.change(deployed={colour: production_settings(ZIP) for colour in API_IDS})
        functions = {colour: parts.enter_context(Function(colour, world, table_server.store)) for colour in API_IDS}

        cloud = Cloud(world, table, functions)
        gateways = {DOMAIN: cloud.gateway("domain", cloud.live, prefixes=("",), domain_name=DOMAIN)}
        for colour, function in functions.items():
            gateways[HOSTS[colour]] = cloud.gateway(
                colour, function.invoke, stage=colour, prefixes=(f"/{colour}",), domain_name=HOSTS[colour])
        for gateway in gateways.values():
            parts.enter_context(gateway)
        cloud.addresses = dict(zip(("domain", *functions), (gateway.address for gateway in gateways.values()), strict=True))
        world.change(addresses={host: "http://{}:{}".format(*gateway.address) for host, gateway in gateways.items()})
        yield cloud


def production_settings(upload):
    """What an apply with the settings of production, and no others, leaves behind."""
    file = hcl.ROOT / "infrastructure/terraform/application/environments/production.tfvars"
    return {"file": str(file), "variables": {}, "upload": str(upload)}


@functools.cache
def settings(file):
    return hcl.only(hcl.parse(file))


def variables_of_function(deployed, colour):
    """The function's environment, as the application layer makes it of the variables that it was applied with."""
    values = {name: variable.get("default") for name, variable in hcl.variables("application").items()}
    values |= settings(deployed["file"]) | deployed["variables"]
    function = hcl.resources("application", "aws_lambda_function")["counter"]

    def value(expression):
        if expression == "${local.colour}":
            return colour
        given = values[re.search(r"\bvar\.(\w+)", expression)[1]]
        return ",".join(given) if isinstance(given, list) else str(given)

    return {name: value(expression) for name, expression in hcl.only(function["environment"])["variables"].items()}


# --- builds ------------------------------------------------------------------------------------------------------


def build():
    """The function's program, and the 12 digits of its commit."""
    with zipfile.ZipFile(ZIP) as packed:
        program = packed.read("bootstrap")
    [(_, commit)] = set(VERSION.findall(program))
    return program, commit.decode()


def build_of(program, commit):
    """The same program, of another commit."""
    return VERSION.sub(rb"\g<1>" + commit[:12].encode(), program)


def pack(program, path):
    """A zip as ./dev lambda-zip makes it."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bootstrap", program)
    return path
