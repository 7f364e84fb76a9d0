#!/usr/bin/env bash
# Builds the Python package: build/python/solder-VERSION-*.whl. Firmware images that lie in
# build/firmware are taken along.
set -euo pipefail
cd "$(dirname "$0")/.."

rm -f build/python/*.whl
/usr/bin/python3 -m pip wheel --quiet --no-build-isolation --no-index --no-deps \
  --wheel-dir build/python bindings/python
ls build/python/*.whl
