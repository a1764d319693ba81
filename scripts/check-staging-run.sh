#!/usr/bin/env bash
# Whether deploy-staging.yml has gone through, all green, for exactly this commit of main. Prints the run's number.
set -euo pipefail

if [[ $# -ne 1 || ! $1 =~ ^[0-9a-f]{40}$ || -z ${GITHUB_REPOSITORY:-} ]]; then
  echo "usage: GITHUB_REPOSITORY=OWNER/NAME ${0##*/} COMMIT (40 digits)" >&2
  exit 2
fi

# The answer is filtered again: what a query parameter that is misspelt would let through must not pass.
run=$(gh api --method GET "repos/$GITHUB_REPOSITORY/actions/workflows/deploy-staging.yml/runs" \
  -f "head_sha=$1" -f branch=main -f status=success \
  --jq ".workflow_runs | map(select(.head_sha == \"$1\" and .head_branch == \"main\" and .conclusion == \"success\"))[0].id // empty") || {
  echo "${0##*/}: GitHub does not tell what ran" >&2
  exit 1
}
if [[ ! $run =~ ^[0-9]+$ ]]; then
  echo "${0##*/}: no green run of deploy-staging.yml for $1: only what staging has proved is promoted" >&2
  exit 1
fi
echo "$run"
