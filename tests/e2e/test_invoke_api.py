"""Lambda's Invoke API on the ops listener: with the real AWS CLI, and byte by byte."""

import base64
import json
import re

import pytest

from e2e.answers import UUID4
from support.aws_cli import invoke
from support.events import (HEALTH, MALFORMED, VISIT, assert_function_error, number_of, parse_response, proxy_event)
from support.process import wait_until
from support.raw_http import Connection, ask, request, stored_count
from support.server import Server

NAME = "resume-blue-visitor-counter"
PAYLOAD_MAX = 6 * 1024 * 1024
EVENT_MAX = 1024 * 1024
PAYLOAD = json.dumps(VISIT)


def path_of(function, query=""):
    return f"/2015-03-31/functions/{function}/invocations{query}"


def post(server, body, *fields, function=NAME, query="", **options):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ask(server.ops, "POST", path_of(function, query), *fields, body=data, **options)


def padded(event, size):
    """The event with blanks up to this many bytes."""
    return json.dumps(event).encode().ljust(size)


def assert_refused(answer, status, error_type, *mentions):
    assert (answer.status, answer["x-amzn-ErrorType"], answer["Content-Type"]) == (status, error_type, "application/json")
    assert re.fullmatch(UUID4, answer["x-amzn-RequestId"])
    body = answer.json()
    for mention in mentions:
        assert mention in body.get("message", body.get("Message"))


# --- the AWS CLI -------------------------------------------------------------------------------------------------


def test_the_cli_counts_a_visit(server, tmp_path):
    before = stored_count(server)
    result, response = invoke(server.ops, tmp_path, "--payload", '{"path": "/counter", "httpMethod": "GET"}')
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == {"StatusCode": 200, "ExecutedVersion": "$LATEST"}
    assert number_of(parse_response(response)) == before + 1 == stored_count(server)


def test_the_cli_sends_a_file(server, tmp_path):
    event = tmp_path / "event.json"
    event.write_text(json.dumps(proxy_event()))
    before = stored_count(server)
    result, response = invoke(server.ops, tmp_path, "--payload", f"fileb://{event}")
    assert result.returncode == 0, result.stderr
    assert number_of(parse_response(response)) == before + 1


def test_the_cli_shows_the_log(server, tmp_path):
    result, response = invoke(server.ops, tmp_path, "--payload", PAYLOAD, "--log-type", "Tail")
    assert result.returncode == 0, result.stderr
    log = base64.b64decode(json.loads(result.stdout)["LogResult"], validate=True).decode()
    request_id = json.loads(parse_response(response)["body"])["requestId"]
    assert log.startswith(f"START RequestId: {request_id} Version: $LATEST\n")
    assert f"END RequestId: {request_id}\nREPORT RequestId: {request_id}\tDuration: " in log
    assert '"outcome":"counted"' in log


def test_the_cli_does_not_wait_for_an_event(server, tmp_path):
    before = stored_count(server)
    result, response = invoke(server.ops, tmp_path, "--payload", PAYLOAD, "--invocation-type", "Event")
    assert (result.returncode, json.loads(result.stdout), response) == (0, {"StatusCode": 202}, "")
    assert stored_count(server) == before + 1


@pytest.mark.usefixtures("nothing_counted")
def test_the_cli_asks_whether_it_may(server, tmp_path):
    result, response = invoke(server.ops, tmp_path, "--payload", PAYLOAD, "--invocation-type", "DryRun")
    assert (result.returncode, json.loads(result.stdout), response) == (0, {"StatusCode": 204}, "")


def test_the_cli_names_a_qualifier(server, tmp_path):
    result, response = invoke(server.ops, tmp_path, "--payload", json.dumps(HEALTH), function=f"{NAME}:$LATEST")
    assert result.returncode == 0, result.stderr
    assert parse_response(response)["statusCode"] == 200


@pytest.mark.usefixtures("nothing_counted")
def test_the_cli_tells_a_function_error(server, tmp_path):
    result, response = invoke(server.ops, tmp_path)  # without a payload
    assert (result.returncode, json.loads(result.stdout)["FunctionError"]) == (0, "Unhandled")
    assert_function_error(response)


