#!/usr/bin/env bash
# Unpacks Debian's nginx into DIR, so that DIR/usr/sbin/nginx runs without being installed as a service.
set -euo pipefail

if [[ $# -ne 1 || $1 == -* ]]; then
  echo "usage: ${0##*/} DIR" >&2
  exit 2
fi
mkdir -p "$1"
directory=$(cd "$1" && pwd)
nginx=$directory/usr/sbin/nginx
if [[ -x $nginx ]]; then
  exit 0
fi

packages=$(mktemp -d)
trap 'rm -rf "$packages"' EXIT
# Run as root, apt would warn that its unprivileged user cannot write here.
(cd "$packages" && apt-get download --quiet -o APT::Sandbox::User="$(id -un)" nginx >&2)
dpkg -x "$packages"/nginx_*.deb "$directory"
"$nginx" -v
