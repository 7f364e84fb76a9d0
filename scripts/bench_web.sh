#!/usr/bin/env bash
# Prints what one inference of the MNIST network takes as native code and as WebAssembly, and how
# many round trips a second the stand-in of `solder serve` answers. Wants ./test.sh to have run.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ ! -x build/tests/solder_benchmark ] || [ ! -e build/web/solder.wasm.gz ]; then
  echo "bench_web.sh: nothing is built to measure: run ./test.sh first" >&2
  exit 1
fi
node web/test/benchmark.mjs
build/tests/solder_benchmark --benchmark_filter=article_round_trip --benchmark_min_time=5 2>/dev/null
