#!/bin/sh
# Makes .oracle-venv in the repository root: real Keras on JAX, pinned. Not needed to build or test Lamella itself.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
venv=${ORACLE_VENV:-$root/.oracle-venv}
"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/pip" install --quiet -r "$root/tools/oracle/requirements.txt"
KERAS_BACKEND=jax "$venv/bin/python" -c 'import keras; print("Keras", keras.__version__)'
echo "Ready: $venv/bin/python tools/oracle/all.py"
