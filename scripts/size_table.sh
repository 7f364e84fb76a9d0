#!/usr/bin/env bash
# Prints what a firmware image takes of the flash and RAM of an STM32F746NG: size_table.sh ELF
set -euo pipefail

fail() {
  echo "size_table.sh: $*" >&2
  exit 1
}

[ $# -eq 1 ] || fail "usage: size_table.sh ELF"
sections=$(arm-none-eabi-size -A "$1") || fail "cannot read $1: give it an ELF file"
for section in .vectors .text .rodata .stack .data .bss .weights; do
  grep -q "^$section " <<<"$sections" || fail "$1 is no image of ours: it has no section $section"
done

echo "$(basename "$1"), bytes"
awk '
  function row(name, size) { printf "  %-14s %8d\n", name, size }
  function total(name, size, kilobytes) {
    printf "  %-14s %8d  %5.1f %% of %d KB\n", name, size, 100 * size / 1024 / kilobytes, kilobytes
  }
  { size[$1] = $2; address[$1] = $3 }
  END {
    text = size[".vectors"] + size[".text"]
    row("text", text)
    slot = size[".slot"] # of images that take models: the one they come with
    weights = size[".weights"] # in RAM, too, when they are copied there
    outside = address[".weights"] >= 2415919104 ? weights : 0 # in the QSPI flash, 0x90000000
    copied = address[".weights"] >= 536870912 ? weights - outside : 0
    row("rodata", size[".rodata"])
    row("weights", weights + slot)
    row("data", size[".data"])
    row("bss", size[".bss"])
    row("stack reserve", size[".stack"])
    total("flash", text + size[".rodata"] + size[".data"] + weights - outside + slot, 1024)
    if (outside) total("QSPI flash", outside, 16384)
    total("RAM", size[".data"] + size[".bss"] + size[".stack"] + copied, 320)
  }' <<<"$sections"
