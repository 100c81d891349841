import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import {
  capture,
  gradients,
  HostTensor,
  Program,
  replay,
  simplify,
  type ArgumentSpec,
  type CaptureResult,
  type StorageDType,
} from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { compileProgram, type Path } from './compile-program.js';
import { isElementWise, supports } from './kernels/table.js';
import { createArena } from './memory/arena.js';

beforeAll(() => tf.setBackend('cpu'));

const arena = createArena({ bytes: 2 ** 25 });
let used: HostTensor[] = [];
afterEach(() => {
  for (const tensor of used) arena.release(tensor);
  used = [];
});

function program(fn: (...inputs: tf.Tensor[]) => CaptureResult, ...args: ArgumentSpec[]): Program {
  return capture(fn, args).program;
}

const float = (name: string, ...shape: number[]): ArgumentSpec => ({ name, shape, dtype: 'float32' });
const int = (name: string, ...shape: number[]): ArgumentSpec => ({ name, shape, dtype: 'int32' });
const bool = (name: string, ...shape: number[]): ArgumentSpec => ({ name, shape, dtype: 'bool' });

function inArena(source: HostTensor): HostTensor {
  const tensor = arena.tensor(source.shape, source.dtype);
  tensor.data.set(source.data);
  used.push(tensor);
  return tensor;
}

function outputsOf(of: Program): HostTensor[] {
  return of.outputs.map(({ id }) => {
    const { shape, dtype } = of.type(id);
    return inArena(HostTensor.zeros(shape, dtype as StorageDType));
  });
}

async function run(of: Program, inputs: readonly HostTensor[], path: Path): Promise<HostTensor[]> {
  const fused = await compileProgram(of, { arena, path });
  const outputs = outputsOf(of);
  const bound = fused.bind(inputs.map(inArena), outputs);
  bound.run();
  bound.dispose();
  fused.dispose();
  return outputs;
}

/** Numbers from -2 to 2 in no order, or small integers, or truth values. */
function numbers(of: Program, seed = 1): HostTensor[] {
  let state = seed;
  const next = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  return of.inputs.map(({ id, storage }) => {
    const { shape, dtype } = of.type(id);
    const tensor = HostTensor.zeros(shape, storage ?? (dtype as StorageDType));
    tensor.data.forEach((_, i) => {
      const x = next();
      tensor.data[i] =
        dtype === 'float32' ? x * 4 - 2 : dtype === 'int32' ? Math.floor(x * 9) - 2 : x < 0.5 ? 1 : 0;
    });
    return tensor;
  });
}

/** Both paths give the same bits, and what backend-cpu gives to 1e-5. */
async function expectLikeCpu(of: Program, inputs = numbers(of), tolerance = 1e-5): Promise<void> {
  const expected = tf.tidy(() =>
    replay(
      of,
      inputs.map((input) => input.tensor()),
    ).map((tensor) => [...tensor.dataSync()] as number[]),
  );
  const simd = await run(of, inputs, 'simd');
  const plain = await run(of, inputs, 'plain');
  simd.forEach(({ data }, output) => {
    const at = data.findIndex((value, i) => !Object.is(value, plain[output]!.data[i]));
    if (at >= 0)
      throw new Error(`output ${output} [${at}]: ${data[at]} on simd, ${plain[output]!.data[at]} on plain`);
    data.forEach((value, i) => {
      const wanted = expected[output]![i]!;
      const isNear =
        Object.is(value, wanted) ||
        Math.abs(value - wanted) <= tolerance + tolerance * Math.abs(wanted) ||
        value === wanted;
      if (!isNear && !(Number.isNaN(value) && Number.isNaN(wanted)))
        throw new Error(`output ${output} [${i}]: expected ${wanted}, got ${value}\n${of.toString()}`);
    });
  });
}

type Unary = (x: tf.Tensor) => tf.Tensor;
const special = new HostTensor(
  Float32Array.from([
    0,
    -0,
    NaN,
    Infinity,
    -Infinity,
    1,
    -1,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    3e9,
    -3e9,
    1e20,
    1e-42,
    88,
    -88,
    200,
    -200,
    7,
  ]),
  [21],
);

