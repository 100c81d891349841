// What files hold of functions: templates found by capture, run at any size, written and read, and refused when damaged.
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { capture } from '../capture.js';
import { isLamellaError } from '../errors.js';
import { diffPrograms } from '../passes/diff-programs.js';
import { simplify } from '../passes/simplify.js';
import { random } from '../random.js';
import { captureTemplate, type TemplateArgument } from './capture-template.js';
import { ProgramTemplate } from './program-template.js';

const x: TemplateArgument = { name: 'x', shape: [null, 4], dtype: 'float32' };

/** The template after a turn through JSON text. */
function throughFile(template: ProgramTemplate): ProgramTemplate {
  return ProgramTemplate.fromJSON(JSON.parse(JSON.stringify(template)));
}

/** Compares with a fresh capture at some sizes. */
function expectFollows(
  fn: (...tensors: tf.Tensor[]) => tf.Tensor | tf.Tensor[],
  args: TemplateArgument[],
  shapes: number[][][],
): void {
  const template = throughFile(captureTemplate(fn, args));
  for (const given of shapes) {
    const fresh = capture(
      fn,
      args.map((arg, i) => ({ ...arg, shape: given[i]! })),
    ).program;
    expect(diffPrograms(template.at(given), fresh)).toBeNull();
  }
}

describe('captureTemplate', () => {
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
    const sequence = (name: string): TemplateArgument => ({ name, shape: [null, null, 3], dtype: 'float32' });
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

  it('ties unknown dimensions on equal axes where the function needs it', () => {
    const sequence = (name: string): TemplateArgument => ({ name, shape: [null, null, 3], dtype: 'float32' });
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

  it('lets shape rules follow sizes that no polynomial does', () => {
    const image: TemplateArgument = { name: 'image', shape: [null, null, null, 1], dtype: 'float32' };
    expectFollows((a) => tf.maxPool(a as tf.Tensor4D, 2, 2, 'same'), [image], [[[1, 5, 8, 1]]]);
  });

  it('draws random numbers of the batch, in the streams of the function itself', () => {
    const noisy = (a: tf.Tensor): tf.Tensor => tf.add(a, random.normal(a.shape, { stddev: 0.5 }));
    const template = throughFile(captureTemplate(noisy, [x]));
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
    const node = simplify(captureTemplate((a) => straightThrough(a), [x]).at([[3, 4]])).nodes.find(
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
      'fractions of the size',
      (a: tf.Tensor) => tf.mul(a, 1 / a.shape[0]!),
      /follows the size in no simple way: 0.333/,
    ],
  ])('refuses %s and says where', (_, fn, message) => {
    let caught: unknown;
    try {
      captureTemplate(fn, [x], { subject: 'Lambda "squash"' });
    } catch (error) {
      caught = error;
    }
    expect(isLamellaError(caught, 'NOT_BATCH_POLYMORPHIC')).toBe(true);
    expect((caught as Error).message).toMatch(/Lambda "squash"/);
    expect((caught as Error).message).toMatch(message);
  });
});

describe('ProgramTemplate', () => {
  it('writes any Program, random inputs and numbers that JSON lacks included', () => {
    const { program } = capture(
      (a) => tf.clipByValue(tf.add(tf.maximum(a!, -Infinity), random.uniform([2])), -0, Infinity),
      [{ name: 'a', shape: [2], dtype: 'float32' }],
    );
    const again = throughFile(ProgramTemplate.of(program)).at([[2]]);
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
    const again = throughFile(ProgramTemplate.of(program)).at([[1000]]);
    expect(again.constants[0]!.data).toEqual(values);
  });

  it('prints as a listing, with sizes in the unknown dimensions', () => {
    const template = captureTemplate(
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
    const template = captureTemplate((a, b) => tf.add(a, b), [x, { ...x, name: 'b' }]);
    expect(() =>
      template.at([
        [2, 4],
        [3, 4],
      ]),
    ).toThrow(/SHAPE_MISMATCH.*expected inputs \[batch, 4\], \[batch, 4\], got \[2, 4\], \[3, 4\]/);
    expect(() => template.at([[2, 4]])).toThrow(/expected 2 inputs, got 1/);
  });

  const good = captureTemplate((a) => tf.relu(tf.add(a, 2)), [x]).toJSON() as unknown as Record<
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
    expect(() => ProgramTemplate.fromJSON(json).at([[2, 4]])).toThrow(message);
  });
});

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)];
}
