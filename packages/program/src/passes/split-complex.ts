// Complex numbers as pairs of real ones, for what computes no complex numbers: most backends, and Keras' operations. Fourier
// transforms become products with matrices. Not here: complex numbers that nodes with Programs of their own carry.
import * as tf from '@tensorflow/tfjs-core';
import type { Program, ProgramNode, ValueId } from '../program.js';
import { runNode } from '../replay.js';
import { fourierTransform, type Pair } from './fourier-transform.js';
import { recapture } from './recapture.js';
import { mapInside } from '../subprograms.js';

/** Kernels that are applied to the real and to the imaginary parts alike. */
const alike: ReadonlySet<string> = new Set([
  'Add',
  'Concat',
  'ExpandDims',
  'Identity',
  'Pack',
  'Reshape',
  'Sub',
  'Sum',
  'Transpose',
  'ZerosLike',
]);

type Inputs = Readonly<Record<string, tf.Tensor | Pair>>;

/** The other kernels of complex numbers; the last outputs of each are what the node gives. */
const rules: Readonly<Record<string, (inputs: Inputs, node: ProgramNode) => tf.Tensor | Pair>> = {
  Complex: ({ real, imag }) => ({ real: real as tf.Tensor, imag: imag as tf.Tensor }),
  Real: ({ input }) => (input as Pair).real,
  Imag: ({ input }) => (input as Pair).imag,
  ComplexAbs: ({ x }) => tf.sqrt(squaredSize(x as Pair)),
  Cast: ({ x }) => (isPair(x!) ? x.real : { real: tf.cast(x!, 'float32'), imag: tf.fill(x!.shape, 0) }),
  Multiply: ({ a, b }) => product(a as Pair, b as Pair),
  FFT: ({ input }) => fourierTransform(input as Pair, 'forward'),
  IFFT: ({ input }) => fourierTransform(input as Pair, 'inverse'),
};

/** The same Program without complex numbers; one that does with them what is not known here keeps them all. */
export function splitComplex(program: Program): Program {
  const inside = mapInside(program, splitComplex);
  const isComplex = (id: ValueId): boolean => inside.type(id).dtype === 'complex64';
  const concerns = (node: ProgramNode): boolean =>
    [...node.outputs, ...Object.values(node.inputs)].some(isComplex);
  const nodes = inside.nodes.filter(concerns);
  if (nodes.length === 0 || nodes.some(({ kernel }) => !alike.has(kernel) && !Object.hasOwn(rules, kernel)))
    return inside;
  if ([...inside.inputs, ...inside.outputs].some(({ id }) => isComplex(id))) return inside;
  const pairs = new Map<ValueId, Pair>();
  return recapture(inside, {
    constant: ({ id, data }) => {
      if (!isComplex(id)) return false;
      const part = (at: number): tf.Tensor =>
        tf.tensor(
          (data as Float32Array).filter((_, i) => i % 2 === at),
          [...inside.type(id).shape],
          'float32',
        );
      pairs.set(id, { real: part(0), imag: part(1) });
      return true;
    },
    node: (node, values) => {
      const set = (id: ValueId, value: tf.Tensor | Pair): unknown =>
        isPair(value) ? pairs.set(id, value) : values.set(id, value);
      if (!concerns(node)) {
        runNode(node, values).forEach((result, i) => set(node.outputs[i]!, result));
      } else if (Object.hasOwn(rules, node.kernel)) {
        const inputs = Object.fromEntries(
          Object.entries(node.inputs).map(([name, id]) => [name, pairs.get(id) ?? values.get(id)!]),
        );
        set(node.outputs[0]!, rules[node.kernel]!(inputs, node));
      } else {
        const part = (name: 'real' | 'imag'): tf.Tensor[] =>
          runNode(
            node,
            new Map(Object.values(node.inputs).map((id) => [id, pairs.get(id)?.[name] ?? values.get(id)!])),
          );
        const [real, imag] = [part('real'), part('imag')];
        node.outputs.forEach((id, i) => pairs.set(id, { real: real[i]!, imag: imag[i]! }));
      }
    },
  });
}

function isPair(value: tf.Tensor | Pair): value is Pair {
  return 'imag' in value;
}

function product(a: Pair, b: Pair): Pair {
  return {
    real: tf.sub(tf.mul(a.real, b.real), tf.mul(a.imag, b.imag)),
    imag: tf.add(tf.mul(a.real, b.imag), tf.mul(a.imag, b.real)),
  };
}

function squaredSize({ real, imag }: Pair): tf.Tensor {
  return tf.add(tf.square(real), tf.square(imag));
}
