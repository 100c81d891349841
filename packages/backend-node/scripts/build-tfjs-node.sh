#!/usr/bin/env bash
# Installs @tensorflow/tfjs-node in a folder of its own where libtensorflow cannot be downloaded: the library comes from
# the PyPI wheel of TensorFlow instead, and the addon is compiled against it. Linux, x64, Python 3, a C++ compiler.
# Usage: build-tfjs-node.sh DIRECTORY
set -euo pipefail

directory=${1:?usage: build-tfjs-node.sh DIRECTORY}
mkdir -p "$directory"
cd "$directory"
[ -f package.json ] || echo '{ "private": true }' > package.json
npm install @tensorflow/tfjs-node@4.22.0 --ignore-scripts
[ -d venv ] || python3 -m venv venv
venv/bin/pip install --no-deps tensorflow-cpu==2.21.0

library=$(echo "$PWD"/venv/lib/python3*/site-packages/tensorflow)
cd node_modules/@tensorflow/tfjs-node
mkdir -p deps/lib
ln -sfn "$library/include" deps/include
ln -sfn "$library/libtensorflow_cc.so.2" deps/lib/libtensorflow.so
ln -sfn "$library/libtensorflow_cc.so.2" deps/lib/libtensorflow_cc.so.2
ln -sfn "$library/libtensorflow_framework.so.2" deps/lib/libtensorflow_framework.so
ln -sfn "$library/libtensorflow_framework.so.2" deps/lib/libtensorflow_framework.so.2
CXXFLAGS=-std=c++17 npx -y node-gyp rebuild ${NODE_HEADERS:+--nodedir="$NODE_HEADERS"} -- \
  -Dmodule_name=tfjs_binding -Dmodule_path="$PWD/lib/napi-v8" -Dnapi_build_version=8
echo "built in $PWD"
