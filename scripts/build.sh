#!/usr/bin/env bash
# Installs packages, then builds: build.sh CMAKE_PRESET PACKAGE_GROUP...
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
