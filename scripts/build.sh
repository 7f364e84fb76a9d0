#!/usr/bin/env bash
# Installs packages, then builds the program and the firmware images:
# build.sh CMAKE_PRESET PACKAGE_GROUP...
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/step.sh

preset=$1
shift

step "Packages: $*"
scripts/install_packages.sh "$@"

step "Build: $preset"
cmake --preset "$preset"
cmake --build --preset "$preset"

for board in stm32f746g-disco mps2-an500; do
  step "Firmware: $board"
  (cd firmware && cmake --preset "$board" && cmake --build --preset "$board")
done
