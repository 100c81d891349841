// The one composition of this package. Making it registers, loads and prints nothing: a bundler may drop it whole.
import { onnxExport } from '@lamella/backend-onnx';
import { compose, type Composed } from '@lamella/core';
import { io } from '@lamella/io';
import { lambdas } from '@lamella/lambda';
import { layers } from '@lamella/layers';
import { training } from '@lamella/training';
import { defaultBackend } from './default-backend.js';

const plugins = [layers, lambdas(), training, io, onnxExport] as const;

/** Everything put together: the backend, the catalog of classes and functions, and what the plugins give. */
export const composition: Composed<typeof plugins> = compose({ backend: defaultBackend(), plugins });

export const {
  model,
  sequential,
  lambda,
  registerFunction,
  registeredFunctions,
  saveModel,
  loadModel,
  saveWeights,
  loadWeights,
  encodeModel,
  encodeWeights,
  inspectFile,
} = composition;
