#!/usr/bin/env bash
# A change for one chip must not break another: an int8 model with the portable kernels gives the
# same bytes on a Cortex-M0+ and on RISC-V (both QEMU) as on this computer.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=build/portability
mkdir -p "$folder/calibration"
# The digit as a NumPy file: its header is 118 bytes long.
{
  printf '\x93NUMPY\x01\x00\x76\x00'
  printf '%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 28, 28, 1), }"
  cat models/digit/digit.f32
} >"$folder/calibration/digit.npy"
build/solder convert models/mnist/mnist.tflite -o "$folder/model.tflite" --quantize int8 \
  --calibrate "$folder/calibration" >"$folder/convert.log"
build/solder compile "$folder/model.tflite" -o "$folder" --name model --kernels generic \
  --target host >"$folder/compile.log"

build() {  # PROCESSOR [CMAKE OPTION]...
  local processor=$1
  shift
  cmake -S tests/portability -B "$folder/$processor" -G Ninja -D CMAKE_BUILD_TYPE=MinSizeRel \
    -D MODEL_CPP="$PWD/$folder/model.cpp" "$@" >"$folder/$processor.log" 2>&1
  cmake --build "$folder/$processor" >>"$folder/$processor.log" || { cat "$folder/$processor.log"; exit 1; }
}
build host
build cortex-m0plus -D CMAKE_TOOLCHAIN_FILE=cortex-m0plus.cmake
build riscv64 -D CMAKE_TOOLCHAIN_FILE=riscv64.cmake

expected=$("$folder/host/portability")
failed=0
check() {  # NAME COMMAND...
  local name=$1 output
  shift
  output=$(timeout 120 "$@" 2>/dev/null) || true
  if [ "$output" = "$expected" ]; then
    echo "$name: the same bytes: $output"
  else
    echo "$name: expected $expected, got $output"
    failed=1
  fi
}
check Cortex-M0+ qemu-system-arm -M lm3s6965evb -cpu cortex-m0 -display none -monitor none \
  -serial none -chardev stdio,id=console \
  -semihosting-config enable=on,target=native,chardev=console \
  -kernel "$folder/cortex-m0plus/portability"
check RISC-V qemu-riscv64 "$folder/riscv64/portability"
exit $failed
