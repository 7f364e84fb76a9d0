#!/usr/bin/env bash
# Builds the web page and tests it in Chromium, with the virtual board behind it.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/build_web.sh
node --test web/test/page.test.mjs
