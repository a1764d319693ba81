#!/usr/bin/env bash
# Unpacks a Debian package into DIR, unless FILE of it is there, so that its programs run without being installed as a service.
set -euo pipefail

if [[ $# -ne 3 || $1 == -* ]]; then
  echo "usage: ${0##*/} PACKAGE FILE DIR" >&2
  exit 2
fi
package=$1
mkdir -p "$3"
directory=$(cd "$3" && pwd)
file=$directory/$2
if [[ -e $file ]]; then
  exit 0
fi

packages=$(mktemp -d)
trap 'rm -rf "$packages"' EXIT
# Run as root, apt would warn that its unprivileged user cannot write here.
(cd "$packages" && apt-get download --quiet -o APT::Sandbox::User="$(id -un)" "$package" >&2)
dpkg -x "$packages/$package"_*.deb "$directory"
[[ -e $file ]]
