#!/usr/bin/env bash
# Deploys a build of the function as one colour, with the API and all around it, by Terraform, and waits until it is healthy at its
# own address. Never the colour that is live. Prints the address.
set -euo pipefail
scripts=$(dirname "$(readlink -f "$0")")
layer=$scripts/../infrastructure/terraform/application

dry_run='' environment=production commit=()
patience=(--attempts "${VERIFY_ATTEMPTS:-20}" --pause "${VERIFY_PAUSE:-3}")

usage() {
  cat >&2 <<HELP
usage: TF_STATE_BUCKET=… ${0##*/} [--environment NAME] [--commit SHA] [--dry-run] blue|green ZIP

  ZIP                 what ./dev lambda-zip made, for either architecture
  --environment NAME  whose settings: production (default), staging or development
  --commit SHA        the version that must answer in the end
  --dry-run           show Terraform's plan, and change nothing

Terraform's other variables come from the environment: TF_VAR_account_id, TF_VAR_alert_email, TF_VAR_function_role_arn.
HELP
  exit 2
}

die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

while [[ ${1-} == --* ]]; do
  case $1 in
    --environment) [[ ${2-} =~ ^(production|staging|development)$ ]] || usage; environment=$2; shift ;;
    --commit) [[ ${2-} =~ ^[0-9a-f]{12,40}$ ]] || usage; commit=(--commit "$2"); shift ;;
    --dry-run) dry_run=yes ;;
    *) usage ;;
  esac
  shift
done
[[ $# -eq 2 && $1 =~ ^(blue|green)$ ]] || usage
colour=$1

[[ -f $2 ]] || die "there is no $2: ./dev lambda-zip makes it"
zip=$(readlink -f "$2")
[[ $(python3 -m zipfile -l "$zip" 2>/dev/null) == *$'\n'"bootstrap "* ]] || die "$2 is no zip with a bootstrap in it"
built_for=() # what stands in for a build, where only a plan is wanted, has no processor
architecture=$(python3 "$scripts/lambda-architecture.py" "$zip") && built_for=(-var="architecture=$architecture")
[[ -n ${TF_STATE_BUCKET:-} ]] || die "TF_STATE_BUCKET is not set: the bucket of the states"

live=$("$scripts/switch-environment.sh" --current) || die "without knowing which colour is live nothing is deployed"
[[ $live != "$colour" ]] || die "$colour is live; deploy $("$scripts/switch-environment.sh" --inactive)"

terraform() { command terraform -chdir="$layer" "$@" >&2; }

terraform init -input=false -reconfigure -backend-config="bucket=$TF_STATE_BUCKET" -backend-config="region=${AWS_REGION:-us-east-1}"
# Whoever may only look can neither make a workspace nor take the lock.
create=(-or-create) lock=(-lock-timeout=5m)
[[ -z $dry_run ]] || create=() lock=(-lock=false)
terraform workspace select "${create[@]}" "$colour"
plan=$(mktemp)
trap 'rm -f "$plan"' EXIT
terraform plan -input=false "${lock[@]}" -out="$plan" -var-file="environments/$environment.tfvars" -var="function_zip=$zip" \
  "${built_for[@]}"
if [[ -n $dry_run ]]; then
  echo "would apply this plan to $colour" >&2
  exit 0
fi
terraform apply -input=false "${lock[@]}" "$plan"

url=$(command terraform -chdir="$layer" output -raw stage_url)
[[ $url =~ ^https?:// ]] || die "Terraform names no address: '$url'"
"$scripts/verify-health.sh" "${patience[@]}" "${commit[@]}" "$url" >&2 || die "$colour is deployed, and not well"
echo "$url"
