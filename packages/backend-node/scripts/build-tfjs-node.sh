#!/usr/bin/env bash
# Compiles the addon of an installed @tensorflow/tfjs-node against the libtensorflow of PyPI's tensorflow-cpu, for networks
# that do not reach tfjs-node's own download. Needs Linux on x64, npm, g++, and Python 3 with venv and pip.
# Usage: build-tfjs-node.sh DIRECTORY, which holds node_modules/@tensorflow/tfjs-node. TENSORFLOW, where set, names the
# tensorflow folder of a wheel that is installed elsewhere.
set -euo pipefail

cd "${1:?usage: build-tfjs-node.sh DIRECTORY}"
package=$PWD/node_modules/@tensorflow/tfjs-node
addon=$package/lib/napi-v8/tfjs_binding.node

if [ -z "${TENSORFLOW:-}" ]; then
  [ -x tensorflow/bin/pip ] || "${PYTHON:-python3}" -m venv tensorflow
  # The library alone: nothing of TensorFlow's Python is run, so none of its dependencies is needed.
  tensorflow/bin/pip install --quiet --no-deps tensorflow-cpu==2.21.0
  TENSORFLOW=$(echo "$PWD"/tensorflow/lib/python3*/site-packages/tensorflow)
fi
[ -d headers/node_modules/node-api-headers ] ||
  npm install --prefix headers --no-save --no-audit --no-fund node-api-headers@1.9.0

# The names under which the addon looks for the library, beside it.
mkdir -p "$package/deps/lib" "$(dirname "$addon")"
ln -sfn "$TENSORFLOW/libtensorflow_cc.so.2" "$package/deps/lib/libtensorflow.so"
ln -sfn "$TENSORFLOW/libtensorflow_cc.so.2" "$package/deps/lib/libtensorflow_cc.so.2"
ln -sfn "$TENSORFLOW/libtensorflow_framework.so.2" "$package/deps/lib/libtensorflow_framework.so"
ln -sfn "$TENSORFLOW/libtensorflow_framework.so.2" "$package/deps/lib/libtensorflow_framework.so.2"

"${CXX:-g++}" -std=c++17 -O2 -fPIC -shared -DNAPI_VERSION=8 -DNODE_GYP_MODULE_NAME=tfjs_binding -w \
  -I headers/node_modules/node-api-headers/include -I "$TENSORFLOW/include" \
  "$package/binding/tfjs_backend.cc" "$package/binding/tfjs_binding.cc" \
  -L "$package/deps/lib" -ltensorflow -ltensorflow_framework -Wl,-rpath,'$ORIGIN/../../deps/lib' \
  -o "$addon"
echo "compiled $addon"