@pytest.mark.usefixtures("nothing_counted")
def test_the_cli_tells_why_it_is_refused(server, tmp_path):
    too_large = tmp_path / "too-large.json"
    too_large.write_bytes(padded(VISIT, PAYLOAD_MAX + 1))
    for function, payload, error in [("other", PAYLOAD, "ResourceNotFoundException"),
                                     (NAME, "no JSON", "InvalidRequestContentException"),
                                     (NAME, f"fileb://{too_large}", "RequestTooLargeException")]:
        result, response = invoke(server.ops, tmp_path, "--payload", payload, function=function)
        assert (result.returncode, response) == (254, None), result
        assert f"({error})" in result.stderr


# --- the answers -------------------------------------------------------------------------------------------------


def test_an_answer_has_the_headers_of_lambda(server):
    answer = post(server, VISIT)
    assert answer.status == 200
    fields = dict(answer.headers)
    shapes = {"Date": r".*GMT", "x-amzn-RequestId": UUID4, "Content-Type": "application/json",
              "X-Amz-Executed-Version": r"\$LATEST", "X-Amzn-Trace-Id": r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}",
              "Content-Length": str(len(answer.body)), "Connection": "keep-alive"}
    assert fields.keys() == shapes.keys()
    for name, shape in shapes.items():
        assert re.fullmatch(shape, fields[name]), name
    assert json.loads(parse_response(answer.body)["body"])["requestId"] == answer["x-amzn-RequestId"]


def test_each_invocation_is_a_line_of_the_log(server):
    request_id = post(server, VISIT)["x-amzn-RequestId"]
    line = wait_until(lambda: next((line for line in list(server.log) if line.get("request_id") == request_id), None),
                      "no line of the log has the invocation's id")
    assert (line["message"], line["function"], line["status"], line["outcome"]) == ("invoke", NAME, 200, "counted")


@pytest.mark.parametrize("name, query", [
    (NAME, "?Qualifier=$LATEST"), (NAME, "?Qualifier=%24LATEST"), (NAME, "?Qualifier=blue"), (f"{NAME}:blue", ""),
    (f"{NAME}%3A%24LATEST", "?Qualifier=%24LATEST"), (f"123456789012:function:{NAME}", ""),
    (f"arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3A{NAME}%3Ablue", ""),
])
def test_the_function_has_several_names(server, name, query):
    assert number_of(parse_response(post(server, VISIT, function=name, query=query).body)) == stored_count(server)


def test_the_largest_payloads_are_taken(server):
    before = stored_count(server)
    assert post(server, padded(VISIT, PAYLOAD_MAX)).status == 200
    assert post(server, padded(VISIT, EVENT_MAX), "X-Amz-Invocation-Type: Event").status == 202
    assert stored_count(server) == before + 2


def test_a_connection_is_kept_over_answers_without_content(server):
    call = request("POST", path_of(NAME), "X-Amz-Invocation-Type: DryRun", body=PAYLOAD.encode())
    with Connection(server.ops) as connection:
        for _ in range(3):
            answer = connection.ask(call)
            assert (answer.status, answer.body, answer["Connection"]) == (204, b"", "keep-alive")


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("event", MALFORMED, ids=json.dumps)
def test_a_malformed_event_is_a_function_error(server, event):
    answer = post(server, event)
    assert (answer.status, answer["X-Amz-Function-Error"]) == (200, "Unhandled")
    assert_function_error(answer.body)
    assert post(server, event, "X-Amz-Invocation-Type: Event").status == 202


def test_a_visit_that_is_not_counted_is_answered_200():
    """The tools ask again after a 500: what ran must not run twice."""
    with Server() as server:
        full = b'{"visit_count": 9007199254740991}'
        assert ask(server.ops, "PUT", "/counters/main_counter", "Content-Type: application/json", body=full).status == 200
        answer = post(server, VISIT)
        assert (answer.status, answer["X-Amz-Function-Error"]) == (200, None)
        response = parse_response(answer.body)
        assert (response["statusCode"], response["headers"]["X-Visit-Outcome"]) == (500, "not-counted")


def test_only_the_production_domain_counts_on_the_real_number():
    with Server("--production-domain", "api.dzresume.dev") as server:
        for event in (proxy_event(), VISIT, VISIT):
            assert post(server, event).status == 200
        assert stored_count(server) == 1
        assert stored_count(server, "main_counter.preview.blue") == 2


