#!/usr/bin/env bash
# Runs the API tests (tests/collections) against the stage named, with the project's Newman, else npx's, else Docker's.
# Reports go to tests/reports; the exit code is Newman's. With --dry-run it says what it would run, and asks nothing.
set -euo pipefail

run=(exec)
if [[ ${1:-} == --dry-run ]]; then
  run=(echo would run:)
  shift
fi
stage=${1:-}
if [[ $# -ne 1 || ! $stage =~ ^(blue|green)$ ]]; then
  echo "usage: [BASE_URL=http://HOST:PORT/STAGE] ${0##*/} [--dry-run] blue|green" >&2
  exit 2
fi

cd "$(dirname "${BASH_SOURCE[0]}")/.."
report=tests/reports/api-tests-$stage
mkdir -p tests/reports

arguments=(
  run tests/collections/api-tests.json
  --environment "tests/environments/$stage.json"
  --timeout-request 30000 # API Gateway gives up after 29 s
  --reporter-junit-export "$report.xml"
)
if [[ -n ${BASE_URL:-} ]]; then
  arguments+=(--env-var "base_url=${BASE_URL%/}")
fi
html=(--reporters "cli,junit,htmlextra" --reporter-htmlextra-export "$report.html")

if [[ -x node_modules/.bin/newman ]]; then
  "${run[@]}" node_modules/.bin/newman "${arguments[@]}" "${html[@]}"
elif command -v npx >/dev/null; then
  pinned() { node -p "'$1@' + require('./package.json').devDependencies['$1']"; }
  "${run[@]}" npx --yes --package "$(pinned newman)" --package "$(pinned newman-reporter-htmlextra)" -- \
    newman "${arguments[@]}" "${html[@]}"
elif command -v docker >/dev/null; then
  # The image has no htmlextra: the whole run as JSON stands in for the page.
  "${run[@]}" docker run --rm --network host --user "$(id -u):$(id -g)" --volume "$PWD:/etc/newman" \
    postman/newman:alpine "${arguments[@]}" --reporters cli,junit,json --reporter-json-export "$report.json"
else
  echo "${0##*/}: Newman is needed: install npm (apt-get install npm) or Docker" >&2
  exit 1
fi
