// What is tried with each operation, in a Lambda without a name: the columns of docs/operations.md.
import { cpu } from '@lamella/backend-cpu';
import { exportOnnx, onnx } from '@lamella/backend-onnx';
import { clearNames, compose, input, type Backend } from '@lamella/core';
import { supports } from '@lamella/fused';
import { io } from '@lamella/io';
import { lambda, lambdas } from '@lamella/lambda';
import { layers } from '@lamella/layers';
import {
  capture,
  flatten,
  forExecution,
  gradients,
  isLamellaError,
  sizeOf,
  type ArgumentSpec,
  type HostTensor,
} from '@lamella/program';
import { runProgram } from '@lamella/testing';
import { training, type Model } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { inputsOf, type OperationCase } from './cases.js';

/** What a cell says: it works, it does not, or there is nothing to try. */
export type Cell = 'yes' | 'no' | '';

/** One column. */
export interface Column {
  readonly title: string;
  /** Throws, or gives false, where the operation does not do it; undefined where it has nothing to do with it. */
  readonly holds: (operation: OperationCase) => Promise<boolean | undefined>;
}

const { model, encodeModel, loadModel } = compose({
  backend: cpu(),
  plugins: [layers, lambdas(), training, io],
});

const batch = 2;
const tolerance = 1e-4;

/** The columns, from left to right. */
export const columns: readonly Column[] = [
  { title: 'captured', holds: async (operation) => modelOf(operation).outputs.length > 0 },
  { title: 'gradient', holds: async (operation) => isDifferentiated(operation) },
  { title: 'saved', holds: async (operation) => predictsAlike(operation, (net) => loaded(net, {})) },
  { title: 'cpu', holds: async (operation) => givesWhatTfjsGives(operation) },
  { title: 'onnx', holds: (operation) => predictsAlike(operation, on(onnx({ smallWork: false }))) },
  {
    title: 'onnx (wasm)',
    holds: (operation) => predictsAlike(operation, on(onnx({ runtime: 'wasm', smallWork: false }))),
  },
  { title: 'loops', holds: isFused },
  {
    title: 'to Keras',
    holds: (operation) => predictsAlike(operation, (net) => loaded(net, { lambda: 'keras_ops' })),
  },
  { title: 'to ONNX', holds: async (operation) => (await exportOnnx(modelOf(operation))).length > 0 },
];

/** What a column says of an operation. */
export async function cellOf(column: Column, operation: OperationCase): Promise<Cell> {
  try {
    const holds = await column.holds(operation);
    return holds === undefined ? '' : holds ? 'yes' : 'no';
  } catch (error) {
    if (isLamellaError(error)) return 'no';
    throw error;
  }
}

function modelOf({ fn, shapes = [[4]], dtypes = [] }: OperationCase): Model {
  clearNames();
  const inputs = shapes.map((shape, i) => input({ shape, dtype: dtypes[i] ?? 'float32', name: `x${i}` }));
  const outputs = lambda((given: tf.Tensor | tf.Tensor[]) => fn(...flatten<tf.Tensor>(given)), {
    name: 'operation',
  }).apply(inputs.length === 1 ? inputs[0]! : inputs);
  return model({ inputs, outputs, seed: 7 }) as Model;
}

const on =
  (backend: Backend) =>
  async (net: Model): Promise<Model> => {
    net.moveTo(backend);
    return net;
  };

async function loaded(net: Model, options: { readonly lambda?: 'keras_ops' }): Promise<Model> {
  return (await loadModel(await encodeModel(net, 'net.keras', options))) as Model;
}

async function predicted(net: Model, given: readonly HostTensor[]): Promise<HostTensor[]> {
  return flatten<HostTensor>(await net.predict([...given]));
}

/** What each operation gives on backend-cpu. */
const expected = new Map<OperationCase, readonly HostTensor[]>();

/** Whether another form of the model predicts the same for a batch of another size. */
async function predictsAlike(
  operation: OperationCase,
  change: (net: Model) => Promise<Model>,
): Promise<boolean> {
  const given = inputsOf(operation, batch + 1);
  expected.set(operation, await (expected.get(operation) ?? predicted(modelOf(operation), given)));
  return areClose(await predicted(await change(modelOf(operation)), given), expected.get(operation)!);
}