const unary: Record<string, Unary> = {
  abs: tf.abs,
  ceil: tf.ceil,
  clipByValue: (x) => tf.clipByValue(x, -0.5, 1.2),
  elu: tf.elu,
  erf: tf.erf,
  exp: tf.exp,
  expm1: tf.expm1,
  floor: tf.floor,
  isFinite: tf.isFinite,
  isInf: tf.isInf,
  isNaN: tf.isNaN,
  leakyRelu: (x) => tf.leakyRelu(x, 0.3),
  log: tf.log,
  log1p: tf.log1p,
  neg: tf.neg,
  onesLike: tf.onesLike,
  reciprocal: tf.reciprocal,
  relu: tf.relu,
  relu6: tf.relu6,
  round: tf.round,
  rsqrt: tf.rsqrt,
  selu: tf.selu,
  sigmoid: tf.sigmoid,
  sign: tf.sign,
  softplus: tf.softplus,
  sqrt: tf.sqrt,
  square: tf.square,
  step: (x) => tf.step(x, 0.25),
  tanh: tf.tanh,
  toBool: (x) => tf.cast(x, 'bool'),
  toInt: (x) => tf.cast(x, 'int32'),
};

const binary: Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
  add: tf.add,
  div: tf.div,
  equal: tf.equal,
  floorDiv: tf.floorDiv,
  greater: tf.greater,
  greaterEqual: tf.greaterEqual,
  less: tf.less,
  lessEqual: tf.lessEqual,
  maximum: tf.maximum,
  minimum: tf.minimum,
  mod: tf.mod,
  mul: tf.mul,
  notEqual: tf.notEqual,
  squaredDifference: tf.squaredDifference,
  sub: tf.sub,
};