# --- what is refused ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("name, query, arn", [
    ("other", "", "us-east-1:000000000000:function:other"),
    ("resume-green-visitor-counter", "", "us-east-1:000000000000:function:resume-green-visitor-counter"),
    (NAME, "?Qualifier=%24latest", f"us-east-1:000000000000:function:{NAME}:$latest"),
    (f"{NAME}:7", "", f"us-east-1:000000000000:function:{NAME}:7"),
    ("arn:aws:lambda:eu-west-1:123456789012:function:other", "", "eu-west-1:123456789012:function:other"),
])
def test_another_function_is_not_found(server, name, query, arn):
    answer = post(server, VISIT, function=name, query=query)
    assert_refused(answer, 404, "ResourceNotFoundException")
    assert answer.body.decode() == f'{{"Type":"User","Message":"Function not found: arn:aws:lambda:{arn}"}}'


@pytest.mark.usefixtures("nothing_counted")
def test_what_lambda_does_not_understand_is_refused(server):
    for name, query, fields in [("a%20b", "", ()), ("%ff", "", ()), (NAME, "?Qualifier=a%20b", ()),
                                (NAME, "", ["X-Amz-Invocation-Type: now"]), (NAME, "", ["X-Amz-Log-Type: all"])]:
        answer = post(server, VISIT, *fields, function=name, query=query)
        assert_refused(answer, 400, "ValidationException", "1 validation error detected: Value '")
    answer = post(server, VISIT, function=f"{NAME}:blue", query="?Qualifier=%24LATEST")
    assert_refused(answer, 400, "InvalidParameterValueException", "qualifier")


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("body", [b"no JSON", b"{", b'{"path": "/counter"} x', b'"\xff"', b"\x7b\xcc\x98"])
def test_what_is_no_json_is_refused(server, body):
    assert_refused(post(server, body), 400, "InvalidRequestContentException", "Could not parse request body into json: ")


@pytest.mark.usefixtures("nothing_counted")
def test_what_is_too_large_is_refused(server):
    answer = post(server, padded(VISIT, PAYLOAD_MAX + 1))
    assert_refused(answer, 413, "RequestTooLargeException", "6291457 byte payload is too large for the RequestResponse",
                   "limit 6291456 bytes")
    answer = post(server, padded(VISIT, EVENT_MAX + 1), "X-Amz-Invocation-Type: Event")
    assert_refused(answer, 413, "RequestTooLargeException", "1048577 byte payload is too large for the Event",
                   "limit 1048576 bytes")


@pytest.mark.usefixtures("nothing_counted")
def test_what_is_far_too_large_is_not_even_read(server):
    with Connection(server.ops) as connection:
        connection.send(request("POST", path_of(NAME), "Content-Length: 1000000000"))
        answer = connection.response()
        assert (answer.status, answer["x-amzn-ErrorType"]) == (413, "RequestTooLargeException")
        assert connection.ended()


@pytest.mark.usefixtures("nothing_counted")
def test_only_post_invokes(server):
    for method in ("GET", "PUT", "HEAD", "OPTIONS"):
        with Connection(server.ops) as connection:
            answer = connection.ask(request(method, path_of(NAME)))
        assert (answer.status, answer["Allow"]) == (405, "POST")


@pytest.mark.usefixtures("nothing_counted")
@pytest.mark.parametrize("fields, host", [
    (["Origin: https://evil.example"], "localhost"), (["Sec-Fetch-Site: cross-site"], "localhost"),
    (["Origin: null"], "localhost"), ([], "evil.example"),
])
def test_a_web_page_cannot_invoke(server, fields, host):
    assert post(server, VISIT, *fields, host=host).status == 403


@pytest.mark.usefixtures("nothing_counted")
def test_visitors_cannot_invoke(server):
    assert ask(server.public, "POST", path_of(NAME), body=PAYLOAD.encode()).status == 403


@pytest.mark.usefixtures("nothing_counted")
def test_a_path_beside_it_is_no_page(server):
    for target in ("/2015-03-31/functions", "/2015-03-31/functions//invocations", path_of(NAME) + "/",
                   f"/2015-03-31/functions/{NAME}", f"/2016-03-31/functions/{NAME}/invocations"):
        assert ask(server.ops, "POST", target, body=PAYLOAD.encode()).status == 404
