"""The gates of a deployment: each passes what is right and fails when it should, and nothing is left half done."""

import subprocess
import zipfile

import pytest

from pipeline.world import API_IDS, COMMITS, release
from support.server import ROOT, Server, clean_environment

DOMAIN = "https://api.dzresume.dev"
STAGE = f"https://{API_IDS['green']}.execute-api.us-east-1.amazonaws.com/green"
UNHEALTHY = release(COMMITS["green"], 503, '{"status": "unhealthy", "database": "error"}')
OTHER = release("0" * 40)
ELF = b"\x7fELF\x02\x01\x01".ljust(18, b"\0")  # then comes the number of a processor
SWITCH, VERIFY, DEPLOY = "switch-environment.sh", "verify-health.sh", "deploy-backend.sh"


def assert_fails(done, *words):
    assert done.returncode == 1, done
    for word in words:
        assert word in done.stderr
    assert done.stdout == "" or "would" not in done.stdout


def switches(world):
    return [call for call in world.calls("aws") if "update-base-path-mapping" in call]


# --- verify-health.sh --------------------------------------------------------------------------------------------


def test_a_healthy_stage_of_the_right_version_passes(world):
    done = world.run(VERIFY, "--commit", COMMITS["green"], STAGE)
    assert done.returncode == 0
    assert done.stdout == f"{STAGE}/health: healthy, version 1.2.0+g999999999999\n"


@pytest.mark.parametrize("answer, words", [
    pytest.param(OTHER, "is version '1.2.0+g000000000000', not +g999999999999", id="wrong version"),
    pytest.param(release(COMMITS["green"]) | {"version": "1.2.0+g9999999999990"}, "not +g999999999999", id="longer version"),
    pytest.param(UNHEALTHY, "answers 503", id="unhealthy"),
    pytest.param(release(COMMITS["green"], 403, '{"message":"Missing Authentication Token"}'), "answers 403", id="no route"),
    pytest.param(release(COMMITS["green"], body='{"status": "ok"}'), "not as a healthy counter does", id="another service"),
    pytest.param(release(COMMITS["green"], body='{"status": "unhealthy"}'), "not as a healthy counter does", id="unhealthy 200"),
])
def test_a_stage_that_is_not_what_it_should_be_fails(world, answer, words):
    world.change(releases={"green": answer})
    assert_fails(world.run(VERIFY, "--attempts", "2", "--pause", "0", "--commit", COMMITS["green"], STAGE), words, "attempt 2 of 2")


def test_a_server_that_does_not_answer_fails(world):
    world.change(port=1)
    assert_fails(world.run(VERIFY, "--attempts", "1", STAGE), "no answer")


def test_a_real_server_is_healthy(world):
    with Server() as server:
        done = world.run(VERIFY, "http://{}:{}".format(*server.public))
    assert done.returncode == 0, done.stderr


# --- switch-environment.sh ---------------------------------------------------------------------------------------


def test_the_colours_are_told(world):
    assert world.run(SWITCH, "--current").stdout == "blue\n"
    assert world.run(SWITCH, "--inactive").stdout == "green\n"


def test_a_switch_leads_the_domain_to_the_other_colour_and_back(world):
    done = world.run(SWITCH, "--commit", COMMITS["green"], "green")
    assert done.returncode == 0, done.stderr
    assert world.state["stage"] == "green"
    assert world.run(SWITCH, "blue").returncode == 0
    assert world.state["stage"] == "blue"
    assert len(switches(world)) == 2


def test_a_switch_to_the_colour_that_is_live_changes_nothing(world):
    assert world.run(SWITCH, "blue").stdout.endswith("blue is live already\n")
    assert switches(world) == []


@pytest.mark.parametrize("changes, words", [
    pytest.param({"releases": {"blue": OTHER, "green": UNHEALTHY}}, "green is not ready", id="unhealthy stage"),
    pytest.param({"releases": {"blue": OTHER, "green": OTHER}}, "green is not ready", id="staging has another commit"),
    pytest.param({"api_ids": {"blue": "blueapi123"}}, "is it deployed?", id="never deployed"),
    pytest.param({"refused": ["get-base-path-mapping"]}, "cannot read where", id="mapping unreadable"),
    pytest.param({"stage": "prod"}, "neither blue nor green", id="mapped elsewhere"),
    pytest.param({"stage": "None"}, "neither blue nor green", id="not mapped"),
])
def test_before_a_switch_everything_must_be_right(world, changes, words):
    world.change(**changes)
    assert_fails(world.run(SWITCH, "--commit", COMMITS["green"], "green"), words)
    assert switches(world) == []


