#!/usr/bin/env bash
# Runs and times a command in a clean clone of this repository on a new, minimal Debian 12, as root:
# fresh_debian.sh [--into FOLDER] COMMAND...     for example: fresh_debian.sh ./demo.sh
# Without --into the system lives in a temporary folder. It gets its packages from where this machine
# gets them: the same mirror, the same proxy.
set -euo pipefail

fail() {
  echo "fresh_debian.sh: $*" >&2
  exit 1
}

repository=$(cd "$(dirname "$0")/.." && pwd)
root=
if [ "${1:-}" = --into ] && [ $# -gt 1 ]; then
  root=$2
  shift 2
fi
[ $# -gt 0 ] || fail "name the command to run, for example ./demo.sh"
[ "$(id -u)" -eq 0 ] || fail "this makes a system of its own: run it as root"
for tool in apt-get debootstrap git; do
  command -v $tool >/dev/null || fail "$tool not found: install it with the system's package manager"
done

if [ -z "$root" ]; then
  root=$(mktemp -d)
  trap 'rm -rf --one-file-system "$root"' EXIT
else
  mkdir -p "$root"
  [ -z "$(ls -A "$root")" ] || fail "$root is not empty"
  root=$(cd "$root" && pwd)
fi
chmod 755 "$root" # apt's own user must be able to enter it

# shellcheck disable=SC2016 # apt fills these in
sources=$(apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
  'Created-By: Packages' 'Origin: Debian' 'Architecture: '"$(dpkg --print-architecture)" |
  grep -E ' bookworm(-[a-z]+)? ' | sort -u) || true
mirror=$(awk '$3 == "bookworm" && $4 == "main" { print $2; exit }' <<<"$sources")
[ -n "$mirror" ] || fail "apt here knows no Debian 12 (bookworm): run apt-get update, or add it"

proxy=
eval "$(apt-config shell proxy Acquire::http::Proxy)"
[ -z "$proxy" ] || export http_proxy="$proxy" https_proxy="$proxy" # for debootstrap

echo "== A new Debian 12 in $root"
debootstrap --variant=minbase --include=ca-certificates bookworm "$root" "$mirror" \
  >"$root.log" 2>&1 || fail "debootstrap failed, see $root.log"
rm "$root.log"
echo "$sources" >"$root/etc/apt/sources.list"
apt-config dump | grep -E '^Acquire::(https?|Retries)' >"$root/etc/apt/apt.conf.d/host" || true
cp /etc/hosts "$root/etc/hosts"

git clone --quiet --no-hardlinks "$repository" "$root/root/solder"
echo "== $* at $(git -C "$repository" log -1 --format='%h, %s')"

# The mounts live in a namespace of their own and vanish with it.
# shellcheck disable=SC2016 # the inner shell fills these in
inside='
  mount -t proc proc "$0/proc"
  mount --rbind /dev "$0/dev"
  exec chroot "$0" sh -c "cd /root/solder && exec \"\$@\"" sh "$@"'
clean=(env -i HOME=/root TERM="${TERM:-dumb}" PATH=/usr/sbin:/usr/bin:/sbin:/bin)
for name in http_proxy https_proxy no_proxy; do
  [ -z "${!name:-}" ] || clean+=("$name=${!name}")
done

SECONDS=0
status=0
"${clean[@]}" unshare --mount --pid --fork --kill-child sh -ec "$inside" "$root" "$@" || status=$?
printf '== %s: exit status %d after %d min %d s\n' "$*" "$status" $((SECONDS / 60)) $((SECONDS % 60))
exit "$status"
