#!/usr/bin/env bash
# Prints what a firmware image takes of the flash and RAM of an STM32F746NG: size_table.sh ELF
set -euo pipefail

fail() {
  echo "size_table.sh: $*" >&2
  exit 1
}

[ $# -eq 1 ] || fail "usage: size_table.sh ELF"
sections=$(arm-none-eabi-size -A "$1") || fail "cannot read $1: give it an ELF file"
for section in .vectors .text .rodata .stack .data .bss; do
  grep -q "^$section " <<<"$sections" || fail "$1 is no image of ours: it has no section $section"
done
symbols=$(arm-none-eabi-nm --print-size --demangle --defined-only "$1")

# Weights: the constants of a compiled model, or the .tflite of an interpreted one.
weights=$(awk '/::constants$/ || / embedded_model$/ { print $2 }' <<<"$symbols")
bytes=0
for size in $weights; do bytes=$((bytes + 0x$size)); done

echo "$(basename "$1"), bytes"
awk -v weights=$bytes '
  function row(name, size) { printf "  %-14s %8d\n", name, size }
  function total(name, size, kilobytes) {
    printf "  %-14s %8d  %5.1f %% of %d KB\n", name, size, 100 * size / 1024 / kilobytes, kilobytes
  }
  { size[$1] = $2 }
  END {
    text = size[".vectors"] + size[".text"]
    row("text", text)
    row("rodata", size[".rodata"] - weights)
    row("weights", weights)
    row("data", size[".data"])
    row("bss", size[".bss"])
    row("stack reserve", size[".stack"])
    total("flash", text + size[".rodata"] + size[".data"], 1024)
    total("RAM", size[".data"] + size[".bss"] + size[".stack"], 320)
  }' <<<"$sections"
