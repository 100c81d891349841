// Loads the model at the given path in a process that knows none of its functions and prints what it computes.
// Arguments: the path, and perhaps the name of a backend: onnx (the default), cpu.
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import { compose } from '@lamella/core';
import { io } from '@lamella/io';
import { lambdas } from '@lamella/lambda';
import { layers } from '@lamella/layers';
import { training } from '@lamella/training';
import { compute } from './sampling-model.mjs';

const [path = 'sampling.keras', backend = 'onnx'] = process.argv.slice(2);
const { loadModel } = compose({
  backend: backend === 'cpu' ? cpu() : onnx(),
  plugins: [layers, lambdas(), training, io],
});
console.log(JSON.stringify(await compute(await loadModel(path))));
