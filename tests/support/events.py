"""Proxy events as API Gateway's REST APIs make them, and the function's answers to them."""

import json
import re

from e2e.answers import VISIT_BODY

VISIT = {"path": "/counter", "httpMethod": "GET"}  # what a direct invoke may be
HEALTH = {"path": "/health", "httpMethod": "GET"}
DOMAIN = "api.dzresume.dev"

RESPONSE_KEYS = ["statusCode", "headers", "body", "isBase64Encoded"]

MALFORMED = [
    {}, [], None, 1, "text", {"path": "/counter"}, {"httpMethod": "GET"}, {"path": 1, "httpMethod": "GET"},
    {"path": "/counter", "httpMethod": None}, VISIT | {"headers": []}, VISIT | {"headers": {"Origin": 1}},
    VISIT | {"headers": {"A": "a\r\nOrigin: https://evil.example"}}, VISIT | {"multiValueHeaders": {"Origin": "a"}},
    VISIT | {"requestContext": "blue"}, {"version": "2.0", "rawPath": "/counter"},
]


def proxy_event(method="GET", path="/counter", headers=(), domain=DOMAIN, base_path=""):
    """All twelve keys; headers are (name, value) pairs."""
    single, multiple = {}, {}
    for name, value in [("Host", domain), ("X-Forwarded-Proto", "https"), *headers]:
        single[name] = value
        multiple.setdefault(name, []).append(value)
    return {
        "resource": path, "path": base_path + path, "httpMethod": method, "headers": single,
        "multiValueHeaders": multiple, "queryStringParameters": {"a": "2"},
        "multiValueQueryStringParameters": {"a": ["1", "2"]}, "pathParameters": None, "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012", "apiId": "a1b2c3d4e5", "deploymentId": "d1", "domainName": domain,
            "domainPrefix": domain.partition(".")[0], "extendedRequestId": "aJ8-YHpsIAMEppg=", "httpMethod": method,
            "identity": {"accessKey": None, "sourceIp": "192.0.2.1", "user": None, "userAgent": "curl/8"},
            "path": f"{base_path}{path}", "protocol": "HTTP/1.1", "requestId": "c0a80000-0000-4000-8000-000000000000",
            "requestTime": "22/Nov/2026:11:22:33 +0000", "requestTimeEpoch": 1795346553000, "resourceId": "r1",
            "resourcePath": path, "stage": "blue"},
        "body": None, "isBase64Encoded": False}


def parse_response(text):
    """A response that API Gateway passes on: the keys it knows, and flat strings for headers."""
    response = json.loads(text)
    assert list(response) == RESPONSE_KEYS
    assert type(response["statusCode"]) is int
    assert all(isinstance(value, str) for value in response["headers"].values())
    assert isinstance(response["body"], str)
    assert response["isBase64Encoded"] is False
    return response


def number_of(response):
    """The number in the response to a visit, which must have succeeded."""
    assert response["statusCode"] == 200, response
    match = re.fullmatch(VISIT_BODY, response["body"])
    assert match, response["body"]
    return int(match[1])


def assert_function_error(text):
    error = json.loads(text)
    assert list(error) == ["errorMessage", "errorType", "stackTrace"]
    assert error["errorType"] == "Runtime.InvalidEvent"
    assert error["errorMessage"]
