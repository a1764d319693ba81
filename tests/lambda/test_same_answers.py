"""Every request of one table gets the same answer from `serve` and from the Lambda function behind its gateway."""

import re

import pytest

from e2e.answers import TIMESTAMP, UUID4
from support.dynalite import KEYS
from support.proxy_gateway import ProxyGateway
from support.raw_http import Connection, request
from support.runtime_api import Environment, RuntimeApi
from support.server import Server, clean_environment
from support.table_front import TableFront

PRIMARY, SECOND = "https://www.dzresume.dev", "https://dzresume.dev"
ORIGINS = f"{PRIMARY},{SECOND}"

TARGETS = ["/counter", "/health", "/blue/counter", "/blue/health", "/counter?page=/about&n=1", "/counter?", "/",
           "/Counter", "/counter/", "/health/", "/green/counter", "/counters", "/blue", "/blue/", "/%63ounter",
           "/counter%2F", "//counter", "/counter;a"]
METHODS = ["GET", "OPTIONS", "HEAD", "POST", "PUT", "DELETE", "PATCH"]
FIELDS = [[], [f"Origin: {PRIMARY}"], [f"origin: {SECOND}"], ["ORIGIN: https://evil.example"], ["Origin: null"],
          [f"Origin: {PRIMARY}", "Access-Control-Request-Method: GET"], ["Content-Type: application/json"]]
REQUESTS = [*((method, target, []) for method in METHODS for target in TARGETS),
            *((method, target, fields) for method in ("GET", "OPTIONS", "POST") for target in ("/counter", "/health")
              for fields in FIELDS)]


def comparable(answer):
    """Status, body and headers; ids and times by their form alone."""
    text = answer.body.decode()
    for form, name in ((TIMESTAMP, "TIME"), (UUID4, "ID")):
        text = re.sub(form, name, text)
    varying = {"date", "x-amzn-requestid", "x-amz-apigw-id", "x-amzn-trace-id", "content-length"}
    fields = {name: "some" if name.lower() in varying else value for name, value in answer.headers}
    assert len(fields) == len(answer.headers), "a header is repeated"
    return answer.status, text, fields


def answers(address, requests):
    """What each request gets, all on one connection."""
    with Connection(address) as connection:
        return [comparable(connection.ask(request(method, target, *fields))) for method, target, fields in requests]


def compare(from_serve, from_lambda, requests):
    for asked, expected, found in zip(requests, from_serve, from_lambda, strict=True):
        assert found == expected, asked


@pytest.fixture
def gateway(table):
    """A gateway in front of the function."""
    with RuntimeApi() as api, Environment(api, table, **KEYS, ALLOWED_ORIGINS=ORIGINS):
        with ProxyGateway(lambda event: api.invoke(event).answer) as running:
            yield running


def serve(store):
    return Server("--allowed-origins", ORIGINS, store=store, env=clean_environment(**KEYS))


def test_serve_and_the_function_answer_alike(gateway):
    with serve("memory:") as server:
        expected = answers(server.public, REQUESTS)
    assert {status for status, _, _ in expected} == {200, 403}
    compare(expected, answers(gateway.address, REQUESTS), REQUESTS)


def test_serve_and_the_function_fail_alike(table, dynalite):
    with TableFront(dynalite.endpoint) as proxy, RuntimeApi() as api:
        store = table.replace(dynalite.endpoint, proxy.endpoint).replace("timeout=60", "timeout=4")
        with serve(store) as server, Environment(api, store, **KEYS, ALLOWED_ORIGINS=ORIGINS):
            with ProxyGateway(lambda event: api.invoke(event).answer) as gateway, proxy.silence():
                for failing in ([("GET", "/counter", [])], [("GET", "/health", [])]):
                    expected = answers(server.public, failing)
                    assert expected[0][0] in (500, 503)
                    compare(expected, answers(gateway.address, failing), failing)


def test_an_event_without_an_answer_is_the_gateways_502():
    with ProxyGateway(lambda event: None) as broken, Connection(broken.address) as connection:
        answer = connection.ask(request("GET", "/counter"))
    assert (answer.status, answer.body) == (502, b'{"message": "Internal server error"}')
    assert answer["x-amzn-ErrorType"] == "InternalServerErrorException"
