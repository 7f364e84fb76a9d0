#!/usr/bin/env bash
# Everything that must hold before a change goes in.
set -euo pipefail
cd "$(dirname "$0")"
source scripts/step.sh

scripts/build.sh host-tests demo test python notebook

step "Includes: no folder uses what it may not"
scripts/check_includes.py

step "Symbols: no heap, exceptions, RTTI or I/O in the firmware"
scripts/check_symbols.sh build/firmware/*/*.elf

step "Format"
git ls-files '*.cpp' '*.h' | grep -v '^simulator/test/' | xargs clang-format --dry-run --Werror

step "Scripts and training"
/usr/bin/python3 -m unittest discover -s scripts
/usr/bin/python3 -m unittest discover -s training

step "Tests under AddressSanitizer and UndefinedBehaviorSanitizer"
cmake --preset host-sanitize
cmake --build --preset host-sanitize
ctest --preset host-sanitize

step "Tests"
ctest --preset host-tests

step "The Python package and the notebook"
scripts/check_python.sh

step "Other processors give the same bytes"
tests/portability/portability.sh

step "TensorFlow Lite and ONNX Runtime agree"
scripts/check_oracle.sh

step "Web page in Chromium, with the virtual board behind it"
scripts/check_web.sh
