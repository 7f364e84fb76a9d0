#!/usr/bin/env bash
# Fails when device code wants the heap, exceptions, RTTI, I/O or exit handlers, and names who does:
# check_symbols.sh ELF_OR_ARCHIVE...
set -euo pipefail

nm=arm-none-eabi-nm

fail() {
  echo "check_symbols.sh: $*" >&2
  exit 1
}

[ $# -gt 0 ] || fail "name one or more ELF files, objects or archives"
command -v $nm >/dev/null || fail "$nm not found: run scripts/install_packages.sh demo"

# Leading underscores and newlib's trailing _r do not count; placement new (_ZnwjPv) is harmless.
forbidden='
heap             (malloc|calloc|realloc|free|memalign|sbrk|Zn[wa]j(R?K?St.*)?|Zd[la]Pvj?(R?K?St.*)?)
exceptions       (cxa_throw|cxa_rethrow|cxa_begin_catch|cxa_allocate_exception|gxx_personality.*)
RTTI             (ZT[IS].*|ZTVN10__cxxabi.*|dynamic_cast)
I/O              (v?[fsd]?n?i?printf|v?as[ni]*printf|v?[fs]?i?scanf|f?puts|f?putc|putchar|f?gets|f?getc)
I/O              (getchar|f(open|close|read|write|flush|seek)|open|close|read|write|lseek|fstat|isatty)
exit handlers    (exit|atexit|cxa_atexit|aeabi_atexit)
static guards    cxa_guard_.*
'

found=0
for file in "$@"; do
  symbols=$($nm -A --format=posix "$file") || fail "cannot read $file: give it an ELF file or archive"
  # An undefined weak symbol (w) pulls nothing in.
  wanted=$(awk -v rules="$forbidden" '
    BEGIN {
      count = split(rules, lines, "\n")
      for (i = 1; i <= count; i++) {
        if (match(lines[i], /  +/)) {
          reason[i] = substr(lines[i], 1, RSTART - 1)
          pattern[i] = "^_*" substr(lines[i], RSTART + RLENGTH) "(_r)?$"
        }
      }
    }
    match($0, /: [^ ]+ [A-Zac-vx-z]( |$)/) {
      place = substr($0, 1, RSTART - 1)
      split(substr($0, RSTART + 2), field, " ")
      for (i in pattern) if (field[1] ~ pattern[i]) print place ": " field[1] " (" reason[i] ")"
    }' <<<"$symbols")
  if [ -n "$wanted" ]; then
    c++filt <<<"$wanted"
    found=1
  fi
done
exit $found
