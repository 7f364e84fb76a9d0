#!/usr/bin/env bash
# Installs the packages of the named groups, then builds the program and the firmware.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/step.sh

step "Packages: $*"
scripts/install_packages.sh "$@"

step "Build"
cmake --preset host
cmake --build --preset host
