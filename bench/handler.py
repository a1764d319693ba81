#!/usr/bin/python3
"""The function in Python and boto3, in a runtime loop as small as that of bootstrap: what bootstrap is compared with."""

import os
import sys

# Not this file's own folder: there http.py would hide the standard library's module `http`.
sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

import datetime
import http.client
import json

import boto3

BASE = "/2018-06-01/runtime/invocation"
TABLE = boto3.client("dynamodb", region_name="local", endpoint_url=os.environ["AWS_ENDPOINT_URL_DYNAMODB"])
HEADERS = {
    "Content-Type": "application/json", "Access-Control-Allow-Origin": "http://localhost:1580",
    "Access-Control-Allow-Methods": "GET, OPTIONS", "Access-Control-Allow-Headers": "Content-Type, Authorization, X-Api-Key",
    "Cache-Control": "no-cache, no-store, must-revalidate", "X-Content-Type-Options": "nosniff"}


def handle(event, request_id):
    if (event["httpMethod"], event["path"]) != ("GET", "/counter"):
        return {"statusCode": 403, "headers": HEADERS, "body": '{"message":"Missing Authentication Token"}'}
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    updated = TABLE.update_item(
        TableName=os.environ["TABLE_NAME"], Key={"counter_id": {"S": "python"}}, ReturnValues="UPDATED_NEW",
        UpdateExpression="ADD visit_count :one SET last_updated = :now",
        ExpressionAttributeValues={":one": {"N": "1"}, ":now": {"S": now}})
    count = int(updated["Attributes"]["visit_count"]["N"])
    print(json.dumps({"timestamp": now, "level": "INFO", "message": "request", "function_request_id": request_id}))
    body = {"count": count, "timestamp": now, "status": "success", "requestId": request_id}
    return {"statusCode": 200, "headers": HEADERS, "body": json.dumps(body)}


def main():
    host, _, port = os.environ["AWS_LAMBDA_RUNTIME_API"].rpartition(":")
    api = http.client.HTTPConnection(host, int(port))
    while True:
        api.request("GET", f"{BASE}/next")
        answer = api.getresponse()
        request_id, event = answer.headers["Lambda-Runtime-Aws-Request-Id"], json.loads(answer.read())
        response = json.dumps(handle(event, request_id)).encode()
        api.request("POST", f"{BASE}/{request_id}/response", response, {"Content-Type": "application/json"})
        api.getresponse().read()


if __name__ == "__main__":
    main()
