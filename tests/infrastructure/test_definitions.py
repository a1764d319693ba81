"""What the Terraform files say, read without Terraform: this holds on every machine. What AWS would be told: test_moto.py."""

import json
import re

import pytest

from support import hcl
from support.server import ROOT

TERRAFORM = ROOT / "infrastructure" / "terraform"
LAYERS = ("persistent", "application")
FILES = sorted(TERRAFORM.rglob("*.tf*"))
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in FILES}
READS = re.compile(r"\w[\w-]*:(Get|List|Describe)\w+|apigateway:GET")


def statements(document):
    """The statements of a policy document, written out and dynamic ones alike."""
    body = hcl.data("persistent", "aws_iam_policy_document")[document]
    return body.get("statement", []) + [entry["content"][0] for entry in body.get("dynamic", {}).get("statement", [])]


def granted(document):
    """Action → resources of the statements that are written out."""
    return {action: statement["resources"] for statement in statements(document) for action in statement["actions"]}


def test_every_file_is_hcl():
    assert all(hcl.parse(*FILES))


def test_a_file_that_is_none_is_found(tmp_path):
    broken = tmp_path / "broken.tf"
    broken.write_text('resource "aws_sns_topic" "x" {')
    with pytest.raises(hcl.SyntaxFault):
        hcl.parse(broken)


# --- both layers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", LAYERS)
def test_versions_are_bounded_and_nothing_else_is_needed(layer):
    terraform = hcl.layer(layer)["terraform"]
    assert terraform["required_version"] == ">= 1.10"
    assert terraform["required_providers"] == [{"aws": {"source": "hashicorp/aws", "version": "~> 5.100"}}]
    assert hcl.only(terraform["backend"]["s3"])["use_lockfile"] is True
    assert not any("archive_file" in text for text in TEXTS.values())


@pytest.mark.parametrize("layer", LAYERS)
def test_an_apply_to_another_account_is_refused(layer):
    assert hcl.only(hcl.layer(layer)["provider"]["aws"])["allowed_account_ids"] == ["${var.account_id}"]


@pytest.mark.parametrize("layer, name", [(layer, name) for layer in LAYERS for name in hcl.variables(layer)])
def test_a_variable_is_described_typed_and_validated(layer, name):
    variable = hcl.variables(layer)[name]
    assert variable["description"].endswith(".")
    assert variable["nullable"] is False
    assert variable["type"] == "${bool}" or variable["validation"]


@pytest.mark.parametrize("layer", LAYERS)
def test_every_output_is_described(layer):
    outputs = hcl.layer(layer)["output"]
    assert "test_commands" in outputs
    assert all(hcl.only(output)["description"] for output in outputs.values())


def test_nobody_s_address_and_no_colour_is_a_default():
    assert all("default" not in hcl.variables(layer)["alert_email"] for layer in LAYERS)
    assert "default" not in hcl.variables("persistent")["active_environment"], "a plain apply would switch"


def test_the_names_of_the_deployment_are_the_defaults():
    for layer, name, value in [
        ("persistent", "table_name", "visitor-counter-prod"), ("application", "table_name", "visitor-counter-prod"),
        ("persistent", "region", "us-east-1"), ("application", "region", "us-east-1"),
        ("persistent", "domain_name", "api.dzresume.dev"), ("application", "production_domain", "api.dzresume.dev"),
        ("persistent", "name_prefix", "resume"), ("application", "name_prefix", "resume"),
        ("application", "counter_id", "main_counter"), ("application", "counter_ttl_days", 0),
    ]:
        assert hcl.variables(layer)[name]["default"] == value, name


def test_no_principal_is_a_wildcard_but_to_refuse():
    for layer in LAYERS:
        for document, body in hcl.layer(layer).get("data", {}).get("aws_iam_policy_document", {}).items():
            for statement in hcl.only(body).get("statement", []):
                for principal in statement.get("principals", []):
                    assert "*" not in principal["identifiers"] or statement["effect"] == "Deny", document
    assert not re.search(r'principal\s*=\s*"\*"', "".join(TEXTS.values()))


# --- persistent --------------------------------------------------------------------------------------------------


def test_the_table_is_what_the_program_needs_and_is_hard_to_lose():
    table = hcl.only(list(hcl.resources("persistent", "aws_dynamodb_table").values()))
    assert (table["billing_mode"], table["hash_key"]) == ("PAY_PER_REQUEST", "counter_id")
    assert table["attribute"] == [{"name": "counter_id", "type": "S"}]
    assert table["ttl"] == [{"attribute_name": "ItemExpireTTL", "enabled": True}]
    assert table["point_in_time_recovery"] == table["server_side_encryption"] == [{"enabled": True}]
    assert table["deletion_protection_enabled"] == "${var.deletion_protection}"
    assert hcl.variables("persistent")["deletion_protection"]["default"] is True


