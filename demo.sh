#!/usr/bin/env bash
# From a fresh Debian 12 to a digit recognised by the firmware on the virtual board.
set -euo pipefail
cd "$(dirname "$0")"
source scripts/step.sh

scripts/build.sh host demo

step "The digit"
cat models/digit/digit.txt

step "The firmware recognises it on the virtual board"
build/solder bench models/mnist/mnist.tflite --input models/digit/digit.f32