describe('element-wise kernels', () => {
  it.each(Object.keys(unary))('%s gives what backend-cpu gives, special numbers included', async (name) => {
    await expectLikeCpu(
      program((x) => unary[name]!(x), float('x', 21)),
      [special],
    );
    await expectLikeCpu(program((x) => unary[name]!(x), float('x', 3, 7)));
  });

  it.each(Object.keys(binary))('%s gives what backend-cpu gives, special numbers included', async (name) => {
    const apply = binary[name]!;
    const pairs = program((a, b) => apply(tf.reshape(a, [21, 1]), b), float('a', 21), float('b', 21));
    await expectLikeCpu(pairs, [special, special]);
    const ints = new HostTensor(
      Int32Array.from([0, 1, -1, 7, -7, 2 ** 31 - 1, -(2 ** 31), 65537, 3]),
      [9],
      'int32',
    );
    await expectLikeCpu(
      program((a, b) => apply(tf.reshape(a, [9, 1]), b), int('a', 9), int('b', 9)),
      [ints, ints],
    );
  });

  it.each(['abs', 'neg', 'sign', 'square', 'relu', 'exp', 'toBool', 'clipByValue', 'step', 'round'])(
    '%s of integers gives what backend-cpu gives',
    async (name) => {
      await expectLikeCpu(program((x) => unary[name]!(x), int('x', 11)));
    },
  );

  it('pow, prelu, eluGrad, where and logic give what backend-cpu gives', async () => {
    await expectLikeCpu(
      program((a, b) => tf.pow(tf.reshape(a, [21, 1]), b), float('a', 21), float('b', 21)),
      [special, special],
    );
    await expectLikeCpu(program((x, a) => tf.prelu(x, a), float('x', 5, 3), float('a', 3)));
    await expectLikeCpu(program((x) => gradients(tf.sum(tf.elu(x)), [x])[0]!, float('x', 13)));
    await expectLikeCpu(program((c, a, b) => tf.where(c, a, b), bool('c', 9), float('a', 9), float('b', 9)));
    await expectLikeCpu(
      program(
        (a, b) => [
          tf.logicalAnd(a, b),
          tf.logicalOr(a, b),
          tf.logicalXor(a, b),
          tf.logicalNot(a),
          tf.cast(a, 'float32'),
        ],
        bool('a', 19),
        bool('b', 19),
      ),
    );
  });

  it('narrow integers are read as they are stored', async () => {
    for (const storage of ['uint8', 'int8', 'uint16', 'int16'] as const) {
      const of = program((x) => tf.div(tf.cast(x, 'float32'), 255), { ...int('x', 23), storage });
      const input = HostTensor.zeros([23], storage);
      input.data.forEach((_, i) => (input.data[i] = i * 97 - 500));
      await expectLikeCpu(of, [input]);
    }
  });

  it('whatever is composed of them gives what backend-cpu gives', async () => {
    const smooth = [
      'abs',
      'tanh',
      'sigmoid',
      'relu',
      'neg',
      'clipByValue',
      'softplus',
      'elu',
      'square',
    ] as const;
    const joining = ['add', 'sub', 'mul', 'maximum', 'minimum', 'squaredDifference'] as const;
    const steps = fc.array(
      fc.record({
        operation: fc.oneof(fc.constantFrom(...smooth), fc.constantFrom(...joining)),
        left: fc.nat(),
        right: fc.nat(),
      }),
      { minLength: 1, maxLength: 12 },
    );
    const shapes = fc.constantFrom<[number[], number[]][]>(
      [[7], [7]],
      [[3, 5], [5]],
      [
        [4, 1],
        [1, 9],
      ],
      [
        [2, 3, 4],
        [3, 1],
      ],
      [[1030], []],
      [[], []],
    );
    await fc.assert(
      fc.asyncProperty(
        steps,
        shapes,
        fc.integer({ min: 1, max: 1000 }),
        async (list, [first, second], seed) => {
          const of = program(
            (x, y) => {
              const values = [x, y];
              for (const { operation, left, right } of list) {
                const a = values[left % values.length]!;
                const b = values[right % values.length]!;
                const next = operation in unary ? unary[operation]!(a) : binary[operation]!(a, b);
                // Bounded, so that rounding stays small beside the tolerance.
                values.push(tf.clipByValue(next, -8, 8));
              }
              return values.slice(-3);
            },
            float('x', ...first),
            float('y', ...second),
          );
          await expectLikeCpu(of, numbers(of, seed), 1e-4);
          expect(of.nodes.every((node) => supports(node, of))).toBe(true);
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  });
});

describe('kernels that fold and move', () => {
  it('reductions give what backend-cpu gives along any axes', async () => {
    for (const shape of [[1], [5], [4, 9], [9, 1], [3, 4, 5], [2, 3, 1, 4]]) {
      for (let mask = 1; mask < 2 ** shape.length; mask++) {
        const axes = shape.flatMap((_, axis) => ((mask >> axis) & 1 ? [axis] : []));
        const of = program(
          (x) => [
            tf.sum(x, axes),
            tf.mean(tf.square(x), axes, true),
            tf.max(x, axes),
            tf.min(tf.neg(x), axes, true),
            tf.prod(x, axes),
            tf.sum(tf.cast(x, 'int32'), axes),
            tf.any(tf.greater(x, 1), axes),
            tf.all(tf.less(x, 1.5), axes),
          ],
          float('x', ...shape),
        );
        await expectLikeCpu(of);
      }
    }
  });

  it('positions of extremes are the first ones, and NaN is passed over as backend-cpu does', async () => {
    const of = program(
      (x) => [
        tf.argMax(x, 1),
        tf.argMin(x, 1),
        tf.argMax(x, 0),
        tf.argMax(tf.cast(tf.mul(x, 3), 'int32'), 1),
      ],
      float('x', 4, 6),
    );
    await expectLikeCpu(of);
    const x = new HostTensor(
      Float32Array.from([
        1,
        NaN,
        3,
        3,
        0,
        0,
        NaN,
        9,
        1,
        1,
        1,
        1,
        -Infinity,
        -Infinity,
        NaN,
        0,
        0,
        0,
        5,
        5,
        5,
        5,
        5,
        5,
      ]),
      [4, 6],
    );
    await expectLikeCpu(
      program((a) => [tf.argMax(a, 1), tf.argMin(a, 1)], float('a', 4, 6)),
      [x],
    );
  });

  it('softmax and its logarithm stay finite for large logits', async () => {
    await expectLikeCpu(program((x) => [tf.softmax(x), tf.logSoftmax(x)], float('x', 6, 10)));
    const of = program((x) => tf.softmax(tf.mul(x, 1000)), float('x', 3, 5));
    await expectLikeCpu(of);
  });

  it('matrix products give what backend-cpu gives, transposed, in batches, and with few columns', async () => {
    for (const [rows, inner, columns] of [
      [1, 4, 16],
      [5, 16, 1],
      [7, 3, 2],
      [8, 8, 8],
      [33, 17, 13],
    ] as const) {
      for (const [ta, tb] of [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ] as const) {
        const a = ta ? [inner, rows] : [rows, inner];
        const b = tb ? [columns, inner] : [inner, columns];
        const of = program((x, y) => tf.matMul(x, y, ta, tb), float('x', ...a), float('y', ...b));
        await expectLikeCpu(of);
      }
    }
    await expectLikeCpu(program((x, y) => tf.matMul(x, y), float('x', 3, 4, 5), float('y', 1, 5, 6)));
    await expectLikeCpu(program((x, y) => tf.matMul(x, y), int('x', 3, 4), int('y', 4, 5)));
    await expectLikeCpu(
      program(
        (x, y, b) => tf.relu(tf.add(tf.matMul(x, y), b)),
        float('x', 6, 5),
        float('y', 5, 7),
        float('b', 7),
      ),
    );
  });

  it('movement of elements gives what backend-cpu gives', async () => {
    await expectLikeCpu(
      program(
        (x) => [
          tf.transpose(tf.exp(x), [2, 0, 1]),
          tf.reshape(tf.transpose(x, [1, 0, 2]), [6, 4]),
          tf.add(tf.transpose(x, [0, 2, 1]), 1),
          tf.slice(x, [0, 1, 1], [2, 2, 3]),
          tf.reverse(x, [0, 2]),
          tf.tile(x, [2, 1, 3]),
          tf.pad(
            x,
            [
              [0, 1],
              [2, 0],
              [1, 1],
            ],
            3,
          ),
          tf.concat([x, tf.neg(x), x], 1),
          tf.stack([x, tf.abs(x)], 2),
          ...tf.unstack(x, 1),
          ...tf.split(x, 2, 2),
          tf.broadcastTo(tf.sum(x, 1, true), [2, 3, 4]),
          tf.expandDims(x, 1),
          x,
          x,
        ],
        float('x', 2, 3, 4),
      ),
    );
  });

  it('lookups give what backend-cpu gives, and NaN out of bounds', async () => {
    const indices = new HostTensor(Int32Array.from([2, 0, 1, 2, 3, 3]), [2, 3], 'int32');
    const table = program(
      (x, i) => [tf.gather(x, i), tf.gather(tf.transpose(x), i, 1)],
      float('x', 4, 5),
      int('i', 2, 3),
    );
    await expectLikeCpu(table, [numbers(table)[0]!, indices]);
    const hot = program((i) => [tf.oneHot(i, 4), tf.oneHot(i, 5, 2, -1)], int('i', 2, 3));
    await expectLikeCpu(hot, [indices]);
    const segments = program((x, i) => tf.unsortedSegmentSum(x, i as tf.Tensor1D, 4), float('x', 6, 3), int('i', 6));
    await expectLikeCpu(segments, [numbers(segments)[0]!, new HostTensor(indices.data, [6], 'int32')]);
    const of = program((x, i) => tf.gather(x, i), float('x', 2), int('i', 3));
    const wild = new HostTensor(Int32Array.from([-1, 1, 2]), [3], 'int32');
    const [found] = await run(of, [new HostTensor(Float32Array.from([5, 6]), [2]), wild], 'simd');
    expect([...found!.data]).toEqual([NaN, 6, NaN]);
  });

  it('nothing is computed where there are no elements', async () => {
    const of = program((x, y) => [tf.add(x, 1), tf.matMul(y, x)], float('x', 3, 0), float('y', 2, 3));
    const outputs = await run(of, [HostTensor.zeros([3, 0]), HostTensor.zeros([2, 3])], 'simd');
    expect(outputs.map(({ size }) => size)).toEqual([0, 0]);
  });
});

/** One step of Adam for two weights of a small network, as the training package captures it. */
function trainingStep(batch: number): Program {
  const shapes = [[4, 16], [16], [16, 3], [3]];
  const state = shapes.flatMap((shape, i) => ['w', 'm', 'v'].map((name) => float(`${name}${i}`, ...shape)));
  const captured = program(
    (...all) => {
      const weights = shapes.map((_, i) => all[3 * i]!);
      const [iterations, rate, x, labels] = all.slice(state.length) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      const hidden = tf.relu(tf.add(tf.matMul(x, weights[0]!), weights[1]!));
      const logits = tf.add(tf.matMul(hidden, weights[2]!), weights[3]!);
      const loss = tf.neg(tf.mean(tf.sum(tf.mul(tf.oneHot(labels, 3), tf.logSoftmax(logits)), 1)));
      const step = tf.add(tf.cast(iterations, 'float32'), 1);
      const correction = tf.div(tf.sqrt(tf.sub(1, tf.pow(0.999, step))), tf.sub(1, tf.pow(0.9, step)));
      const alpha = tf.mul(rate, correction);
      const updated = gradients(loss, weights).flatMap((gradient, i) => {
        const [w, m0, v0] = all.slice(3 * i, 3 * i + 3) as [tf.Tensor, tf.Tensor, tf.Tensor];
        const m = tf.add(m0, tf.mul(tf.sub(gradient!, m0), 0.1));
        const v = tf.add(v0, tf.mul(tf.sub(tf.square(gradient!), v0), 0.001));
        return [tf.sub(w, tf.div(tf.mul(m, alpha), tf.add(tf.sqrt(v), 1e-7))), m, v];
      });
      return [...updated, tf.add(iterations, tf.scalar(1, 'int32')), loss];
    },
    ...state,
    int('iterations'),
    float('rate'),
    float('x', batch, 4),
    int('labels', batch),
  );
  const updates = state.concat(int('iterations')).map((_, i) => ({ output: i, input: i }));
  return simplify(new Program({ ...captured, updates }));
}

function stepInputs(of: Program): HostTensor[] {
  const inputs = numbers(of);
  of.inputs.forEach(({ name }, i) => {
    const { data } = inputs[i]!;
    if (name.startsWith('v')) data.forEach((value, k) => (data[k] = Math.abs(value)));
    if (name === 'labels') data.forEach((_, k) => (data[k] = k % 3));
    if (name === 'iterations') data[0] = 3;
    if (name === 'rate') data[0] = 0.01;
  });
  return inputs;
}

describe('a whole training step', () => {
  it('gives what backend-cpu gives', async () => {
    for (const batch of [1, 5, 32]) {
      const of = trainingStep(batch);
      await expectLikeCpu(of, stepInputs(of));
    }
  });

  it('updates all state in place, and gives the same as with memory of its own, step after step', async () => {
    const of = trainingStep(5);
    const fused = await compileProgram(of, { arena });
    for (const update of of.updates) expect(fused.inPlace).toContainEqual(update);
    const inputs = stepInputs(of);

    const shared = inputs.map(inArena);
    const sharedOutputs = outputsOf(of);
    for (const { output, input } of of.updates) sharedOutputs[output] = shared[input]!;
    const step = fused.bind(shared, sharedOutputs);

    const apart = inputs.map(inArena);
    const apartOutputs = outputsOf(of);
    const other = fused.bind(apart, apartOutputs);
    for (let i = 0; i < 10; i++) {
      step.run();
      other.run();
      for (const { output, input } of of.updates) {
        expect(sharedOutputs[output]!.data).toEqual(apartOutputs[output]!.data);
        apart[input]!.data.set(apartOutputs[output]!.data);
      }
      expect(sharedOutputs.at(-1)!.data).toEqual(apartOutputs.at(-1)!.data);
    }
  });
});

describe('memory shared by outputs and inputs', () => {
  const shiftThenAdd = program((x) => tf.add(x, tf.reverse(x, 0)), float('x', 8));

  it('is refused where an element is read after it is written', async () => {
    const fused = await compileProgram(shiftThenAdd, { arena });
    expect(fused.inPlace).toEqual([]);
    const x = inArena(HostTensor.zeros([8]));
    expect(() => fused.bind([x], [x])).toThrow('[BUFFERS_OVERLAP]');
  });

  it('is refused where it overlaps in part, or two outputs share it', async () => {
    const of = program((x) => [tf.neg(x), tf.abs(x)], float('x', 8));
    const fused = await compileProgram(of, { arena });
    const both = inArena(HostTensor.zeros([12]));
    const part = (start: number): HostTensor => new HostTensor(both.data.subarray(start, start + 8), [8]);
    const [x, y] = [inArena(HostTensor.zeros([8])), inArena(HostTensor.zeros([8]))];
    expect(() => fused.bind([part(0)], [part(4), y])).toThrow('[BUFFERS_OVERLAP]');
    expect(() => fused.bind([x], [y, y])).toThrow('[BUFFERS_OVERLAP]');
  });

  it('is allowed for an input that only earlier loops read otherwise', async () => {
    const of = simplify(
      new Program({
        ...program(
          (w, x) => [tf.sub(w, tf.matMul(tf.transpose(x), tf.matMul(x, w))), tf.sum(w)],
          float('w', 3, 5),
          float('x', 4, 3),
        ),
        updates: [{ output: 0, input: 0 }],
      }),
    );
    const fused = await compileProgram(of, { arena });
    expect(fused.inPlace).toContainEqual({ output: 0, input: 0 });
    const inputs = numbers(of);
    const apart = await run(of, inputs, 'simd');
    const [w, x, sum] = [inArena(inputs[0]!), inArena(inputs[1]!), inArena(HostTensor.zeros([]))];
    fused.bind([w, x], [w, sum]).run();
    expect(w.data).toEqual(apart[0]!.data);
    expect(sum.data).toEqual(apart[1]!.data);
  });
});

describe('compileProgram', () => {
  const of = program((x) => tf.neg(x), float('x', 4));

  it('names the kernel and the layer of a node that it cannot run', async () => {
    const convolution = program(
      (x, k) => tf.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, 1, 'same'),
      float('x', 1, 4, 4, 1),
      float('k', 3, 3, 1, 2),
    );
    await expect(compileProgram(convolution, { arena })).rejects.toThrow('[KERNEL_UNSUPPORTED]');
    expect(supports(convolution.nodes[0]!, convolution)).toBe(false);
  });

  it('tells element-wise nodes from those that broadcast or fold', () => {
    const mixed = program(
      (x, b) => [tf.add(x, 1), tf.add(x, b), tf.sum(x), tf.exp(x)],
      float('x', 3, 4),
      float('b', 4),
    );
    expect(mixed.nodes.map((node) => [node.kernel, isElementWise(node, mixed)])).toEqual([
      ['Add', true],
      ['Add', false],
      ['Sum', false],
      ['Exp', true],
    ]);
  });

  it('refuses tensors of another shape, dtype or memory, and runs after dispose', async () => {
    const fused = await compileProgram(of, { arena });
    const [x, y] = [inArena(HostTensor.zeros([4])), inArena(HostTensor.zeros([4]))];
    expect(() => fused.bind([inArena(HostTensor.zeros([5]))], [y])).toThrow('[SHAPE_MISMATCH]');
    expect(() => fused.bind([inArena(HostTensor.zeros([4], 'int32'))], [y])).toThrow('[DTYPE_MISMATCH]');
    expect(() => fused.bind([HostTensor.zeros([4])], [y])).toThrow('[BUFFER_FOREIGN]');
    expect(() => fused.bind([x], [])).toThrow('[PROGRAM_INVALID]');
    const bound = fused.bind([x], [y]);
    fused.dispose();
    expect(() => bound.run()).toThrow('[EXECUTABLE_DISPOSED]');
    expect(() => fused.bind([x], [y])).toThrow('[EXECUTABLE_DISPOSED]');
  });

  it('gives back all memory it took', async () => {
    const before = arena.used;
    const fused = await compileProgram(trainingStep(2), { arena });
    expect(arena.used).toBeGreaterThan(before);
    fused.dispose();
    expect(arena.used).toBe(before);
  });

  it('runs in plain memory where there is no WebAssembly', async () => {
    const plain = createArena({ bytes: 65536, plain: true });
    const fused = await compileProgram(of, { arena: plain });
    expect(fused.path).toBe('plain');
    const [x, y] = [plain.tensor([4]), plain.tensor([4])];
    x.data.set([1, 2, 3, 4]);
    fused.bind([x], [y]).run();
    expect([...y.data]).toEqual([-1, -2, -3, -4]);
  });
});
