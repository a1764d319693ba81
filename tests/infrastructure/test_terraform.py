"""Terraform itself and the real AWS provider on both layers, without an account: form, validity, mocked tests, plans."""

import json
import subprocess

import pytest

from support import terraform
from support.server import ROOT
from support.terraform import APPLICATION, COLOURS, OFFLINE, PERSISTENT, Layer, changes

ORIGINS = ["https://www.dzresume.dev", "https://dzresume.dev"]


@pytest.fixture(scope="session")
def persistent(tmp_path_factory):
    return Layer("persistent", tmp_path_factory.mktemp("persistent"), OFFLINE)


@pytest.fixture(scope="session")
def application(tmp_path_factory):
    return Layer("application", tmp_path_factory.mktemp("application"), OFFLINE)


@pytest.fixture(scope="session")
def settings(function_zip):
    return APPLICATION | {"environment": "production", "allowed_origins": ORIGINS, "function_zip": function_zip}


def test_the_files_are_formatted():
    done = subprocess.run(["terraform", "fmt", "-check", "-recursive", "-diff"], cwd=ROOT / "infrastructure", text=True,
                          env=terraform.clean_environment(), capture_output=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_persistent_layer_is_valid_and_its_mocked_tests_pass(persistent):
    persistent.do("validate")
    assert "Success!" in persistent.do("test")


def test_the_application_layer_is_valid_and_its_mocked_tests_pass_in_both_colours(application):
    application.do("validate")
    for colour in COLOURS:
        application.workspace(colour)
        assert "Success!" in application.do("test")


def test_the_application_layer_refuses_the_default_workspace(application, settings):
    application.workspace("default")
    assert "Select the workspace blue or green" in application.refusal(settings)


def test_the_persistent_layer_can_be_planned_from_nothing(persistent):
    planned = changes(persistent.plan(PERSISTENT))
    assert set(map(tuple, planned.values())) == {("create",)}
    assert not any("base_path_mapping" in address for address in planned)


def test_with_a_zone_the_certificate_is_made_and_validated(persistent):
    planned = changes(persistent.plan(PERSISTENT | {"hosted_zone_id": "Z0123456789", "certificate_arn": ""}))
    for address in ("aws_acm_certificate.api[0]", "aws_acm_certificate_validation.api[0]", "aws_route53_record.api[0]",
                    "aws_route53_record.validation[0]"):
        assert planned[address] == ["create"]


@pytest.fixture(scope="session")
def planned_colours(application, settings):
    """What the application layer would make of nothing, in each colour: address → values."""
    planned = {}
    for colour in COLOURS:
        application.workspace(colour)
        plan = application.plan(settings | {"visits_per_minute_min": 1})
        planned[colour] = {change["address"]: change["change"]["after"] for change in plan["resource_changes"]}
    return planned


@pytest.mark.parametrize("colour", COLOURS)
def test_a_colour_can_be_planned_from_nothing(planned_colours, colour):
    planned = planned_colours[colour]
    function = planned["aws_lambda_function.counter"]
    assert function["function_name"] == f"resume-{colour}-visitor-counter"
    assert function["environment"][0]["variables"] == {
        "TABLE_NAME": "visitor-counter-prod", "STAGE": colour, "ALLOWED_ORIGINS": ",".join(ORIGINS),
        "COUNTER_ID": "main_counter", "COUNTER_TTL_DAYS": "0", "PRODUCTION_DOMAIN": "api.dzresume.dev", "LOG_LEVEL": "info"}
    assert planned["aws_api_gateway_stage.colour"]["stage_name"] == colour


def test_the_alarms_cover_every_service(planned_colours):
    alarms = [values for address, values in planned_colours["blue"].items() if address.startswith("aws_cloudwatch_metric_alarm.")]
    covered = {(alarm["namespace"], alarm["metric_name"]) for alarm in alarms}
    assert covered == {
        *(("AWS/ApiGateway", name) for name in ("5XXError", "4XXError", "Latency", "IntegrationLatency", "Count")),
        *(("AWS/Lambda", name) for name in ("Errors", "Throttles", "Duration", "ConcurrentExecutions")),
        *(("AWS/DynamoDB", name) for name in ("SystemErrors", "ReadThrottleEvents", "WriteThrottleEvents",
                                              "SuccessfulRequestLatency", "UserErrors")),
        *(("VisitorCounter", name) for name in ("HandlerErrors", "AmbiguousWrites", "StoreRetries")),
    }
    assert all(alarm["treat_missing_data"] for alarm in alarms)
    rates = {alarm["metric_name"]: alarm for alarm in alarms if alarm["metric_name"] in ("4XXError", "5XXError")}
    assert all((alarm["statistic"], alarm["threshold"]) == ("Average", 0.05) for alarm in rates.values())


def test_the_dashboard_shows_visitors_by_hour_and_by_day_and_every_service(planned_colours):
    dashboard = planned_colours["green"]["aws_cloudwatch_dashboard.counter"]
    widgets = [widget["properties"] for widget in json.loads(dashboard["dashboard_body"])["widgets"]]
    assert [(widget["period"], widget["start"]) for widget in widgets[:2]] == [(3600, "-P7D"), (86400, "-P30D")]
    for widget in widgets[:2]:
        assert {metric[3] for metric in widget["metrics"] if isinstance(metric[0], str)} == set(COLOURS)
    shown = {metric[0] for widget in widgets for metric in widget["metrics"] if isinstance(metric[0], str)}
    assert shown == {"VisitorCounter", "AWS/ApiGateway", "AWS/Lambda", "AWS/DynamoDB"}
