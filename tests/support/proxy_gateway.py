"""API Gateway in front of a Lambda function: routes, the proxy event (payload 1.0), its answer, the gateway's headers.

For what the gateway does in `serve` see src/gateway; this one is for functions that have none.
"""

import base64
import email.utils
import json
import os
import time
import urllib.parse
import uuid

from support.http_front import Front

ROUTES = {(method, path) for method in ("GET", "OPTIONS") for path in ("/counter", "/health")}
DROPPED = {"connection", "content-length", "content-md5", "expect", "max-forwards", "proxy-authenticate", "server", "te",
           "trailer", "upgrade", "www-authenticate", "transfer-encoding"}
NO_ROUTE = (403, "MissingAuthenticationTokenException", b'{"message":"Missing Authentication Token"}')
BAD_ANSWER = (502, "InternalServerErrorException", b'{"message": "Internal server error"}')


class ProxyGateway:
    """A gateway on a free port of 127.0.0.1, or on the port given; use as a context manager.

    `invoke(event)` gives the function's answer as bytes, or None where it failed. `domain_name` is what the event says.
    `prefixes` are what stands before a route: nothing behind a domain, the stage at the stage's own address.
    """

    def __init__(self, invoke, *, stage="blue", prefixes=None, domain_name="api.dzresume.dev", port=0):
        self._invoke, self._stage, self._domain_name = invoke, stage, domain_name
        self._prefixes = ("", f"/{stage}") if prefixes is None else prefixes
        self._front = Front(self._answer, port)
        self.address = self._front.address

    def __enter__(self):
        self._front.__enter__()
        return self

    def __exit__(self, *_):
        self._front.__exit__()

    def _answer(self, request):
        path, _, query = request.path.partition("?")
        prefix, _, name = path.rpartition("/")
        resource = f"/{name}"
        if prefix not in self._prefixes or (request.command, resource) not in ROUTES:
            self._refuse(request, *NO_ROUTE)
            return
        event = proxy_event(request.command, path, query, request.headers.items(), resource=resource, stage=self._stage,
                            domain_name=self._domain_name, source_ip=request.client_address[0], body=request.body)
        answer = self._invoke(event)
        try:
            response = json.loads(answer)
            body = response["body"].encode()
            headers = list(response["headers"].items())
            status = int(response["statusCode"])
        except (TypeError, ValueError, KeyError):  # no answer, or none that the gateway understands
            self._refuse(request, *BAD_ANSWER)
            return
        trace = ("X-Amzn-Trace-Id", event["headers"]["X-Amzn-Trace-Id"])
        request.reply(status, [*_ids(event["requestContext"]["requestId"]), *headers, trace], body)

    def _refuse(self, request, status, error_type, body):
        request.reply(status, [*_ids(str(uuid.uuid4())), ("Content-Type", "application/json"),
                               ("x-amzn-ErrorType", error_type)], body)


def _ids(request_id):
    return [("Date", email.utils.formatdate(usegmt=True)), ("Connection", "keep-alive"),
            ("x-amzn-RequestId", request_id), ("x-amz-apigw-id", extended_id())]


def extended_id():
    return base64.urlsafe_b64encode(os.urandom(11)).decode()


def proxy_event(method, path, query="", headers=(), *, resource=None, stage="blue", domain_name="api.dzresume.dev",
                source_ip="127.0.0.1", body=b""):
    """The event of a request, all its keys; `path` is as the client wrote it."""
    resource = resource or path
    epoch = time.time()
    host, port = domain_name, "443"
    added = [("Host", host), ("X-Amzn-Trace-Id", f"Root=1-{int(epoch):08x}-{os.urandom(12).hex()}"),
             ("X-Forwarded-For", source_ip), ("X-Forwarded-Port", port), ("X-Forwarded-Proto", "https")]
    replaced = DROPPED | {name.lower() for name, _ in added}
    sent = [*((name, value) for name, value in headers if name.lower() not in replaced), *added]
    queries = urllib.parse.parse_qsl(query, keep_blank_values=True)
    agent = next((value for name, value in sent if name.lower() == "user-agent"), None)
    return {
        "resource": resource, "path": resource, "httpMethod": method,
        "headers": dict(sent), "multiValueHeaders": _grouped(sent),
        "queryStringParameters": dict(queries) or None, "multiValueQueryStringParameters": _grouped(queries) or None,
        "pathParameters": None, "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012", "apiId": "counterapi", "deploymentId": "deploy", "resourceId": "visits",
            "domainName": domain_name, "domainPrefix": domain_name.partition(".")[0], "stage": stage,
            "extendedRequestId": extended_id(), "requestId": str(uuid.uuid4()), "httpMethod": method,
            "path": path, "resourcePath": resource, "protocol": "HTTP/1.1", "requestTimeEpoch": int(epoch * 1000),
            "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(epoch)),
            "identity": dict.fromkeys((
                "accessKey", "accountId", "caller", "cognitoAuthenticationProvider", "cognitoAuthenticationType",
                "cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId", "user", "userArn"))
            | {"sourceIp": source_ip, "userAgent": agent}},
        "body": body.decode("latin-1") or None, "isBase64Encoded": False}


def _grouped(pairs):
    groups = {}
    for name, value in pairs:
        groups.setdefault(name, []).append(value)
    return groups
