#!/usr/bin/env bash
# Writes a firmware image to an STM32F746G-Discovery on USB: flash.sh [ELF] [--openocd]
# The default image is build/firmware/stm32f746g-disco/mnist.elf; without --openocd, st-flash writes.
set -euo pipefail

fail() {
  echo "flash.sh: $*" >&2
  exit 1
}

need() {
  command -v "$1" >/dev/null || fail "$1 not found: install the package $2"
}

no_board() {
  fail "no board found: connect its ST-LINK USB port (CN14); on Linux its udev rules must be installed"
}

# Its build leaves such a file beside an image that has weights in the QSPI flash.
uses_qspi() {
  [ -f "${elf%.elf}-qspi.bin" ]
}

with_st_flash() {
  need st-flash stlink-tools
  uses_qspi && fail "$elf has weights in the QSPI flash, which st-flash cannot write: add --openocd"
  local image=${elf%.elf}.bin
  [ -f "$image" ] || fail "$image is not there: st-flash writes the .bin that lies beside the .elf"
  st-info --probe 2>&1 | grep -Eq 'Found [1-9]' || no_board
  st-flash --connect-under-reset --reset write "$image" 0x08000000 ||
    fail "st-flash could not write $image"
}

with_openocd() {
  need openocd openocd
  local log board=(-f interface/stlink.cfg -f target/stm32f7x.cfg)
  uses_qspi && board=(-f board/stm32f746g-disco.cfg) # knows that flash, too
  log=$(openocd "${board[@]}" -c "program {$(realpath "$elf")} verify reset exit" 2>&1) && return
  # What OpenOCD says when there is no ST-LINK.
  grep -q 'open failed' <<<"$log" && no_board
  echo "$log" >&2
  fail "openocd could not write $elf"
}

elf=$(dirname "$0")/../build/firmware/stm32f746g-disco/mnist.elf
writer=with_st_flash
for argument in "$@"; do
  case $argument in
    --openocd) writer=with_openocd ;;
    -*) fail "unknown option $argument; usage: flash.sh [ELF] [--openocd]" ;;
    *) elf=$argument ;;
  esac
done
[ -f "$elf" ] || fail "$elf is not there: ./demo.sh builds the project's images"
$writer
echo "$elf is on the board and runs"
