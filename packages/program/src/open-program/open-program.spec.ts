// What files hold of functions: templates found by capture, run at any size, written and read, and refused when damaged.
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { capture } from '../capture.js';
import { isLamellaError } from '../errors.js';
import { diffPrograms } from '../passes/diff-programs.js';
import { simplify } from '../passes/simplify.js';
import { random } from '../random.js';
import { openProgram, type OpenArgument } from './capture-open-program.js';
import { OpenProgram } from './open-program.js';
import { readOpenProgram, writeOpenProgram } from './open-program-json.js';
import { isPolynomial } from './size.js';

const x: OpenArgument = { name: 'x', shape: [null, 4], dtype: 'float32' };

/** The template after a turn through JSON text. */
function throughFile(template: OpenProgram): OpenProgram {
  return readOpenProgram(JSON.parse(JSON.stringify(writeOpenProgram(template))));
}

/** Compares with a fresh capture at some sizes. */
function expectFollows(
  fn: (...tensors: tf.Tensor[]) => tf.Tensor | tf.Tensor[],
  args: OpenArgument[],
  shapes: number[][][],
): void {
  const template = throughFile(openProgram(fn, args));
  for (const given of shapes) {
    const fresh = capture(
      fn,
      args.map((arg, i) => ({ ...arg, shape: given[i]! })),
    ).program;
    expect(diffPrograms(template.atShapes(given), fresh)).toBeNull();
  }
}

