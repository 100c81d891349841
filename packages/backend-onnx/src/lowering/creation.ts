// Kernels that make constants: they become initializers, or one scalar where every element is the same.
import { uniform, type Lowering } from '../lowering.js';

export const ZerosLike: Lowering = (call) => uniform(call.graph, 0, call.output);
export const OnesLike: Lowering = (call) => uniform(call.graph, 1, call.output);
export const Fill: Lowering = (call) =>
  uniform(call.graph, Number(call.attribute<number | boolean>('value')), call.output);

/** Adds the step again and again in the result's precision, as tfjs does. */
export const Range: Lowering = (call) => {
  const { shape, dtype } = call.output;
  return call.graph.tensor(
    steps(call.attribute<number>('start'), call.attribute<number>('step'), shape[0]!, dtype === 'int32'),
    shape,
    dtype,
  );
};

export const LinSpace: Lowering = (call) => {
  const [start, stop, count] = [
    call.attribute<number>('start'),
    call.attribute<number>('stop'),
    call.attribute<number>('num'),
  ];
  return call.graph.tensor(
    steps(start, (stop - start) / (count - 1), count, false),
    call.output.shape,
    'float32',
  );
};

function steps(start: number, step: number, count: number, isInt: boolean): Float32Array | Int32Array {
  const values = isInt ? new Int32Array(count) : new Float32Array(count);
  values[0] = start;
  for (let i = 1; i < count; i++) values[i] = values[i - 1]! + step;
  return values;
}
