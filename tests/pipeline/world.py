"""A world without AWS: two colours, a domain in front of one of them, and stand-ins for the programs that the scripts call."""

import contextlib
import http.server
import json
import os
import subprocess
import threading

from support.server import ROOT

COMMITS = {"blue": "b" * 40, "green": "9" * 40}
API_IDS = {"blue": "blueapi123", "green": "greenapi12"}
HEALTHY = '{"status": "healthy", "service": "visitor-counter", "database": "connected", "counter_value": 7, "timestamp": "…"}'
PATIENCE_SECONDS = 120
PROGRAMS = ("aws", "gh", "terraform", "curl")


def release(commit, status=200, body=HEALTHY):
    """What a colour answers to /health."""
    return {"version": f"1.2.0+g{commit[:12]}", "status": status, "body": body}


class World:
    """`state` is what is deployed and how the fakes behave; `releases` are by colour, `behind_the_domain` replaces one there.

    `addresses` has the base of hosts that are not this world's to answer for.
    """

    def __init__(self, home, port):
        self.home = home
        self.scripts = ROOT / "scripts"
        self.change(port=port, stage="blue", api_ids=API_IDS, refused=[], staging_runs=[], workspace=None, built=None,
                    planned=None, deployed={}, addresses={}, releases={colour: release(commit) for colour, commit in COMMITS.items()}, behind_the_domain={})

    @property
    def state(self):
        path = self.home / "state.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def change(self, **changes):
        new = self.home / "state.json.new"
        new.write_text(json.dumps(self.state | changes), encoding="utf-8")
        new.replace(self.home / "state.json")  # in one step: others read it meanwhile

    def calls(self, program):
        """The arguments of each call of a program."""
        path = self.home / "calls"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [line.removeprefix(f"{program} ") for line in lines if line.startswith(f"{program} ")]

    def answer(self, host):
        state = self.state
        colours = {f"{api}.execute-api.us-east-1.amazonaws.com": colour for colour, api in state["api_ids"].items()}
        if host in colours:
            return state["releases"][colours[host]]
        assert host == "api.dzresume.dev", host
        return state["behind_the_domain"].get(state["stage"]) or state["releases"][state["stage"]]

    @property
    def environment(self):
        """Of the scripts."""
        return {"PATH": f"{self.home}/bin:{os.environ['PATH']}", "FAKES": str(self.home), "VERIFY_ATTEMPTS": "2",
                "VERIFY_PAUSE": "0", "GITHUB_REPOSITORY": "example/visitor-counter", "TF_STATE_BUCKET": "states"}

    def run(self, script, *arguments, **environment):
        """Runs one of the scripts: returncode, stdout, stderr."""
        return subprocess.run([self.scripts / script, *map(str, arguments)], env=self.environment | environment,
                              capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)


class Answers(http.server.BaseHTTPRequestHandler):
    """`/HOST/…` is answered as that host would."""

    def do_GET(self):
        answer = self.server.world.answer(self.path.split("/")[1])
        body = answer["body"].encode()
        self.send_response(answer["status"])
        self.send_header("X-Visitor-Counter-Version", answer["version"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def running_world(home, programs=PROGRAMS):
    """A world whose scripts find these stand-ins first; `home` is an empty directory."""
    (home / "bin").mkdir()
    for program in programs:
        (home / "bin" / program).symlink_to(ROOT / "tests" / "pipeline" / "fake_programs.py")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.world = World(home, server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))  # how soon it sees that it is to stop
        thread.start()
        try:
            yield server.world
        finally:
            server.shutdown()
            thread.join()
