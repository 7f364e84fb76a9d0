#!/usr/bin/env bash
# Fuzzes the importers, one after the other: fuzz.sh [SECONDS], 300 for each. Inputs that it has found
# interesting stay in build/fuzz/corpus; one that crashes is named at the end and makes it fail.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1-300}
folder=build/fuzz
nodes=/usr/share/libonnx-testdata/data/node

case $seconds in
  '' | *[!0-9]*)
    echo "fuzz.sh: give a number of seconds, not \"$seconds\"" >&2
    exit 1
    ;;
esac
cmake --preset host-fuzz
cmake --build --preset host-fuzz --target fuzzers
mkdir -p "$folder/corpus" "$folder/findings"
"$folder/tests/make_corpus" "$folder/seeds" "$nodes"
failed=()
for kind in tflite onnx keras; do
  mkdir -p "$folder/corpus/$kind"
  echo "$kind: $seconds s"
  nice "$folder/tests/${kind}_fuzzer" -max_total_time="$seconds" -max_len=8192 -timeout=60 \
    -print_final_stats=1 -artifact_prefix="$folder/findings/$kind-" \
    "$folder/corpus/$kind" "$folder/seeds/$kind" >"$folder/$kind.log" 2>&1 || failed+=("$kind")
  grep -E '^stat::number|^SUMMARY' "$folder/$kind.log" || true
done
[ ${#failed[@]} -eq 0 ] || {
  echo "fuzz.sh: findings for ${failed[*]}: see $folder/findings and $folder/*.log" >&2
  exit 1
}
