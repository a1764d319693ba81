#!/usr/bin/python3
"""Stands in for aws, gh, terraform, npm or curl, whichever name it is called by: plays the state in FAKES, and writes down each call."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

HOME = pathlib.Path(os.environ["FAKES"])
STATE = json.loads((HOME / "state.json").read_text(encoding="utf-8"))


def save():
    """In one step: others read it meanwhile."""
    new = HOME / f"state.json.{os.getpid()}"
    new.write_text(json.dumps(STATE), encoding="utf-8")
    new.replace(HOME / "state.json")


def option(name):
    return sys.argv[sys.argv.index(name) + 1]


def refuse(words):
    sys.exit(f"fake: {words}")


def aws():
    verb = sys.argv[2]
    if verb in STATE["refused"]:
        refuse(f"an error occurred when calling {verb}")
    if verb == "get-base-path-mapping":
        return print(STATE["stage"])
    if verb == "get-parameter":
        colour = option("--name").split("/")[2]
        if colour not in STATE["api_ids"]:
            refuse("ParameterNotFound")
        return print(STATE["api_ids"][colour])
    if verb == "update-base-path-mapping":
        patch = dict(entry.removeprefix("op=replace,path=/").split(",value=") for entry in sys.argv[-2:])
        if patch["restapiId"] != STATE["api_ids"][patch["stage"]]:
            refuse("the stage is another API's")
        STATE["stage"] = patch["stage"]
        return save()
    return refuse(f"aws does not know {verb}")


def gh():
    if "gh" in STATE["refused"]:
        refuse("HTTP 401")
    if sys.argv[1:3] == ["release", "create"]:
        return
    path = next(word for word in sys.argv if word.startswith("repos/"))
    assert path == "repos/example/visitor-counter/actions/workflows/deploy-staging.yml/runs", path
    asked = dict(sys.argv[place + 1].split("=", 1) for place, word in enumerate(sys.argv) if word == "-f")
    assert (asked.keys(), asked["branch"], asked["status"]) == ({"head_sha", "branch", "status"}, "main", "success"), asked
    answer = json.dumps({"workflow_runs": STATE["staging_runs"]})  # whatever was asked for: the filter must do
    subprocess.run(["jq", "--raw-output", option("--jq")], input=answer, text=True, check=True)


def terraform():
    verb = sys.argv[2]
    if verb in STATE["refused"]:
        refuse(f"Error: {verb}")
    if verb == "workspace":
        STATE["workspace"] = sys.argv[-1]
    if verb == "plan":
        STATE["planned"] = planned()
    if verb == "apply":
        apply(STATE["workspace"])
    if verb == "output":
        colour = STATE["workspace"]
        host = f"{STATE['api_ids'][colour]}.execute-api.us-east-1.amazonaws.com"
        print(f"{STATE['addresses'].get(host, 'https://' + host)}/{colour}")
    save()


def planned():
    """The file of variables, and those that are given beside it."""
    layer = pathlib.Path(sys.argv[1].removeprefix("-chdir="))
    file = next(word.removeprefix("-var-file=") for word in sys.argv if word.startswith("-var-file="))
    given = dict(word.removeprefix("-var=").split("=", 1) for word in sys.argv if word.startswith("-var="))
    inherited = {name.removeprefix("TF_VAR_"): value for name, value in os.environ.items() if name.startswith("TF_VAR_")}
    return {"file": str(layer / file), "variables": inherited | given}


def apply(colour):
    """Uploads the function: what becomes of its file afterwards does not matter."""
    upload = HOME / f"upload-{len(list(HOME.glob('upload-*')))}.zip"
    shutil.copyfile(STATE["planned"]["variables"]["function_zip"], upload)
    STATE["releases"][colour] = STATE["built"]
    STATE["deployed"][colour] = STATE["planned"] | {"upload": str(upload)}


def npm():
    """Whoever tests has the packages already."""


def curl():
    """The real one, with the addresses of the world led to the test's own server."""
    os.execv("/usr/bin/curl", ["curl", *map(led, sys.argv[1:])])


def led(word):
    host, slash, path = word.removeprefix("https://").partition("/")
    if not word.startswith("https://"):
        return word
    return STATE["addresses"].get(host, f"http://127.0.0.1:{STATE['port']}/{host}") + slash + path


def main():
    name = pathlib.Path(sys.argv[0]).name
    with open(HOME / "calls", "a", encoding="utf-8") as calls:
        calls.write(" ".join([name, *sys.argv[1:]]) + "\n")
    {"aws": aws, "gh": gh, "terraform": terraform, "npm": npm, "curl": curl}[name]()


main()
