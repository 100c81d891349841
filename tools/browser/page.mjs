// What runs in the page: trains and loads models there and posts what they computed, or what went wrong.
import { cpu } from '@lamella/backend-cpu';
import { loadOnnx, onnx } from '@lamella/backend-onnx';
import { compose } from '@lamella/core';
import { io } from '@lamella/io';
import { lambdas } from '@lamella/lambda';
import { layers } from '@lamella/layers';
import { training } from '@lamella/training';
import { compute, sampling, samplingModel } from '../versions/sampling-model.mjs';
import { trainMlp } from './mlp.mjs';

await loadOnnx({ wasm: () => import('onnxruntime-web/wasm'), threads: 2 });

/** Small Programs would run as loops of our own: here ONNX Runtime shall compute, on two threads where the page may. */
const wasm = onnx({ smallWork: false, threads: 2 });

/** Loads the model that Node saved, by its URL, and trains it. @param {string} file @param {import('@lamella/core').Backend} backend */
async function computeSaved(file, backend) {
  const { loadModel } = compose({ backend, plugins: [layers, lambdas(), training, io] });
  return compute(await loadModel(new URL(file, location.href)));
}

/** Saves a model in the page: what it computes afterwards, and its file. @param {import('@lamella/core').Backend} backend */
async function saveHere(backend) {
  const composition = compose({
    backend,
    plugins: [layers, lambdas({ functions: [sampling] }), training, io],
  });
  const net = samplingModel(composition);
  const { bytes } = await composition.encodeModel(net, 'from-page.keras');
  return { file: Array.from(bytes), computed: await compute(net) };
}

/** @returns {Promise<import('./check-browser.mjs').PageResult>} */
async function results() {
  return {
    runtime: await wasm.runtime(),
    isIsolated: globalThis.crossOriginIsolated,
    mlp: { onnx: await trainMlp(wasm), loops: await trainMlp(onnx()), cpu: await trainMlp(cpu()) },
    keras: {
      onnx: await computeSaved('sampling.keras', wasm),
      cpu: await computeSaved('sampling.keras', cpu()),
    },
    h5: { onnx: await computeSaved('sampling.h5', wasm), cpu: await computeSaved('sampling.h5', cpu()) },
    saved: await saveHere(wasm),
  };
}

const body = await results().catch((error) => ({ error: String(error?.stack ?? error) }));
await fetch('result', { method: 'POST', body: JSON.stringify(body) });
