"""Our signatures are those of botocore, on generated requests."""

import datetime
import json
import os
import random
import string
import subprocess
import unittest.mock

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest

from support.server import ROOT

SIGN_REQUEST = os.environ.get("SIGN_REQUEST", ROOT / "build/debug/tests/sign_request")

KEY_CHARACTERS = string.ascii_letters + string.digits + "/+="
VALUE_CHARACTERS = string.ascii_letters + string.digits + "   /+=;:,\"'()\t"
BODIES = [b"", b"{}", "zähler \u1234".encode(), b"nul\0nul", bytes(range(256)), b"x" * 1_100_000]


def word(dice, characters, longest):
    return "".join(dice.choices(characters, k=dice.randint(1, longest)))


def generated(dice):
    """A request as our program may send it, and then some."""
    target = dice.choice(["/", "/latest/meta-data", "/?Action=ListUsers&Version=2010-05-08", "/a-b/c_d~e?x=%2F&y="])
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.UpdateItem"}
    for _ in range(dice.randint(0, 3)):
        headers["X-" + word(dice, string.ascii_letters + "-", 12)] = word(dice, VALUE_CHARACTERS, 40).strip()
    return {
        "method": dice.choice(["POST", "GET", "PUT"]),
        "target": target,
        "host": dice.choice(["dynamodb.us-east-1.amazonaws.com", "localhost:4567", "[::1]:8000", "127.0.0.1:8000"]),
        "headers": headers,
        "body": (dice.choice(BODIES) + dice.randbytes(dice.randint(0, 40))).hex(),
        "key_id": word(dice, KEY_CHARACTERS, 24),
        "secret": word(dice, KEY_CHARACTERS, 48),
        "token": word(dice, KEY_CHARACTERS, 400) if dice.random() < 0.5 else "",
        "region": dice.choice(["us-east-1", "eu-central-1", "local"]),
        "service": dice.choice(["dynamodb", "lambda"]),
        "time_ms": dice.randint(0, 4_000_000_000_000),
    }


def signed_by_us(requests):
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    done = subprocess.run([SIGN_REQUEST], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def signed_by_botocore(request):
    aws_request = botocore.awsrequest.AWSRequest(
        method=request["method"], url=f"http://{request['host']}{request['target']}",
        headers={**request["headers"], "Host": request["host"]}, data=bytes.fromhex(request["body"]))
    credentials = botocore.credentials.Credentials(request["key_id"], request["secret"], request["token"] or None)
    now = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=request["time_ms"])
    with unittest.mock.patch("botocore.auth.datetime.datetime", wraps=datetime.datetime) as clock:
        clock.utcnow.return_value = now
        botocore.auth.SigV4Auth(credentials, request["service"], request["region"]).add_auth(aws_request)
    return dict(aws_request.headers)


@pytest.mark.parametrize("seed", range(4))
def test_signatures_are_those_of_botocore(seed):
    dice = random.Random(seed)
    requests = [generated(dice) for _ in range(50)]
    for request, ours in zip(requests, signed_by_us(requests), strict=True):
        theirs = signed_by_botocore(request)
        for name in ("X-Amz-Date", "X-Amz-Security-Token", "Authorization"):
            assert ours.get(name) == theirs.get(name), request
