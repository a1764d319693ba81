"""The shapes of the public answers, header by header and byte by byte."""

import re

TIMESTAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
UUID4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
VERSION = r"\d+\.\d+\.\d+\+g[0-9a-f]{12}"

VISIT_BODY = rf'{{"count": (\d+), "timestamp": "({TIMESTAMP})", "status": "success", "requestId": "({UUID4})"}}'
FAILED_VISIT_BODY = (
    r'{"status": "error", "message": "Unable to process request\. Please try again\.", '
    rf'"requestId": "({UUID4})"}}')
HEALTH_BODY = (
    r'{"status": "healthy", "service": "visitor-counter", "database": "connected", '
    rf'"counter_value": (\d+), "timestamp": "({TIMESTAMP})"}}')
EMPTY_HEALTH_BODY = (
    r'{"status": "healthy", "service": "visitor-counter", "database": "connected", '
    rf'"counter_value": 0, "timestamp": "({TIMESTAMP})", "note": "counter_not_initialized"}}')

NO_STORE = {"Cache-Control": "no-cache, no-store, must-revalidate"}
REVALIDATE = {"Cache-Control": "no-cache, max-age=0"}
PREFLIGHT = {"Access-Control-Max-Age": "7200"}

_DAY = "(Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_MONTH = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_GATEWAY_SHAPES = {
    "Date": rf"{_DAY}, \d\d {_MONTH} \d{{4}} \d\d:\d\d:\d\d GMT",
    "x-amzn-RequestId": UUID4,
    "x-amz-apigw-id": r"[A-Za-z0-9_-]{15}=",
}
_FUNCTION_SHAPES = _GATEWAY_SHAPES | {
    "X-Amzn-Trace-Id": r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}",
    "X-Visitor-Counter-Version": VERSION,
}
_FUNCTION_VALUES = {
    "Content-Type": "application/json",
    "Access-Control-Allow-Methods": "GET, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, Authorization, X-Api-Key",
    "Access-Control-Expose-Headers": "x-amzn-RequestId, X-Visit-Outcome",
    "Vary": "Origin",
    "X-Content-Type-Options": "nosniff",
}


def assert_function_headers(response, others, *, origin, connection="keep-alive"):
    """Holds the answer to the function's and the gateway's headers, these others, and no more."""
    values = _FUNCTION_VALUES | others
    if origin:
        values["Access-Control-Allow-Origin"] = origin
    _assert_headers(response, values | {"Connection": connection}, _FUNCTION_SHAPES)


def assert_gateway_error(response, status, error_type, message, *, connection="keep-alive", body=None):
    """Holds the answer to the form in which the gateway refuses, body and headers and no more."""
    assert response.status == status
    assert response.body == (f'{{"message":"{message}"}}'.encode() if body is None else body)
    values = {"Content-Type": "application/json", "x-amzn-ErrorType": error_type, "Connection": connection}
    _assert_headers(response, values, _GATEWAY_SHAPES)


def visit_number(response):
    """The number in the answer to a visit, which must have succeeded."""
    assert response.status == 200, response
    match = re.fullmatch(VISIT_BODY, response.body.decode())
    assert match, response.body
    return int(match[1])


def _assert_headers(response, values, shapes):
    fields = dict(response.headers)
    assert len(fields) == len(response.headers), "a header is repeated"
    values = values | {"Content-Length": str(len(response.body))}
    assert fields.keys() == values.keys() | shapes.keys()
    assert {name: fields[name] for name in values} == values
    for name, shape in shapes.items():
        assert re.fullmatch(shape, fields[name]), (name, fields[name])