def test_the_function_may_count_and_log_and_trace_and_nothing_else():
    table = ["${aws_dynamodb_table.counters.arn}"]
    logs = "${local.log_group_arns}"
    assert granted("function") == {
        "dynamodb:GetItem": table, "dynamodb:PutItem": table, "dynamodb:UpdateItem": table,
        "logs:CreateLogStream": logs, "logs:PutLogEvents": logs}
    assert granted("tracing") == {"xray:PutTraceSegments": ["*"], "xray:PutTelemetryRecords": ["*"]}
    policies = hcl.resources("persistent", "aws_iam_role_policy")
    assert {name for name, policy in policies.items() if policy["role"] == "${aws_iam_role.function.id}"} == {"function", "tracing"}


def test_the_pipeline_s_roles_ask_for_an_exact_subject():
    assert hcl.layer("persistent")["locals"]["subjects"] == {
        "plan": "${var.github_subject}:pull_request",
        "staging": "${var.github_subject}:ref:refs/heads/main",
        "production": "${var.github_subject}:environment:production"}
    trust = hcl.only(statements("assumed_by_github"))
    assert [(c["test"], c["variable"]) for c in trust["condition"]] == [
        ("StringEquals", "${local.issuer}:aud"), ("StringEquals", "${local.issuer}:sub")]
    pattern = re.search(r'regex\("(.+)", var', hcl.variables("persistent")["github_subject"]["validation"][0]["condition"])[1]
    pattern = pattern.replace("\\\\", "\\")
    for subject in ("repo:dz/counter", "repo:dz@12/counter@34"):
        assert re.search(pattern, subject)
    for subject in ("repo:dz/*", "repo:*/counter", "repo:dz/counter:ref:refs/heads/main", "dz/counter"):
        assert not re.search(pattern, subject), subject


def test_the_pipeline_s_roles_cannot_outgrow_their_ceiling():
    role = hcl.resources("persistent", "aws_iam_role")["github"]
    assert role["permissions_boundary"] == "${aws_iam_policy.boundary.arn}"
    every = json.dumps(hcl.layer("persistent")["locals"]) + json.dumps(statements("boundary")) + json.dumps(statements("github"))
    changing = re.findall(r"iam:\w+", every)
    assert {action for action in changing if not READS.fullmatch(action)} == {"iam:PassRole", "iam:PassedToService"}


def test_a_role_of_the_pipeline_changes_only_what_is_named():
    local = hcl.layer("persistent")["locals"]
    assert all(READS.fullmatch(action) for action in local["reads"])
    writes = [*local["release_writes"].values(), *local["switch_writes"].values()]
    for write in writes:
        assert not any("*" in action or READS.fullmatch(action) for action in write["actions"])
        assert write["resources"] not in (["*"], "*")
    assert local["switch_writes"] == {"Mapping": {"actions": ["apigateway:PATCH"], "resources": ["${local.mapping_arns}/*"]}}
    wide = [statement["sid"] for statement in statements("github") if statement["resources"] == ["*"]]
    assert wide == ["Look"]


def test_a_role_is_passed_to_lambda_alone():
    passing = hcl.only([statement for statement in statements("github") if statement["actions"] == ["iam:PassRole"]])
    assert passing["resources"] == ["${statement.value}"]
    assert passing["condition"] == [
        {"test": "StringEquals", "variable": "iam:PassedToService", "values": ["lambda.amazonaws.com"]}]


