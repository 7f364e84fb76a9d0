#!/usr/bin/env bash
# From a fresh Debian 12 to a digit recognised by the firmware on the virtual board.
set -euo pipefail
cd "$(dirname "$0")"
source scripts/step.sh

scripts/build.sh host demo

step "The firmware on the virtual board: its digit, and what it recognises"
build/solder board run build/firmware/stm32f746g-disco/mnist.elf \
  --send 'digit\nCMD=2\n' --for 1000

step "What an inference costs: instructions, flash, RAM and stack"
build/solder bench models/mnist/mnist.tflite --input models/digit/digit.f32