/** tfjs' own calls on backend-cpu, which transforms one image alone; operations of Lamella exist in captures only. */
async function givesWhatTfjsGives(operation: OperationCase): Promise<boolean> {
  const given = inputsOf(operation, 1);
  const got = await predicted(modelOf(operation), given);
  if (operation.tfjs.includes('@lamella')) return true;
  await tf.setBackend('cpu');
  const wanted = flatten<tf.Tensor>(operation.fn(...given.map((tensor) => tensor.tensor())));
  return got.every(
    ({ data, shape }, i) =>
      shape.join() === wanted[i]!.shape.join() && isCloseTo(data, wanted[i]!.dataSync()),
  );
}

/** How far inputs are moved to see what follows. */
const step = 2e-3;

/** Whether what follows a small step of the inputs is what the gradient says; nothing to try where there is none. */
async function isDifferentiated(operation: OperationCase): Promise<boolean | undefined> {
  const given = inputsOf(operation, batch);
  let isConnected = false;
  const { program } = capture((...xs) => {
    const floats = flatten<tf.Tensor>(operation.fn(...xs)).filter(({ dtype }) => dtype === 'float32');
    if (floats.length === 0) return [];
    const loss = floats.map((y) => tf.sum(tf.mul(y, varied(y.shape)))).reduce((a, b) => tf.add(a, b));
    const moved = xs.filter(({ dtype }) => dtype === 'float32');
    const slopes = gradients(loss, moved).flatMap((gradient, i) =>
      gradient === null ? [] : [tf.sum(tf.mul(gradient, varied(moved[i]!.shape)))],
    );
    isConnected = slopes.length > 0;
    return [loss, slopes.reduce((a, b) => tf.add(a, b), tf.scalar(0))];
  }, argumentsOf(given));
  if (!isConnected) return undefined;
  const executable = await cpu().compile(program);
  const at = async (size: number): Promise<number[]> =>
    (
      await runProgram(
        executable,
        program,
        given.map((tensor) => movedBy(tensor, size)),
      )
    ).map(({ data }) => Number(data[0]));
  const [[above], [below], [, slope]] = [await at(step), await at(-step), await at(0)];
  const seen = (above! - below!) / (2 * step);
  return operation.hasOwnGradient === true || Math.abs(seen - slope!) < 0.02 * (1 + Math.abs(slope!));
}

function argumentsOf(given: readonly HostTensor[]): ArgumentSpec[] {
  return given.map(({ shape, dtype }, i) => ({ name: `x${i}`, shape, dtype: dtype as 'float32' | 'int32' }));
}

/** Numbers in no order. */
function varied(shape: readonly number[]): tf.Tensor {
  return tf.tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i + 1)),
    [...shape],
  );
}

function movedBy(tensor: HostTensor, size: number): HostTensor {
  if (tensor.dtype !== 'float32') return tensor;
  const moved = tensor.clone();
  moved.data.forEach((value, i) => (moved.data[i] = Number(value) + size * Math.sin(i + 1)));
  return moved;
}

/** Whether loops in WebAssembly run all of it, without ONNX Runtime. */
async function isFused(operation: OperationCase): Promise<boolean> {
  const given = inputsOf(operation, batch);
  const program = forExecution(capture((...xs) => operation.fn(...xs), argumentsOf(given)).program);
  if (!program.nodes.every((node) => supports(node, program))) return false;
  return predictsAlike(operation, on(onnx()));
}

function areClose(got: readonly HostTensor[], wanted: readonly HostTensor[]): boolean {
  return wanted.every(
    ({ data, shape, dtype }, i) =>
      got[i]!.dtype === dtype && got[i]!.shape.join() === shape.join() && isCloseTo(got[i]!.data, data),
  );
}

function isCloseTo(
  got: ArrayLike<number | bigint | string>,
  expected: ArrayLike<number | bigint | string>,
): boolean {
  return Array.from(
    expected,
    (value, i) => Math.abs(Number(got[i]) - Number(value)) <= tolerance * (1 + Math.abs(Number(value))),
  ).every(Boolean);
}
