#!/usr/bin/env bash
# Says whether a deployment is healthy, and is the release that was meant: /health answers 200, healthy and connected, and with
# --commit X-Visitor-Counter-Version names that commit. Asks again while it is not; adds nothing to any count.
set -euo pipefail

attempts=10 pause=3 commit='' dry_run=''

usage() {
  cat >&2 <<HELP
usage: ${0##*/} [--commit SHA] [--attempts N] [--pause SECONDS] [--dry-run] URL

  URL                 the API's address, such as https://api.dzresume.dev or https://ID.execute-api.us-east-1.amazonaws.com/blue
  --commit SHA        the version must be of this commit, 12 hexadecimal digits or more
  --attempts N        how often to ask before giving up; $attempts
  --pause SECONDS     between two attempts; $pause
  --dry-run           say what would be asked, and ask nothing
HELP
  exit 2
}

while [[ ${1-} == --* ]]; do
  case $1 in
    --commit) [[ ${2-} =~ ^[0-9a-f]{12,40}$ ]] || usage; commit=$2; shift ;;
    --attempts) [[ ${2-} =~ ^[1-9][0-9]*$ ]] || usage; attempts=$2; shift ;;
    --pause) [[ ${2-} =~ ^[0-9]+$ ]] || usage; pause=$2; shift ;;
    --dry-run) dry_run=yes ;;
    *) usage ;;
  esac
  shift
done
[[ $# -eq 1 && $1 =~ ^https?://[^/]+ ]] || usage
url=${1%/}/health

if [[ -n $dry_run ]]; then
  echo "would ask $url, up to $attempts times${commit:+, for version +g${commit:0:12}}"
  exit 0
fi

# Sets `version`, or `fault` with what is wrong.
look() {
  local answer status
  fault='' version=''
  if ! answer=$(curl --silent --show-error --max-time 15 --include --write-out '\n%{http_code}' "$url" 2>&1); then
    fault="no answer: ${answer##*$'\n'}"
    return
  fi
  status=${answer##*$'\n'}
  version=$(tr -d '\r' <<<"$answer" | sed -n 's/^x-visitor-counter-version: //Ip')
  if [[ $status != 200 ]]; then
    fault="answers $status"
  elif [[ $answer != *'{"status": "healthy", "service": "visitor-counter", "database": "connected", '* ]]; then
    fault='answers 200, and not as a healthy counter does'
  elif [[ -n $commit && $version != *"+g${commit:0:12}" ]]; then
    fault="is version '$version', not +g${commit:0:12}"
  fi
}

for ((attempt = 1; attempt <= attempts; attempt++)); do
  look
  if [[ -z $fault ]]; then
    echo "$url: healthy, version $version"
    exit 0
  fi
  echo "$url: $fault (attempt $attempt of $attempts)" >&2
  ((attempt == attempts)) || sleep "$pause"
done
echo "${0##*/}: $url is not what it should be: $fault" >&2
exit 1
