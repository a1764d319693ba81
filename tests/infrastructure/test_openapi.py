"""One public API in four places: api/openapi.json, the gateway's route table, docs/api.md, and what a server answers."""

import json
import re

import jsonschema
import pytest

from e2e import answers
from support.dynalite import KEYS, Dynalite
from support.raw_http import ask
from support.server import ROOT, Server, clean_environment, run

TEXT = (ROOT / "api" / "openapi.json").read_text(encoding="utf-8")
API = json.loads(TEXT)
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
ENVIRONMENT = clean_environment(**KEYS)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
BODIES = {
    "Visit": answers.VISIT_BODY,
    "FailedVisit": answers.FAILED_VISIT_BODY,
    "Healthy": f"({answers.HEALTH_BODY})|({answers.EMPTY_HEALTH_BODY})",
    "Unhealthy": r'{"status": "unhealthy", "service": "visitor-counter", "database": "error", "error": "[A-Z][a-z ]+", '
                 rf'"timestamp": "{answers.TIMESTAMP}"}}',
}
OPERATIONS = [(method.upper(), path) for path, methods in API["paths"].items() for method in methods]
EXAMPLES = [
    (content["schema"]["$ref"].split("/")[-1], example)
    for methods in API["paths"].values() for operation in methods.values() for response in operation["responses"].values()
    for content in response.get("content", {}).values()
    for example in [content.get("example"), *(named["value"] for named in content.get("examples", {}).values())] if example
]
ADDED_BY_THE_GATEWAY = {"Date", "Content-Length", "Connection", "x-amzn-RequestId", "x-amz-apigw-id", "X-Amzn-Trace-Id"}


def source(path):
    return (ROOT / "src" / path).read_text(encoding="utf-8")


def schema(name):
    """A schema of the definition; none of them refers to another."""
    return API["components"]["schemas"][name]


def hold(answer, method, path):
    """Holds an answer to what the definition says of this operation and status: headers, no more and no less, and body."""
    described = API["paths"][path][method.lower()]["responses"][str(answer.status)]
    sent = {name: value for name, value in answer.headers if name not in ADDED_BY_THE_GATEWAY}
    assert sent.keys() == described["headers"].keys()
    for name, value in sent.items():
        jsonschema.validate(value, described["headers"][name]["schema"])
    if "content" not in described:
        assert answer.body == b""
        return
    name = described["content"][sent["Content-Type"]]["schema"]["$ref"].split("/")[-1]
    jsonschema.validate(answer.json(), schema(name))
    assert list(answer.json()) == [key for key in schema(name)["properties"] if key in answer.json()], "order"


@pytest.fixture(scope="module")
def server():
    with Server() as running:
        yield running


@pytest.fixture(scope="module")
def server_without_a_store():
    """Its table went away after it had started."""
    with Dynalite() as dynalite:
        store = dynalite.store("api").replace("timeout=60", "timeout=1")
        made = run("table", "create", "--store", store, env=ENVIRONMENT)
        assert made.returncode == 0, made.stderr
        running = Server(store=store, env=ENVIRONMENT)
        running.__enter__()
    yield running
    running.__exit__()


def test_the_gateway_routes_what_is_defined():
    routes = re.search(r"all_routes = \{\{\n(.+?)\}\};", source("gateway/gateway.cpp"), re.DOTALL)[1]
    assert set(re.findall(r'\{"(\w+)", "([\w/]+)"\}', routes)) == set(OPERATIONS)


@pytest.mark.parametrize("method, path", OPERATIONS)
def test_a_server_answers_as_defined(server, method, path):
    for _ in range(2):  # before the first visit and after it
        answer = ask(server.public, method, path)
        assert answer.status == 200
        hold(answer, method, path)


@pytest.mark.parametrize("path, status", [("/counter", 500), ("/health", 503)])
def test_a_server_without_its_store_fails_as_defined(server_without_a_store, path, status):
    answer = ask(server_without_a_store.public, "GET", path)
    assert answer.status == status
    hold(answer, "GET", path)


@pytest.mark.parametrize("path", [*API["paths"], "/", "/Counter", "/health/"])
def test_a_server_refuses_what_is_not_defined(server, path):
    defined = {method for method, defined_path in OPERATIONS if defined_path == path}
    for method in set(METHODS) - defined:
        assert ask(server.public, method, path).status == 403, method


def test_the_page_lists_what_is_defined():
    table = re.search(r"^\| request \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)[1]
    listed = re.findall(r"`([A-Z]+) ([/a-z]+)`", table)
    assert set(listed) == set(OPERATIONS)
    for method, path in OPERATIONS:
        row = next(line for line in table.splitlines() if f"`{method} {path}`" in line)
        assert set(re.findall(r"\b[1-5]\d\d\b", row)) == set(API["paths"][path][method.lower()]["responses"])


def test_the_page_shows_bodies_as_defined():
    shown = [json.loads(line) for line in re.findall(r"^\{.*\}$", PAGE, re.MULTILINE)]
    named = {"count": "Visit", "requestId": "FailedVisit", "counter_value": "Healthy", "error": "Unhealthy"}
    found = {schema_name: body for body in shown for key, schema_name in reversed(named.items()) if key in body}
    assert found.keys() == BODIES.keys()
    for name, body in found.items():
        assert set(body) >= set(schema(name)["required"])
        assert set(body) <= set(schema(name)["properties"])


def test_the_words_of_an_unhealthy_answer_are_the_same_everywhere():
    defined = schema("Unhealthy")["properties"]["error"]["enum"]
    words = re.search(r"public_words\(StoreFault fault\) \{(.+?)\n\}", source("function/function.cpp"), re.DOTALL)[1]
    assert list(dict.fromkeys(re.findall(r'return "(.+?)"', words))) == defined
    sentence = re.search(r"^`error` is one of (.+?)\.", PAGE, re.MULTILINE | re.DOTALL)[1]
    assert re.findall(r"`(.+?)`", sentence) == defined


@pytest.mark.parametrize("name, example", EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_an_example_is_a_body_byte_for_byte(name, example):
    jsonschema.validate(example, schema(name))
    assert re.fullmatch(BODIES[name], json.dumps(example))


def test_every_body_has_an_example():
    assert {name for name, _ in EXAMPLES} == set(API["components"]["schemas"]) == BODIES.keys()


def test_every_operation_leads_to_the_function():
    for methods in API["paths"].values():
        for operation in methods.values():
            integration = operation["x-amazon-apigateway-integration"]
            assert (integration["type"], integration["httpMethod"]) == ("aws_proxy", "POST")
            assert integration["uri"] == "${function_invoke_arn}"
            assert "responses" not in integration, "a proxy integration knows none"


def test_preflights_never_need_a_key():
    assert [methods["options"].get("security") for methods in API["paths"].values()] == [[], []]


def test_only_the_deployment_s_names_are_left_open():
    assert set(re.findall(r"\$\{(.*?)\}", TEXT)) == {"api_name", "function_invoke_arn"}
    assert "%{" not in TEXT