@pytest.mark.parametrize("behind_the_domain", [
    pytest.param(UNHEALTHY, id="unhealthy"), pytest.param(OTHER, id="not the promoted version")])
def test_a_switch_that_goes_wrong_is_taken_back(world, behind_the_domain):
    world.change(behind_the_domain={"green": behind_the_domain})
    assert_fails(world.run(SWITCH, "--commit", COMMITS["green"], "green"),
                 "green is not well behind api.dzresume.dev; api.dzresume.dev leads to blue again")
    assert world.state["stage"] == "blue"
    assert len(switches(world)) == 2


def test_a_switch_that_is_refused_says_so_and_leaves_the_domain(world):
    world.change(refused=["update-base-path-mapping"])
    assert_fails(world.run(SWITCH, "green"), "DO IT BY HAND")
    assert world.state["stage"] == "blue"


# --- deploy-backend.sh -------------------------------------------------------------------------------------------


def test_a_build_is_deployed_to_the_inactive_colour(world, function_zip):
    world.change(built=release("a" * 40))
    done = world.run(DEPLOY, "--commit", "a" * 40, "green", function_zip)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{STAGE}\n", "only the address, for the next step"
    verbs = [call.split()[1] for call in world.calls("terraform")]
    assert verbs == ["init", "workspace", "plan", "apply", "output"]
    planned = world.calls("terraform")[2]
    assert "-var-file=environments/production.tfvars" in planned and f"-var=function_zip={function_zip}" in planned
    assert world.state["releases"]["blue"] == release(COMMITS["blue"]), "what is live"


@pytest.mark.parametrize("changes, words", [
    pytest.param({"stage": "green"}, "green is live; deploy blue", id="live colour"),
    pytest.param({"refused": ["get-base-path-mapping"]}, "nothing is deployed", id="live colour unknown"),
    pytest.param({"refused": ["init"]}, "Error: init", id="init fails"),
    pytest.param({"refused": ["plan"]}, "Error: plan", id="plan fails"),
])
def test_nothing_is_applied_unless_everything_before_went_well(world, function_zip, changes, words):
    world.change(**changes)
    assert_fails(world.run(DEPLOY, "green", function_zip), words)
    assert not any(" apply " in call for call in world.calls("terraform"))


@pytest.mark.parametrize("changes, words", [
    pytest.param({"refused": ["apply"]}, "Error: apply", id="apply fails"),
    pytest.param({"built": UNHEALTHY}, "is deployed, and not well", id="unhealthy stage"),
    pytest.param({"built": OTHER}, "not +g999999999999", id="another build"),
])
def test_a_deployment_that_goes_wrong_fails(world, function_zip, changes, words):
    world.change(**changes)
    assert_fails(world.run(DEPLOY, "--commit", COMMITS["green"], "green", function_zip), words)


@pytest.mark.parametrize("program, told", [
    pytest.param(ELF + bytes([62, 0]), ["-var=architecture=x86_64"], id="x86_64"),
    pytest.param(ELF + bytes([183, 0]), ["-var=architecture=arm64"], id="arm64"),
    pytest.param(b"", [], id="no program"),
])
def test_the_function_gets_the_processor_that_it_was_built_for(world, tmp_path, program, told):
    build = tmp_path / "function.zip"
    with zipfile.ZipFile(build, "w") as archive:
        archive.writestr("bootstrap", program)
    assert world.run(DEPLOY, "--dry-run", "green", build).returncode == 0
    assert [word for word in world.calls("terraform")[2].split() if "architecture" in word] == told


@pytest.mark.parametrize("content, words", [(None, "there is no"), (b"not a zip", "no zip with a bootstrap")])
def test_what_is_no_build_is_not_deployed(world, tmp_path, content, words):
    path = tmp_path / "other.zip"
    if content:
        path.write_bytes(content)
    assert_fails(world.run(DEPLOY, "green", path), words)
    assert world.calls("terraform") == []


