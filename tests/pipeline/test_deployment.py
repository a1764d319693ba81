"""A release from the push to its roll-back, without AWS: the workflows' own steps, the scripts, Newman and the real function."""

import json
import re

import pytest

from pipeline.cloud import build, build_of, pack, running_cloud
from pipeline.workflow_run import run_job
from pipeline.world import COMMITS
from support.raw_http import ask
from support.server import ROOT
from support.visitors import Visitors

RELEASE = COMMITS["green"]
OTHER = "0" * 40
VARIABLES = {"AWS_ACCOUNT_ID": "123456789012", "ALERT_EMAIL": "ops@example.com", "TF_STATE_BUCKET": "states",
             "FUNCTION_ROLE_ARN": "arn:aws:iam::123456789012:role/resume-visitor-counter-function"}
STAGING_STEPS = ["Find the colour that is not live", "Deploy", "Run the API tests against the stage", "Verify health and version",
                 "Summarise"]
PATIENT_MS = "30000"  # the machine may be busy
A_FEW = 5  # visits, to have some before, between and after


class Pipeline:
    """Runs the workflows' jobs on a checkout of this repository."""

    def __init__(self, cloud, checkout):
        self.cloud, self._checkout = cloud, checkout
        for name in ("build", "tests", "tests/environments"):
            (checkout / name).mkdir()
        for name in ("scripts", "tests/collections", "node_modules", "package.json"):
            (checkout / name).symlink_to(ROOT / name)
        for colour in COMMITS:
            limits = json.loads((ROOT / "tests" / "environments" / f"{colour}.json").read_text(encoding="utf-8"))
            for limit in limits["values"]:
                if limit["key"].startswith("max_response_time"):
                    limit["value"] = PATIENT_MS
            (checkout / "tests" / "environments" / f"{colour}.json").write_text(json.dumps(limits), encoding="utf-8")

    def push(self, program, **environment):
        """Staging of a commit, RELEASE, of which CI built this program."""
        pack(program, self._checkout / "build" / "visitor-counter-lambda-x86_64.zip")
        done = self._run("deploy-staging.yml", "deploy", environment, github={"sha": RELEASE})
        if done.conclusion == "success":
            self.cloud.world.change(staging_runs=[{"id": 42, "head_sha": RELEASE, "head_branch": "main", "conclusion": "success"}])
        return done

    def promote(self, commit):
        """The job that it ended with: the first that fails, or the last."""
        for job in ("check", "promote", "release-notes"):
            done = self._run("promote-production.yml", job, inputs={"commit": commit}, github={"token": "token"})
            if done.conclusion != "success":
                break
        return done

    def roll_back(self, commit):
        return self._run("rollback.yml", "rollback", inputs={"commit": commit, "reason": "a test"})

    def live_commit(self):
        answer = ask(self.cloud.addresses["domain"], "GET", "/health")
        assert answer.status == 200, answer
        return answer["X-Visitor-Counter-Version"].partition("+g")[2]

    def _run(self, workflow, job, environment=None, **context):
        return run_job(workflow, job, self._checkout, self.cloud.world.environment | (environment or {}), vars=VARIABLES, **context)


@pytest.fixture
def pipeline(tmp_path):
    home, checkout = tmp_path / "world", tmp_path / "checkout"
    home.mkdir()
    checkout.mkdir()
    with running_cloud(home) as cloud:
        yield Pipeline(cloud, checkout)


@pytest.fixture(scope="module")
def built():
    """The function's program, and the commit that it was built of."""
    return build()


@pytest.fixture(scope="module")
def release(built):
    return build_of(built[0], RELEASE)


def assert_counted_once(visitors, cloud):
    """Each visit got a number of its own, and the record has them all and nothing else."""
    assert visitors.history.tally() == {"counted": visitors.ended, "not-counted": 0, "unknown": 0}
    assert cloud.count() == cloud.visits["domain"] == visitors.counted
    visitors.history.check(0, visitors.counted)


