#!/usr/bin/env bash
# Runs the AWS Lambda function on this machine, behind a gateway and with a table in memory: see docs/lambda.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec /usr/bin/python3 tests/support/run_lambda.py "$@"
