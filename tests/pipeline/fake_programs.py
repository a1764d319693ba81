#!/usr/bin/python3
"""Stands in for aws, gh, terraform or curl, whichever name it is called by: plays the state in FAKES, and writes down each call."""

import json
import os
import pathlib
import sys

HOME = pathlib.Path(os.environ["FAKES"])
STATE = json.loads((HOME / "state.json").read_text(encoding="utf-8"))


def save():
    (HOME / "state.json").write_text(json.dumps(STATE), encoding="utf-8")


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
    path = next(word for word in sys.argv if word.startswith("repos/"))
    assert path == "repos/example/visitor-counter/actions/workflows/deploy-staging.yml/runs", path
    asked = dict(sys.argv[place + 1].split("=", 1) for place, word in enumerate(sys.argv) if word == "-f")
    runs = [run for run in STATE["staging_runs"] if all(run.get(name) == value for name, value in asked.items())]
    print(runs[0]["id"] if runs else "")


def terraform():
    verb = sys.argv[2]
    if verb in STATE["refused"]:
        refuse(f"Error: {verb}")
    if verb == "apply":
        STATE["releases"][STATE["workspace"]] = STATE["built"]
    if verb == "workspace":
        STATE["workspace"] = sys.argv[-1]
    if verb == "output":
        colour = STATE["workspace"]
        print(f"https://{STATE['api_ids'][colour]}.execute-api.us-east-1.amazonaws.com/{colour}")
    save()


def curl():
    """The real one, with the addresses of the world led to the test's own server."""
    base = f"http://127.0.0.1:{STATE['port']}"
    arguments = [word.replace("https://", f"{base}/") for word in sys.argv[1:]]
    os.execv("/usr/bin/curl", ["curl", *arguments])


def main():
    name = pathlib.Path(sys.argv[0]).name
    with open(HOME / "calls", "a", encoding="utf-8") as calls:
        calls.write(" ".join([name, *sys.argv[1:]]) + "\n")
    {"aws": aws, "gh": gh, "terraform": terraform, "curl": curl}[name]()


main()