def test_the_states_are_versioned_encrypted_and_private():
    assert hcl.only(hcl.resources("persistent", "aws_s3_bucket")["state"]["lifecycle"])["prevent_destroy"] is True
    access = hcl.resources("persistent", "aws_s3_bucket_public_access_block")["state"]
    assert [access[name] for name in ("block_public_acls", "block_public_policy", "ignore_public_acls",
                                      "restrict_public_buckets")] == [True] * 4
    assert hcl.resources("persistent", "aws_s3_bucket_versioning")["state"]["versioning_configuration"] == [{"status": "Enabled"}]
    rule = hcl.only(hcl.resources("persistent", "aws_s3_bucket_server_side_encryption_configuration")["state"]["rule"])
    assert rule == {"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}, "no role has a right to a key"


def test_one_resource_knows_the_active_colour():
    text = TEXTS["infrastructure/terraform/persistent/domain.tf"]
    users = {kind: labels for kind, labels in hcl.layer("persistent")["resource"].items()
             if "active_environment" in json.dumps(labels)}
    assert set(users) == {"aws_api_gateway_base_path_mapping"}
    assert text.count('resource "aws_api_gateway_base_path_mapping"') == 1


# --- application -------------------------------------------------------------------------------------------------


def test_the_function_has_the_environment_that_the_program_reads():
    function = hcl.resources("application", "aws_lambda_function")["counter"]
    assert hcl.only(function["environment"])["variables"].keys() == {
        "TABLE_NAME", "STAGE", "ALLOWED_ORIGINS", "COUNTER_ID", "COUNTER_TTL_DAYS", "PRODUCTION_DOMAIN", "LOG_LEVEL"}
    assert (function["runtime"], function["handler"], function["publish"]) == ("provided.al2023", "bootstrap", True)
    assert function["source_code_hash"] == "${filebase64sha256(var.function_zip)}"
    assert function["architectures"] == ["${var.architecture}"]
    assert function["tracing_config"] == [{"mode": "Active"}]
    assert hcl.only(function["logging_config"])["log_format"] == "JSON"


def test_the_program_reads_what_the_function_is_given():
    source = (ROOT / "src" / "app" / "lambda" / "lambda_config.cpp").read_text(encoding="utf-8")
    function = hcl.resources("application", "aws_lambda_function")["counter"]
    assert all(f'"{name}"' in source for name in hcl.only(function["environment"])["variables"])


def test_alarms_and_dashboard_ask_for_metrics_that_the_function_has():
    source = (ROOT / "src" / "telemetry" / "emf.cpp").read_text(encoding="utf-8")
    written = set(re.findall(r'"Name":"(\w+)"', source))
    alarms, dashboard = (TEXTS[f"infrastructure/terraform/application/{name}.tf"] for name in ("alarms", "dashboard"))
    asked = {*re.findall(r'"VisitorCounter", metric = "(\w+)"', alarms), *re.findall(r'\["VisitorCounter", "(\w+)"', dashboard)}
    assert asked and asked < written
    assert '"Namespace":"VisitorCounter"' in source and '"Dimensions":[["Stage","Route"]]' in source
    assert "visits   = { Stage = local.colour, Route = \"/counter\" }" in alarms


def test_the_platform_never_drops_a_line_of_metrics():
    logging = hcl.only(hcl.resources("application", "aws_lambda_function")["counter"]["logging_config"])
    assert set(re.findall(r'"([A-Z]+)"', logging["application_log_level"])) <= {"DEBUG", "INFO"}


def test_the_api_calls_the_alias_and_may():
    assert "aws_lambda_alias.live.invoke_arn" in TEXTS["infrastructure/terraform/application/api.tf"]
    permission = hcl.resources("application", "aws_lambda_permission")["api"]
    assert permission["qualifier"] == "${aws_lambda_alias.live.name}"
    assert permission["source_arn"].endswith("/*") and "execution_arn" in permission["source_arn"]


def test_the_api_is_deployed_anew_when_its_content_changes():
    deployment = hcl.resources("application", "aws_api_gateway_deployment")["api"]
    assert deployment["triggers"] == {"definition": "${sha256(local.body)}"}


def test_the_function_gives_up_before_the_gateway_does():
    definition = json.loads((ROOT / "api" / "openapi.json").read_text(encoding="utf-8"))
    waits = {operation["x-amazon-apigateway-integration"]["timeoutInMillis"]
             for methods in definition["paths"].values() for operation in methods.values()}
    longest = re.search(r"timeout_seconds <= (\d+)", json.dumps(hcl.variables("application")["timeout_seconds"]))[1]
    assert int(longest) * 1000 < min(waits)


def test_every_log_ends_some_day():
    groups = hcl.resources("application", "aws_cloudwatch_log_group")
    assert set(groups) == {"access", "execution", "function"}
    assert all(group["retention_in_days"] == "${var.log_retention_days}" for group in groups.values())


def test_every_alarm_minds_missing_data_and_tells_somebody():
    for layer in LAYERS:
        for name, alarm in hcl.resources(layer, "aws_cloudwatch_metric_alarm").items():
            assert "notBreaching" in alarm["treat_missing_data"], name
            assert alarm["alarm_actions"] and alarm["ok_actions"], name


@pytest.mark.parametrize("environment, origins", [
    ("production", ["https://www.dzresume.dev", "https://dzresume.dev"]),
    ("staging", ["https://test.dzresume.dev"]),
    ("development", ["http://localhost:1580", "http://127.0.0.1:1580"]),
])
def test_an_environment_has_its_origins(environment, origins):
    settings = hcl.parse(TERRAFORM / "application" / "environments" / f"{environment}.tfvars")
    values = hcl.only(settings)
    assert (values["environment"], values["allowed_origins"]) == (environment, origins)
    assert values.keys() <= hcl.variables("application").keys()
