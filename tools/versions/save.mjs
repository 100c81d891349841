// Saves the sampling model to the given path and prints what it computes.
import { onnx } from '@lamella/backend-onnx';
import { compose } from '@lamella/core';
import { io } from '@lamella/io';
import { lambdas } from '@lamella/lambda';
import { layers } from '@lamella/layers';
import { training } from '@lamella/training';
import { compute, sampling, samplingModel } from './sampling-model.mjs';

const composition = compose({
  backend: onnx(),
  plugins: [layers, lambdas({ functions: [sampling] }), training, io],
});
const net = samplingModel(composition);
await composition.saveModel(net, process.argv[2] ?? 'sampling.keras');
console.log(JSON.stringify(await compute(net)));
