// What the four parts of the tutorial share: the composition, the data, and a check that counts.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import { compose, setRandomSeed, type Backend } from '@lamella/core';
import { mnist, toCategorical } from '@lamella/datasets';
import { io } from '@lamella/io';
import { lambdas } from '@lamella/lambda';
import { layers } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import { training } from '@lamella/training';
import { addTwo, sampling, weightedSum } from './functions.js';

export interface Options {
  readonly epochs: number;
  readonly backend: 'onnx' | 'cpu';
  readonly limit: number;
  readonly out: string;
}

export interface Data {
  readonly xTrain: HostTensor;
  readonly yTrain: HostTensor;
  readonly xTest: HostTensor;
  readonly yTest: HostTensor;
}

/** The parts of Lamella that the tutorial uses, put together. */
export function composition(options: Options) {
  const backend: Backend = options.backend === 'cpu' ? cpu() : onnx();
  setRandomSeed(42);
  return compose({
    backend,
    plugins: [layers, lambdas({ functions: [addTwo, weightedSum, sampling] }), training, io],
  });
}

export type Lamella = ReturnType<typeof composition>;

/** MNIST as the tutorial wants it: rows of 784 numbers in [0, 1], labels one-hot. */
export async function loadData(limit: number): Promise<Data> {
  const { train, test } = await mnist.load();
  return {
    xTrain: rows(train.images, limit),
    yTrain: toCategorical(first(train.labels, limit), 10),
    xTest: rows(test.images, limit),
    yTest: toCategorical(first(test.labels, limit), 10),
  };
}

function first(tensor: HostTensor, limit: number): HostTensor {
  const count = Math.min(limit, tensor.shape[0]!);
  return new HostTensor(
    tensor.data.subarray(0, (tensor.size / tensor.shape[0]!) * count),
    [count, ...tensor.shape.slice(1)],
    tensor.dtype,
  );
}

function rows(images: HostTensor, limit: number): HostTensor {
  const kept = first(images, limit);
  return new HostTensor(
    Float32Array.from(kept.data, (pixel) => pixel / 255),
    [kept.shape[0]!, 784],
  );
}

let failures = 0;

/** Prints one line for a check; a failed one makes the program end with status 1. */
export function check(what: string, isTrue: boolean): void {
  console.log(`${isTrue ? 'ok    ' : 'FAILED'} ${what}`);
  if (!isTrue) failures++;
}

export function failedChecks(): number {
  return failures;
}

/** A path in the folder for the tutorial's files. */
export async function outputPath(options: Options, name: string): Promise<string> {
  if (!existsSync(options.out)) await mkdir(options.out, { recursive: true });
  return join(options.out, name);
}

/** The first row of a tensor, rounded for reading. */
export function firstRow(tensor: HostTensor): string {
  const width = tensor.size / tensor.shape[0]!;
  return `[${Array.from(tensor.data.subarray(0, Math.min(width, 20)), (value) => value.toFixed(4)).join(', ')}]`;
}