describe('openProgram', () => {
  it('leaves the batch open in shapes, attributes and constants', () => {
    expectFollows(
      (a) => tf.reshape(tf.add(a, tf.zeros([a.shape[0]!, 4])), [a.shape[0]! * 4]),
      [x],
      [[[3, 4]], [[1, 4]], [[257, 4]]],
    );
  });

  it('follows products and squares of the size', () => {
    const outer = (a: tf.Tensor): tf.Tensor =>
      tf.reshape(tf.matMul(a as tf.Tensor2D, a as tf.Tensor2D, false, true), [a.shape[0]! ** 2, 1]);
    expectFollows(outer, [x], [[[2, 4]], [[31, 4]]]);
  });

  it('takes scalars computed from the size', () => {
    expectFollows((a) => tf.div(tf.sum(a, 0), a.shape[0]!), [x], [[[7, 4]]]);
  });

  it('keeps several unknown dimensions apart', () => {
    const product = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.matMul(a, b, false, true);
    const sequence = (name: string): OpenArgument => ({ name, shape: [null, null, 3], dtype: 'float32' });
    expectFollows(
      product,
      [sequence('a'), sequence('b')],
      [
        [
          [2, 5, 3],
          [2, 7, 3],
        ],
        [
          [1, 1, 3],
          [1, 4, 3],
        ],
      ],
    );
  });

  it('keeps the sizes of two images apart, and ties none of more than it can tell apart', () => {
    const image = (name: string): OpenArgument => ({ name, shape: [null, null, null, 2], dtype: 'float32' });
    const meanOf = (x: tf.Tensor): tf.Tensor => tf.mean(x, [1, 2], true);
    expectFollows(
      (a, b) => tf.add(a, meanOf(b)),
      [image('a'), image('b')],
      [
        [
          [1, 3, 4, 2],
          [1, 5, 7, 2],
        ],
      ],
    );
    const three = [image('a'), image('b'), image('c')];
    expect(() => openProgram((a, b, c) => tf.add(a, tf.add(meanOf(b), meanOf(c))), three)).toThrow(
      '[NOT_BATCH_POLYMORPHIC] Function: it has 7 unknown dimensions, at most 6 are supported.',
    );
    expect(openProgram((a, b, c) => tf.add(a, tf.add(b, c)), three).unknowns).toEqual([
      'batch',
      'axis_1',
      'axis_2',
    ]);
  });

  it('ties no sizes to make up for what follows them in no simple way', () => {
    const image: OpenArgument = { name: 'image', shape: [null, null, null, 1], dtype: 'float32' };
    const scaled = (x: tf.Tensor): tf.Tensor => tf.mul(x, Math.sqrt(x.shape[1]! * x.shape[2]!));
    expect(() => openProgram(scaled, [image])).toThrow('NOT_BATCH_POLYMORPHIC');
  });

  it('ties unknown dimensions on equal axes where the function needs it', () => {
    const sequence = (name: string): OpenArgument => ({ name, shape: [null, null, 3], dtype: 'float32' });
    expectFollows(
      (a, b) => tf.add(a, b),
      [sequence('a'), sequence('b')],
      [
        [
          [2, 5, 3],
          [2, 5, 3],
        ],
      ],
    );
  });

  it('ties just those that the function needs to be equal', () => {
    const args: OpenArgument[] = [
      { name: 'a', shape: [null, null, null], dtype: 'float32' },
      { name: 'b', shape: [null, null, 5], dtype: 'float32' },
    ];
    const product = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.matMul(a, b);
    expect(openProgram(product, args).unknowns).toEqual(['batch', 'a.1', 'a.2']);
    expectFollows(product, args, [
      [
        [2, 7, 3],
        [2, 3, 5],
      ],
      [
        [1, 3, 3],
        [1, 3, 5],
      ],
    ]);
  });

  it('follows sizes that are rounded down, by any of the usual divisions', () => {
    const image: OpenArgument = { name: 'image', shape: [null, null, null, 1], dtype: 'float32' };
    const parts =
      (divisor: number) =>
      (x: tf.Tensor): tf.Tensor =>
        tf.slice(
          x,
          [0, 1, 0, 0],
          [-1, Math.floor((x.shape[1]! - 1) / divisor), Math.ceil(x.shape[2]! / divisor), 1],
        );
    for (const divisor of [2, 3, 4, 8])
      expectFollows(parts(divisor), [image], [[[1, 17, 9, 1]], [[2, 33, 32, 1]], [[3, 20, 31, 1]]]);
    const halved = openProgram(parts(2), [image]);
    expect(String(halved)).toMatch(/size=\[-1, .*floor\(.*axis_1.*\/2\)/);
    expect(writeOpenProgram(halved).version).toBe(2);
  });

  it('knows the type of every value, from the capture or from a file', () => {
    const program = openProgram((a) => tf.sum(tf.concat([a, a], 0), 1), [x]);
    for (const one of [program, throughFile(program)]) {
      const types = one.graph.nodes.flatMap(({ outputs }) => outputs).map((id) => one.typeOf(id));
      expect(
        types.map(({ shape }) => shape.map((size) => (isPolynomial(size) ? size.print(['batch']) : size))),
      ).toEqual([['2*batch', 4], ['2*batch']]);
    }
  });

  it('is found of Programs when it is asked for', () => {
    const asked: number[] = [];
    const lazy = new OpenProgram(
      (batch: number) => {
        asked.push(batch);
        return capture((a) => tf.reshape(a!, [-1]), [{ ...x, shape: [batch, 4] }]).program;
      },
      ['batch'],
    );
    expect(lazy.at(3).type(lazy.at(3).outputs[0]!.id).shape).toEqual([12]);
    expect(asked).toEqual([3, 3]);
    expect(String(lazy)).toContain('program(%0: float32[batch, 4] argument "x")');
  });

  it('lets shape rules follow sizes that no polynomial does', () => {
    const image: OpenArgument = { name: 'image', shape: [null, null, null, 1], dtype: 'float32' };
    expectFollows((a) => tf.maxPool(a as tf.Tensor4D, 2, 2, 'same'), [image], [[[1, 5, 8, 1]]]);
  });

  it('draws random numbers of the batch, in the streams of the function itself', () => {
    const noisy = (a: tf.Tensor): tf.Tensor => tf.add(a, random.normal(a.shape, { stddev: 0.5 }));
    const template = throughFile(openProgram(noisy, [x]));
    const args = [{ name: 'x', shape: [2, 4], dtype: 'float32' as const }];
    const saved = capture((a) => template.call([a!]), args, { scope: 'noise' }).program;
    const live = capture((a) => noisy(a!), args, { scope: 'noise' }).program;
    expect(saved.inputs.map((input) => input.random)).toEqual(live.inputs.map((input) => input.random));
    expect(diffPrograms(saved, live)).toBeNull();
  });

  it('keeps the gradients of tf.customGrad', () => {
    const straightThrough = tf.customGrad(((a: tf.Tensor) => ({
      value: tf.round(a),
      gradFunc: (dy: tf.Tensor) => tf.mul(dy, tf.fill(a.shape, 2)),
    })) as never);
    expectFollows((a) => straightThrough(a), [x], [[[3, 4]], [[6, 4]]]);
    const node = simplify(openProgram((a) => straightThrough(a), [x]).atShapes([[3, 4]])).nodes.find(
      (n) => n.programs,
    );
    expect(node?.programs?.['gradient']?.nodes.length).toBeGreaterThan(0);
  });

  it.each([
    [
      'values that depend on the size',
      (a: tf.Tensor) =>
        tf.add(
          a,
          tf.tensor2d(
            Array.from({ length: a.shape[0]! * 4 }, (_, i) => i),
            [a.shape[0]!, 4],
          ),
        ),
      /constant/,
    ],
    [
      'loops over the batch',
      (a: tf.Tensor) => tf.addN(tf.unstack(a)),
      /operations|outputs|reads something else/,
    ],
    [
      'roots of a size',
      (a: tf.Tensor) => tf.slice(a, [0, 0], [Math.ceil(Math.sqrt(a.shape[0]!)), 4]),
      /for every batch size: operation 1, Slice follows the size/,
    ],
    [
      'fractions of the size',
      (a: tf.Tensor) => tf.mul(a, 1 / a.shape[0]!),
      /follows the size in no simple way: 0.333/,
    ],
  ])('refuses %s and says where', (_, fn, message) => {
    let caught: unknown;
    try {
      openProgram(fn, [x], { subject: 'Lambda "squash"' });
    } catch (error) {
      caught = error;
    }
    expect(isLamellaError(caught, 'NOT_BATCH_POLYMORPHIC')).toBe(true);
    expect((caught as Error).message).toMatch(/Lambda "squash"/);
    expect((caught as Error).message).toMatch(message);
  });

  it('names the dimension that is to blame', () => {
    const root = (a: tf.Tensor): tf.Tensor =>
      tf.slice(a, [0, 0, 0], [-1, Math.ceil(Math.sqrt(a.shape[1]!)), -1]);
    const image: OpenArgument = { name: 'x', shape: [null, null, 3], dtype: 'float32' };
    expect(() => openProgram(root, [image])).toThrow(/for every size of axis 1: operation 1, Slice/);
  });
});

describe('OpenProgram', () => {
  it('writes any Program, random inputs and numbers that JSON lacks included', () => {
    const { program } = capture(
      (a) => tf.clipByValue(tf.add(tf.maximum(a!, -Infinity), random.uniform([2])), -0, Infinity),
      [{ name: 'a', shape: [2], dtype: 'float32' }],
    );
    const again = throughFile(OpenProgram.of(program)).atShapes([[2]]);
    expect(again.inputs.map(({ name, kind, random: spec }) => ({ name, kind, spec }))).toEqual(
      program.inputs.map(({ name, kind, random: spec }) => ({ name, kind, spec })),
    );
    expect(diffPrograms(again, program)).toBeNull();
    expect(again.nodes.find((node) => node.kernel === 'ClipByValue')?.attrs).toEqual({
      clipValueMin: -0,
      clipValueMax: Infinity,
    });
  });

  it('holds long constants bit for bit', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => Math.fround(Math.sin(i) * 1e-3));
    values.set([NaN, -0, Infinity, 1e-45]);
    const { program } = capture(
      (a) => tf.add(a!, tf.tensor1d(values)),
      [{ name: 'a', shape: [1000], dtype: 'float32' }],
    );
    const again = throughFile(OpenProgram.of(program)).atShapes([[1000]]);
    expect(again.constants[0]!.data).toEqual(values);
  });

  it('prints as a listing, with sizes in the unknown dimensions', () => {
    const template = openProgram(
      (a) => tf.mul(tf.reshape(a, [a.shape[0]! * 4]), 0.5),
      [{ name: 'x', shape: [null, 4], dtype: 'float32' }],
    );
    expect(String(template)).toBe(
      [
        'program(%0: float32[batch, 4] argument "x")',
        '  %2: float32[] = constant {0.5}',
        '  %1 = Reshape(x: %0, shape=[4*batch])',
        '  %3 = Multiply(a: %1, b: %2)',
        '  return %3 "output_0"',
      ].join('\n'),
    );
  });

  it('refuses inputs that do not fit', () => {
    const template = openProgram((a, b) => tf.add(a, b), [x, { ...x, name: 'b' }]);
    expect(() =>
      template.atShapes([
        [2, 4],
        [3, 4],
      ]),
    ).toThrow(/SHAPE_MISMATCH.*expected inputs \[batch, 4\], \[batch, 4\], got \[2, 4\], \[3, 4\]/);
    expect(() => template.atShapes([[2, 4]])).toThrow(/expected 2 inputs, got 1/);
  });

  const good = writeOpenProgram(openProgram((a) => tf.relu(tf.add(a, 2)), [x])) as unknown as Record<
    string,
    unknown
  >;
  const [add, relu] = good['nodes'] as Record<string, unknown>[];
  const cyclic = { ...add, inputs: { a: (relu!['outputs'] as number[])[0], b: 0 } };

  it.each<[string, unknown, RegExp]>([
    ['something else', { hello: 1 }, /no stored Program/],
    ['another version', { ...good, version: 3 }, /version is 3/],
    ['unknown kernels', { ...good, nodes: [{ ...add, kernel: 'Exec' }, relu] }, /unknown kernel "Exec"/],
    [
      'loops without a body',
      { ...good, nodes: [{ ...add, kernel: 'Scan' }, relu] },
      /a Program: expected a record/,
    ],
    [
      'kernels named like members of every object',
      { ...good, nodes: [{ ...add, kernel: 'constructor' }, relu] },
      /unknown kernel/,
    ],
    ['cycles', { ...good, nodes: [cyclic, relu] }, /before it is computed/],
    [
      'values defined twice',
      { ...good, nodes: [add, { ...relu, outputs: add!['outputs'] }] },
      /defined twice/,
    ],
    [
      'missing inputs',
      { ...good, nodes: [{ ...add, inputs: { a: 0 } }, relu] },
      /PROGRAM_INVALID|NOT_CAPTURABLE/,
    ],
    [
      'too many outputs',
      { ...good, nodes: [{ ...add, outputs: [...(add!['outputs'] as number[]), 77] }, relu] },
      /gives 1 outputs/,
    ],
    [
      'absurd sizes',
      { ...good, nodes: [{ ...add, kernel: 'Tile', inputs: { x: 0 }, attrs: { reps: [1e9, 1e9] } }, relu] },
      /would give a tensor|shape/,
    ],
    [
      'keys that reach a prototype',
      { ...good, nodes: [{ ...add, attrs: JSON.parse('{"__proto__":{"polluted":1}}') as object }, relu] },
      /__proto__/,
    ],
    ['deep nesting', { ...good, nodes: [{ ...add, attrs: { a: nested(100) } }, relu] }, /nested/],
  ])('refuses %s', (_, json, message) => {
    expect(() => readOpenProgram(json).atShapes([[2, 4]])).toThrow(message);
  });
});

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)];
}