def test_a_deployment_needs_the_bucket_of_the_states(world, function_zip):
    assert_fails(world.run(DEPLOY, "green", function_zip, TF_STATE_BUCKET=""), "TF_STATE_BUCKET is not set")


# --- check-staging-run.sh ----------------------------------------------------------------------------------------

GREEN_RUN = {"id": 42, "head_sha": COMMITS["green"], "head_branch": "main", "conclusion": "success"}


def test_a_green_staging_run_of_the_commit_passes(world):
    world.change(staging_runs=[GREEN_RUN | {"id": 41, "conclusion": "failure"}, GREEN_RUN])
    assert world.run("check-staging-run.sh", COMMITS["green"]).stdout == "42\n"


@pytest.mark.parametrize("runs", [
    pytest.param([], id="none"),
    pytest.param([GREEN_RUN | {"head_sha": COMMITS["blue"]}], id="another commit"),
    pytest.param([GREEN_RUN | {"conclusion": "failure"}], id="red"),
    pytest.param([GREEN_RUN | {"head_branch": "feature"}], id="another branch"),
])
def test_without_a_green_staging_run_of_the_commit_nothing_is_promoted(world, runs):
    world.change(staging_runs=runs)
    assert_fails(world.run("check-staging-run.sh", COMMITS["green"]), "no green run of deploy-staging.yml")


def test_a_github_that_does_not_answer_promotes_nothing(world):
    world.change(refused=["gh"])
    assert_fails(world.run("check-staging-run.sh", COMMITS["green"]), "GitHub does not tell")


# --- run-api-tests.sh --------------------------------------------------------------------------------------------


def test_a_failing_assertion_fails_the_api_tests():
    with Server("--stage", "green", "--allowed-origins", "https://elsewhere.example") as server:
        environment = clean_environment(BASE_URL="http://{}:{}/green".format(*server.public))
        done = subprocess.run([ROOT / "scripts" / "run-api-tests.sh", "green"], env=environment, capture_output=True, text=True,
                              check=False)
    assert done.returncode == 1
    assert "The primary origin is echoed" in done.stdout or "AssertionError" in done.stdout


# --- all of them -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script, arguments, words", [
    (VERIFY, ["--dry-run", STAGE], "would ask"),
    (SWITCH, ["--dry-run", "--commit", COMMITS["green"], "green"], "would lead api.dzresume.dev to green"),
    ("run-api-tests.sh", ["--dry-run", "green"], "would run: "),
])
def test_a_dry_run_says_what_it_would_do_and_does_not(world, script, arguments, words):
    done = world.run(script, *arguments)
    assert done.returncode == 0, done.stderr
    assert words in done.stdout
    assert switches(world) == []


def test_a_dry_deployment_plans_and_applies_nothing(world, function_zip):
    done = world.run(DEPLOY, "--dry-run", "green", function_zip)
    assert done.returncode == 0
    assert "would apply" in done.stderr
    assert [call.split()[1] for call in world.calls("terraform")] == ["init", "workspace", "plan"]
    assert "-or-create" not in world.calls("terraform")[1] and "-lock=false" in world.calls("terraform")[2]


@pytest.mark.parametrize("script, arguments", [
    (VERIFY, []), (VERIFY, ["ftp://x"]), (VERIFY, ["--commit", "main", STAGE]), (VERIFY, ["--attempts", "0", STAGE]),
    (VERIFY, ["--what", STAGE]), (VERIFY, ["--commit"]), (SWITCH, []), (SWITCH, ["purple"]), (SWITCH, ["blue", "green"]),
    (SWITCH, ["--commit", "green"]), (DEPLOY, ["green"]), (DEPLOY, ["--environment", "qa", "green", "x.zip"]),
    ("check-staging-run.sh", ["main"]), ("run-api-tests.sh", ["purple"]), ("run-api-tests.sh", ["--dry-run"]),
])
def test_wrong_usage_is_told_and_does_nothing(world, script, arguments):
    done = world.run(script, *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: ")
    assert world.calls("aws") == world.calls("terraform") == []
