// tf.customGrad: Keras has no operation with a gradient of one's own, but it can stop gradients. A gradient that is a
// multiple of the one that comes in (straight-through, reversed, none at all) is written with that. Those of functions of
// tfjs itself are what follows from the function anyway.
import * as tf from '@tensorflow/tfjs-core';
import { openProgram, sameSizes, type OpenArgument, type OpenNode } from '@lamella/program';
import type { KernelRule } from '../kernel-call.js';
import { float } from '../value.js';

type GradientGraph = NonNullable<OpenNode['programs']>[string];

/** `y` becomes `stop_gradient(y - c * x) + c * x`. */
export const CustomGradient: KernelRule = (call) => {
  const gradient = call.node.programs!['gradient']!;
  const value = call.tensor('value');
  if (call.output.dtype !== 'float32' || ofTfjs().has(signature(gradient))) return value;
  const names = call.names.slice(0, call.attribute<number>('arity', 1));
  const straight = names.flatMap((name, i) => {
    const factor = factorOf(gradient, i);
    if (factor === undefined || (factor !== 0 && !sameSizes(call.type(name).shape, call.output.shape)))
      throw call.fail('a custom gradient that is no multiple of the incoming one');
    const x = call.tensor(name);
    return factor === 0 ? [] : [factor === 1 ? x : call.apply('Multiply', [x, float(factor)])];
  });
  if (straight.length === 0) return call.apply('StopGradient', [value]);
  const through = straight.reduce((sum, x) => call.apply('Add', [sum, x]));
  const rest = call.apply('StopGradient', [call.apply('Subtract', [value, through])]);
  return call.apply('Add', [rest, through]);
};

/** How often the incoming gradient an output of a gradient's graph is, or undefined where it is something else. */
function factorOf(graph: GradientGraph, output: number): number | undefined {
  const factors = new Map([[graph.inputs[0]!.id, 1]]);
  const numbers = new Map<number, number>();
  for (const { id, data } of graph.constants) {
    if ('splat' in data) {
      if (typeof data.splat === 'number') numbers.set(id, data.splat);
    } else if (data.length === 1 && typeof data[0] === 'number') numbers.set(id, data[0]);
  }
  for (const { kernel, inputs, outputs, attrs } of graph.nodes) {
    const [x, a, b] = ['x', 'a', 'b'].map((name) => inputs[name] ?? -1) as [number, number, number];
    const factor = factors.get(x);
    if (kernel === 'Identity' && factor !== undefined) factors.set(outputs[0]!, factor);
    if (kernel === 'Neg' && factor !== undefined) factors.set(outputs[0]!, -factor);
    if (kernel === 'ZerosLike') factors.set(outputs[0]!, 0);
    if (kernel === 'Fill' && attrs['value'] === 0) factors.set(outputs[0]!, 0);
    if (kernel === 'Multiply') {
      const product = (factors.get(a) ?? Number.NaN) * (numbers.get(b) ?? Number.NaN);
      const swapped = (factors.get(b) ?? Number.NaN) * (numbers.get(a) ?? Number.NaN);
      if (!Number.isNaN(product)) factors.set(outputs[0]!, product);
      else if (!Number.isNaN(swapped)) factors.set(outputs[0]!, swapped);
    }
  }
  const id = graph.outputs[output]?.id ?? -1;
  return factors.get(id) ?? (numbers.get(id) === 0 ? 0 : undefined);
}

/** What a gradient computes, without its sizes: kernels, and what each of them reads. */
function signature(graph: GradientGraph): string {
  const names = new Map(graph.inputs.map(({ id }, i) => [id, `input ${i}`]));
  graph.nodes.forEach(({ outputs }, i) => outputs.forEach((id, k) => names.set(id, `${i}.${k}`)));
  const read = (id: number): string => names.get(id) ?? 'constant';
  return JSON.stringify([
    graph.nodes.map(({ kernel, inputs }) => [
      kernel,
      Object.entries(inputs).map(([name, id]) => [name, read(id)]),
    ]),
    graph.outputs.map(({ id }) => read(id)),
  ]);
}

let tfjsGradients: ReadonlySet<string> | undefined;

/** The custom gradients of functions of tfjs itself. */
function ofTfjs(): ReadonlySet<string> {
  tfjsGradients ??= new Set(
    [
      openProgram((x: tf.Tensor) => tf.logSoftmax(x), [argument('x')]),
      openProgram(
        (x: tf.Tensor, y: tf.Tensor) => tf.losses.softmaxCrossEntropy(x, y, undefined, 0, tf.Reduction.NONE),
        [argument('x'), argument('y')],
      ),
    ].flatMap(({ graph }) =>
      graph.nodes.flatMap(({ programs }) => Object.values(programs ?? {}).map(signature)),
    ),
  );
  return tfjsGradients;
}

function argument(name: string): OpenArgument {
  return { name, shape: [null, 4], dtype: 'float32' };
}
