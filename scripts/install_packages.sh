#!/usr/bin/env bash
# Installs what is missing of the named groups of packages.txt: install_packages.sh GROUP...
set -euo pipefail

list="$(dirname "$0")/../packages.txt"

fail() {
  echo "install_packages.sh: $*" >&2
  exit 1
}

packages_of() {
  awk -v group="[$1]" '/^\[/ { inside = $0 == group } inside && /^[a-z0-9]/' "$list"
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

[ $# -gt 0 ] || fail "name one or more groups of packages.txt: $(grep -o '^\[.*\]' "$list" | xargs)"
command -v apt-get >/dev/null ||
  fail "no apt here: this needs Debian 12 or its kin; packages.txt lists what to install by hand"

missing=()
for group in "$@"; do
  packages=$(packages_of "$group")
  [ -n "$packages" ] || fail "packages.txt has no group [$group]"
  for package in $packages; do
    is_installed "$package" || missing+=("$package")
  done
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=(env DEBIAN_FRONTEND=noninteractive)
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null ||
    fail "not root and no sudo; as root run: apt-get install --no-install-recommends ${missing[*]}"
  as_root=(sudo "${as_root[@]}")
fi

echo "installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq || fail "apt-get update failed: check the network and apt's sources"
"${as_root[@]}" apt-get install -qq -y --no-install-recommends "${missing[@]}" ||
  fail "apt-get could not install: ${missing[*]}"