def test_a_release_goes_live_and_back_and_no_visit_is_lost_or_invented(pipeline, built, release):
    cloud, before = pipeline.cloud, built[1]
    with Visitors(cloud.addresses["domain"], clients=2) as visitors:
        visitors.wait_for(visits=A_FEW)
        staged = pipeline.push(release)
        assert (staged.conclusion, staged.ran) == ("success", STAGING_STEPS), staged.words
        assert re.search(r"assertions │ +36 │ +0 ", staged.words), staged.words
        assert "Staging: success" in staged.summary and f"| commit | {RELEASE} |" in staged.summary
        assert pipeline.live_commit() == before, "what was staged is not live yet"
        for turn, commit in ((pipeline.promote, RELEASE), (pipeline.roll_back, before)):
            visitors.wait_for(visits=A_FEW)
            done = turn(commit)
            assert done.conclusion == "success", done.words
            assert pipeline.live_commit() == commit[:12]
        visitors.wait_for(visits=A_FEW)
    [notes] = [call for call in cloud.world.calls("gh") if call.startswith("release create ")]
    assert f"--target {RELEASE}" in notes
    assert_counted_once(visitors, cloud)
    assert cloud.visits["green"] > 0, "the API tests visit"
    assert cloud.count("main_counter.preview.green") == cloud.visits["green"]


def test_the_live_colour_s_own_address_and_direct_invocations_count_as_previews(pipeline):
    cloud = pipeline.cloud
    assert ask(cloud.addresses["domain"], "GET", "/counter").json()["count"] == 1
    assert ask(cloud.addresses["blue"], "GET", "/blue/counter").json()["count"] == 1
    assert b"200" in cloud.functions["blue"].invoke({"path": "/counter", "httpMethod": "GET"})
    assert ask(cloud.addresses["domain"], "GET", "/blue/counter").status == 403, "a domain has no stages"
    assert (cloud.count(), cloud.count("main_counter.preview.blue")) == (1, 2)


@pytest.mark.parametrize("change, words", [
    pytest.param(lambda program: b"#!/bin/sh\nexit 1\n", "answers 502", id="a function that ends"),
    pytest.param(lambda program: build_of(program, OTHER), "not +g999999999999", id="another commit's build"),
])
def test_a_build_that_is_not_well_ends_at_its_deployment(pipeline, release, change, words):
    staged = pipeline.push(change(release))
    assert (staged.conclusion, staged.ran) == ("failure", STAGING_STEPS[:2] + STAGING_STEPS[-1:])
    assert words in staged.words and "Staging: failure" in staged.summary
    assert_nothing_went_live(pipeline)


def test_a_function_without_its_table_ends_at_its_deployment(pipeline, release):
    staged = pipeline.push(release, TF_VAR_table_name="another-table")
    assert (staged.conclusion, staged.ran[-2]) == ("failure", "Deploy")
    assert "answers 503" in staged.words
    assert_nothing_went_live(pipeline)


def test_a_failing_assertion_ends_staging(pipeline, release):
    staged = pipeline.push(release.replace(b"nosniff", b"nosnoff"))
    assert (staged.conclusion, staged.ran) == ("failure", STAGING_STEPS[:3] + STAGING_STEPS[-1:])
    assert "AssertionError" in staged.words
    assert_nothing_went_live(pipeline)


def assert_nothing_went_live(pipeline):
    """Nor can it be promoted, and no try of it was a visit."""
    assert "no green run" in pipeline.promote(RELEASE).words
    assert pipeline.cloud.world.state["stage"] == "blue"
    assert pipeline.cloud.count() == 0


def test_what_staging_has_replaced_since_is_not_promoted(pipeline, release):
    assert pipeline.push(release).conclusion == "success"
    staged = pipeline.cloud.world.state["staging_runs"]
    pipeline.cloud.world.change(staging_runs=[*staged, staged[0] | {"head_sha": OTHER}])
    promoted = pipeline.promote(OTHER)
    assert promoted.conclusion == "failure"
    assert "green is not ready; nothing was changed" in promoted.words
    assert pipeline.cloud.world.state["stage"] == "blue"


def test_what_a_push_has_replaced_since_is_not_gone_back_to(pipeline, built, release):
    assert pipeline.push(release).conclusion == "success"
    rolled_back = pipeline.roll_back(OTHER)
    assert rolled_back.conclusion == "failure"
    assert "green is not ready; nothing was changed" in rolled_back.words
    assert pipeline.live_commit() == built[1]


def test_a_release_that_fails_behind_the_domain_is_taken_back(pipeline, built, release):
    cloud = pipeline.cloud
    assert pipeline.push(release).conclusion == "success"
    cloud.world.change(behind_the_domain={"green": "its permission is missing"})
    promoted = pipeline.promote(RELEASE)
    assert promoted.conclusion == "failure"
    assert "leads to blue again" in promoted.words
    assert pipeline.live_commit() == built[1]
    assert not any(call.startswith("release create ") for call in cloud.world.calls("gh"))
    assert ask(cloud.addresses["domain"], "GET", "/counter").json()["count"] == 1
