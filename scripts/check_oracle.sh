#!/usr/bin/env bash
# Compares Solder with TensorFlow Lite and ONNX Runtime themselves: installs them from npm below
# build/oracle, when tests/oracle/package-lock.json has changed, and runs oracle_test.
set -euo pipefail
cd "$(dirname "$0")/.."

source=tests/oracle
folder=build/oracle

if ! command -v npm >/dev/null; then
  scripts/install_packages.sh npm
fi
mkdir -p "$folder"
if ! cmp -s "$source/package-lock.json" "$folder/installed.json"; then
  rm -f "$folder/installed.json"
  cp "$source/package.json" "$source/package-lock.json" "$source/.npmrc" "$folder/"
  npm ci --ignore-scripts --prefix "$folder" || {
    echo "check_oracle.sh: npm could not install what $source/package.json names: check the network" >&2
    exit 1
  }
  cp "$source/package-lock.json" "$folder/installed.json"
fi
cp "$source/run.cjs" "$folder/"
build/tests/oracle_test
