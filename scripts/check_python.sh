#!/usr/bin/env bash
# Builds the Python package, installs it in a new virtual environment, and from a folder far from
# the checkout runs its tests and the notebook.
set -euo pipefail
cd "$(dirname "$0")/.."

root=$PWD
environment=$root/build/python/environment
python=$environment/bin/python

scripts/build_wheel.sh
rm -rf "$environment"
/usr/bin/python3 -m venv --without-pip --system-site-packages "$environment"
/usr/bin/python3 -m pip --python "$python" install --quiet --no-index --no-deps build/python/*.whl
export PYDEVD_DISABLE_FILE_VALIDATION=1 # the notebook's debugger, which nobody uses
"$python" -m ipykernel install --sys-prefix >/dev/null

cd "$(mktemp -d)"
trap 'rm -rf "$PWD"' EXIT
"$python" -m unittest discover -s "$root/bindings/python/test"
"$python" -m unittest discover -s "$root/notebooks"
