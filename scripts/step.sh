# shellcheck shell=bash
# The heading of a step of demo.sh and test.sh.
step() {
  printf '\n== %s\n' "$*"
}
