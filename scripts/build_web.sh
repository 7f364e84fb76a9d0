#!/usr/bin/env bash
# Builds the web page that `solder serve` serves, static files that any web server can serve:
# build/web. Installs the packages it needs, and from npm what web/package-lock.json names.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install_packages.sh web
command -v npm >/dev/null || scripts/install_packages.sh npm

(cd bindings/wasm && cmake --preset wasm >/dev/null && cmake --build --preset wasm)
public=build/web-public
mkdir -p $public
gzip -9nc build/wasm/solder.wasm >$public/solder.wasm.gz
cp models/mnist/mnist.tflite $public/model.tflite

cd web
if ! cmp -s package-lock.json node_modules/installed.json; then
  npm ci --ignore-scripts || {
    echo "build_web.sh: npm could not install what web/package.json names: check the network" >&2
    exit 1
  }
  cp package-lock.json node_modules/installed.json
fi
npm run --silent check
npm run --silent build
