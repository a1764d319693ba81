#!/usr/bin/env bash
# Leads the domain to the other colour: one atomic change of the base-path mapping. The colour must be healthy at its own address
# before, and at the domain after; if it is not, the domain goes back and the script fails.
set -euo pipefail
scripts=$(dirname "$(readlink -f "$0")")

domain=${DOMAIN_NAME:-api.dzresume.dev}
prefix=${NAME_PREFIX:-resume}
region=${AWS_REGION:-us-east-1}
patience=(--attempts "${VERIFY_ATTEMPTS:-20}" --pause "${VERIFY_PAUSE:-3}")
commit=() dry_run=''

usage() {
  cat >&2 <<HELP
usage: ${0##*/} [--commit SHA] [--dry-run] blue|green
       ${0##*/} --current | --inactive

  --commit SHA        both addresses must answer with the version of this commit
  --dry-run           look and check, and change nothing
  --current           print the colour that is live
  --inactive          print the other one

DOMAIN_NAME ($domain), NAME_PREFIX ($prefix) and AWS_REGION ($region) say whose.
VERIFY_ATTEMPTS and VERIFY_PAUSE say how patiently health is asked for.
HELP
  exit 2
}

die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

other() { [[ $1 == blue ]] && echo green || echo blue; }

mapping() {
  aws apigateway "$1-base-path-mapping" --region "$region" --domain-name "$domain" --base-path '(none)' --output text "${@:2}"
}

current() {
  local stage
  stage=$(mapping get --query stage) || die "cannot read where $domain leads"
  [[ $stage =~ ^(blue|green)$ ]] || die "$domain leads to '$stage', neither blue nor green"
  echo "$stage"
}

api_id() {
  local id
  id=$(aws ssm get-parameter --region "$region" --name "/$prefix/$1/visitor-counter/api-id" --query Parameter.Value --output text) ||
    die "cannot read the API id of $1: is it deployed?"
  [[ $id =~ ^[a-z0-9]+$ ]] || die "'$id' is no API id of $1"
  echo "$id"
}

lead_to() {
  local colour=$1 id=$2
  mapping update --patch-operations "op=replace,path=/restapiId,value=$id" "op=replace,path=/stage,value=$colour" >/dev/null
}

while [[ ${1-} == --* ]]; do
  case $1 in
    --commit) [[ ${2-} =~ ^[0-9a-f]{12,40}$ ]] || usage; commit=(--commit "$2"); shift ;;
    --dry-run) dry_run=yes ;;
    --current) [[ $# -eq 1 ]] || usage; current; exit ;;
    --inactive) [[ $# -eq 1 ]] || usage; now=$(current); other "$now"; exit ;;
    *) usage ;;
  esac
  shift
done
[[ $# -eq 1 && $1 =~ ^(blue|green)$ ]] || usage
wanted=$1

before=$(current)
wanted_id=$(api_id "$wanted")
before_id=$(api_id "$before")
echo "$domain leads to $before"

"$scripts/verify-health.sh" "${patience[@]}" "${commit[@]}" "https://$wanted_id.execute-api.$region.amazonaws.com/$wanted" ||
  die "$wanted is not ready; nothing was changed"
if [[ -n $dry_run ]]; then
  echo "would lead $domain to $wanted ($wanted_id)"
  exit 0
fi
if [[ $wanted == "$before" ]]; then
  "$scripts/verify-health.sh" "${patience[@]}" "${commit[@]}" "https://$domain" || die "$wanted is live already, and not well"
  echo "$wanted is live already"
  exit 0
fi

go_back() {
  lead_to "$before" "$before_id" || die "$1, and $domain could not be led back to $before: DO IT BY HAND"
  "$scripts/verify-health.sh" "${patience[@]}" "https://$domain" || die "$1; $domain leads to $before again, and is not well: LOOK AT IT"
  die "$1; $domain leads to $before again"
}

lead_to "$wanted" "$wanted_id" || go_back "the switch to $wanted failed"
"$scripts/verify-health.sh" "${patience[@]}" "${commit[@]}" "https://$domain" || go_back "$wanted is not well behind $domain"
[[ $(current) == "$wanted" ]] || go_back "$domain does not lead to $wanted"
echo "$domain leads to $wanted; back: ${0##*/} $before"
