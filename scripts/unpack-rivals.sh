#!/usr/bin/env bash
# Unpacks what ./dev bench compares with, and its libraries, into DIR. A row of the report says what could not be had.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")

if [[ $# -ne 1 || $1 == -* ]]; then
  echo "usage: ${0##*/} DIR" >&2
  exit 2
fi
packages=(webdis libb64-0d libevent-2.1-7 libhiredis0.14 libjansson4
  redis-server redis-tools libjemalloc2 liblzf1
  libnginx-mod-http-lua libnginx-mod-http-ndk lua-resty-core lua-resty-lrucache libluajit2-5.1-2 libpcre3)
for package in "${packages[@]}"; do
  "$here/unpack-package.sh" "$package" "usr/share/doc/$package/copyright" "$1" ||
    echo "${0##*/}: $package is not to be had: the bench leaves out what needs it" >&2
done
