"""Runs the steps of a workflow's job on this machine as GitHub does: expressions filled in, each step a bash of its own."""

import dataclasses
import re
import subprocess

import yaml

from support.server import ROOT

PATIENCE_SECONDS = 180
EXPRESSION = re.compile(r"\${{ (.+?) }}")
SHELL = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c"]  # what `shell: bash` is


@dataclasses.dataclass
class JobRun:
    """`ran` are the names of the steps that were begun, `words` is what they said, `summary` is for the run's page."""

    conclusion: str = "success"
    ran: list = dataclasses.field(default_factory=list)
    words: str = ""
    summary: str = ""


def run_job(workflow, job, workspace, environment, **context):
    """`context` has vars, github and inputs. Actions (`uses`) are left out: what they do must be done already."""
    body = yaml.safe_load((ROOT / ".github" / "workflows" / workflow).read_text(encoding="utf-8"))["jobs"][job]
    context = {"vars": {}, "inputs": {}, "github": {}, "steps": {}, **context}
    environment = environment | filled(body.get("env", {}), context)
    files = {name: workspace / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    done = JobRun()
    for step in body["steps"]:
        if "run" not in step or (done.conclusion != "success" and step.get("if") != "always()"):
            continue
        for file in files.values():
            file.write_text("", encoding="utf-8")
        context["job"] = {"status": done.conclusion}
        ran = subprocess.run([*SHELL, step["run"]], cwd=workspace, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             env=environment | filled(step.get("env", {}), context) | {n: str(f) for n, f in files.items()},
                             timeout=PATIENCE_SECONDS, check=False)
        done.ran.append(step["name"])
        done.words += ran.stdout
        done.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        outputs = files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines()
        context["steps"][step.get("id")] = {"outputs": dict(line.split("=", 1) for line in outputs)}
        if ran.returncode:
            done.conclusion = "failure"
    return done


def filled(variables, context):
    """The variables, with the values of their expressions."""
    return {name: EXPRESSION.sub(lambda found: evaluate(found[1], context), str(text)) for name, text in variables.items()}


def evaluate(expression, context):
    """The first of the alternatives that is not empty."""
    for alternative in expression.split(" || "):
        if alternative.startswith("'"):
            return alternative.strip("'")
        value = context
        for name in alternative.split("."):
            value = value.get(name, {})
        if value:
            return str(value)
    return ""
