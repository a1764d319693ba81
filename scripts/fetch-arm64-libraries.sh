#!/usr/bin/env bash
# Unpacks Debian's arm64 libraries that the Lambda function is linked with into DIR, with apt's lists of arm64 in a directory of
# their own: this machine's packages and architectures stay as they are, and nobody need be root.
set -euo pipefail

# libc6 and libfmt9 are for CMake's checks alone.
packages=(libc6 libc6-dev libboost1.81-dev libboost-container1.81-dev libboost-json1.81-dev libfmt9 libfmt-dev
  libssl-dev)

if [[ $# -ne 1 || $1 == -* ]]; then
  echo "usage: ${0##*/} DIR" >&2
  exit 2
fi
[[ ! -e $1 ]] || exit 0

mkdir -p "$(dirname "$1")"
work=$(mktemp -d "$(readlink -f "$1").XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{state/lists,cache/archives}/partial "$work"/{debs,root}
: >"$work/state/status"
# Run as root, apt would warn that its unprivileged user cannot write here.
cat >"$work/apt.conf" <<CONF
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Sandbox::User "$(id -un)";
Dir::State "$work/state";
Dir::State::status "$work/state/status";
Dir::Cache "$work/cache";
CONF
export APT_CONFIG=$work/apt.conf
apt-get update --quiet=2
(cd "$work/debs" && apt-get download --quiet=2 "${packages[@]}")
for package in "$work"/debs/*.deb; do
  dpkg -x "$package" "$work/root"
done
mv "$work/root" "$1" # all of it is there, or nothing
