import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { assignState, capture, readState } from '../capture.js';
import { gradients } from '../gradients.js';
import { scanKernel } from '../program.js';
import { random } from '../random.js';
import { gradientFaults } from '../testing/check-gradient.js';
import { argumentsFor, floats, given, type Sample } from '../testing/sample.js';
import {
  differences,
  programOf,
  valuesOf,
  withGradients,
  type Computation,
} from '../testing/same-computation.js';
import { cond } from './cond.js';
import { scan, type ScanOptions } from './scan.js';

beforeAll(() => tf.setBackend('cpu'));

type Step = (carry: tf.Tensor, x: tf.Tensor, ...others: tf.Tensor[]) => [tf.Tensor, tf.Tensor];

/** A recurrence with a product, a bias, and results of another shape than the carry. */
const recurrence: Step = (h, x, w, b) => {
  const next = tf.tanh(tf.add(tf.add(tf.matMul(h, w!), x), b!));
  return [next, tf.sum(tf.square(next), 1)];
};

function scanned(step: Step, options: ScanOptions = {}): Computation {
  return (h, xs, ...others) => scan((c: tf.Tensor, x: tf.Tensor) => step(c, x, ...others), h!, xs!, options);
}

function unrolled(step: Step, { reverse = false } = {}): Computation {
  return (h, xs, ...others) => {
    let carry = h!;
    const items = tf.unstack(xs!);
    const results: tf.Tensor[] = [];
    for (let i = 0; i < items.length; i++) {
      const t = reverse ? items.length - 1 - i : i;
      const [next, y] = step(carry, items[t]!, ...others);
      carry = next;
      results[t] = y;
    }
    return [carry, tf.stack(results)];
  };
}

const samples = (steps: number): Sample[] => [
  floats([2, 3], -1, 1),
  floats([steps, 2, 3], -1, 1),
  floats([3, 3], -1, 1),
  floats([3], -1, 1),
];
const message = (fn: () => unknown): string => {
  try {
    fn();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('expected an error');
};

describe('scan', () => {
  it.each([1, 2, 5])('gives what %d steps one by one give, and the same gradients', (steps) => {
    const [a, b] = [withGradients(scanned(recurrence)), withGradients(unrolled(recurrence))];
    expect(differences(a, b, samples(steps))).toEqual([]);
  });

  it('goes backwards', () => {
    const a = withGradients(scanned(recurrence, { reverse: true }));
    const b = withGradients(unrolled(recurrence, { reverse: true }));
    expect(differences(a, b, samples(4))).toEqual([]);
  });

  it('has gradients that agree with finite differences', () => {
    const run = (...xs: tf.Tensor[]): tf.Tensor[] => scanned(recurrence)(...xs) as tf.Tensor[];
    expect(gradientFaults({ kernel: scanKernel, title: '', inputs: samples(3), run })).toEqual([]);
  });

  it('is one node, whatever the number of steps, and prints what it holds', () => {
    const program = programOf(scanned(recurrence), samples(7));
    expect(program.nodes.map(({ kernel }) => kernel)).toEqual([scanKernel]);
    expect(program.toString()).toContain('body = program(%0: float32[2, 3] argument "argument_0"');
  });

  it('without a step gives back the carry, and results without elements', () => {
    const program = programOf(withGradients(scanned(recurrence)), samples(0));
    expect(program.outputs.map(({ id }) => program.type(id).shape)).toEqual([
      [2, 3],
      [0, 2],
      [2, 3],
      [0, 2, 3],
      [3, 3],
      [3],
    ]);
    const [h, , dh, , dw] = valuesOf(program, samples(0));
    expect(h).toEqual(samples(0)[0]!.values);
    expect(dh!.map((x) => Number(x.toFixed(4)))).toEqual([0.3, 1.3, 2.3, 3.3, 4.3, 5.3]);
    expect(dw).toEqual(new Array(9).fill(0));
  });

  it('runs outside of a capture', () => {
    const sums = (length: number): unknown =>
      tf.tidy(() => {
        const [last, all] = scan(
          (total: { n: tf.Tensor }, x: tf.Tensor) => [{ n: tf.add(total.n, x) }, [tf.mul(x, 2)]],
          { n: tf.scalar(1) },
          tf.range(1, 1 + length),
        );
        return [last.n.arraySync(), all[0]!.arraySync()];
      });
    expect(sums(3)).toEqual([7, [2, 4, 6]]);
    expect(sums(0)).toEqual([1, []]);
    const { numTensors } = tf.memory();
    sums(3);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('takes and gives trees, and steps without sequences or results', () => {
    const fn: Computation = (a, b) => {
      const [carry, results] = scan(
        (
          { p, q }: { p: tf.Tensor; q: readonly [tf.Tensor, tf.Tensor] },
          x: { y: tf.Tensor; x: tf.Tensor },
        ) => [
          { q: [tf.add(q[0], x.x), tf.mul(q[1], 2)] as const, p: tf.add(p, x.y) },
          { sum: tf.add(p, q[1]), all: [x.x] },
        ],
        { p: a!, q: [tf.zeros([2]), tf.ones([2])] as const },
        { y: b!, x: tf.mul(b!, 10) },
      );
      const [powers, none] = scan((v: tf.Tensor, _: null) => [tf.mul(v, v), null], tf.scalar(2), null, {
        length: 3,
      });
      expect(none).toBe(null);
      return [carry.p, ...carry.q, results.sum, results.all[0]!, powers];
    };
    expect(
      valuesOf(programOf(fn, [given([1, 2]), given([1, 2, 3, 4], 'float32', [2, 2])]), [
        given([1, 2]),
        given([1, 2, 3, 4], 'float32', [2, 2]),
      ]),
    ).toEqual([[5, 8], [40, 60], [4, 4], [2, 3, 4, 6], [10, 20, 30, 40], [256]]);
  });

  it('keeps the carry and gives zeros where the mask is false', () => {
    const step: Step = (h, x) => [tf.add(h, x), tf.mul(x, 2)];
    const run = (mask: tf.Tensor, reverse: boolean): unknown =>
      tf
        .tidy(() => scanned(step, { mask, reverse })(tf.zeros([2, 1]), tf.ones([3, 2, 1])) as tf.Tensor[])
        .map((y) => y.arraySync());
    const mask = tf.tensor2d(
      [
        [1, 1],
        [0, 1],
        [1, 0],
      ],
      [3, 2],
      'bool',
    );
    expect(run(mask, false)).toEqual([
      [[2], [2]],
      [
        [[2], [2]],
        [[0], [2]],
        [[2], [0]],
      ],
    ]);
    expect(run(tf.tensor1d([false, true, false]), true)).toEqual([
      [[1], [1]],
      [
        [[0], [0]],
        [[2], [2]],
        [[0], [0]],
      ],
    ]);
  });

  it('has the gradients of masked steps', () => {
    const choose = (mask: tf.Tensor, x: tf.Tensor, y: tf.Tensor): tf.Tensor =>
      tf.where(tf.broadcastTo(tf.reshape(mask, [2, 1]), [2, 3]), x, y);
    const mask = (): tf.Tensor =>
      tf.tensor2d(
        [
          [1, 0],
          [1, 1],
          [0, 1],
        ],
        [3, 2],
        'bool',
      );
    const a: Computation = (...xs) =>
      scanned((h, x, w, b) => [recurrence(h, x, w!, b!)[0], tf.square(h)], { mask: mask() })(...xs);
    const b: Computation = (h, xs, w, b) => {
      const masks = tf.unstack(mask());
      let carry = h!;
      const results = tf.unstack(xs!).map((x, t) => {
        const result = choose(masks[t]!, tf.square(carry), tf.zerosLike(carry));
        carry = choose(masks[t]!, recurrence(carry, x, w!, b!)[0], carry);
        return result;
      });
      return [carry, tf.stack(results)];
    };
    expect(differences(withGradients(a), withGradients(b), samples(3))).toEqual([]);
  });

  it('holds scans, with the same gradients', () => {
    const inner = (x: tf.Tensor, w: tf.Tensor): tf.Tensor =>
      scan((c: tf.Tensor, row: tf.Tensor) => [tf.sin(tf.add(tf.mul(c, w), row)), row], tf.zeros([3]), x)[0];
    const innerUnrolled = (x: tf.Tensor, w: tf.Tensor): tf.Tensor =>
      tf.unstack(x).reduce((c, row) => tf.sin(tf.add(tf.mul(c, w), row)), tf.zeros([3]));
    const outer =
      (nested: typeof inner): Step =>
      (h, x, _w, b) => {
        const next = tf.add(tf.mul(h, 0.5), nested(x, b!));
        return [next, tf.square(next)];
      };
    const a = withGradients(scanned(outer(inner)));
    const b = withGradients(unrolled(outer(innerUnrolled)));
    expect(differences(a, b, samples(3))).toEqual([]);
  });

  it('holds gradients of scans, and choices', () => {
    const slope =
      (run: Computation): Step =>
      (h, x, w, b) => {
        const [y] = run(h, tf.stack([x, tf.neg(x)]), w!, b!) as tf.Tensor[];
        const [found] = gradients(tf.sum(tf.square(y!)), [h]);
        const next = cond(
          tf.less(tf.sum(h), 0.5),
          () => tf.mul(h, 0.9),
          () => tf.sub(h, tf.mul(found!, 0.1)),
        );
        return [next, tf.sum(found!, 1)];
      };
    const a = withGradients(scanned(slope(scanned(recurrence))));
    const b = withGradients(unrolled(slope(unrolled(recurrence))));
    expect(differences(a, b, samples(3), 1e-4)).toEqual([]);
  });

  it('is differentiated twice', () => {
    const twice =
      (run: Computation): Computation =>
      (h, xs, w, b) => {
        const [y] = run(h!, xs!, w!, b!) as tf.Tensor[];
        return gradients(tf.sum(tf.square(y!)), [h!, w!]).map((slope) => slope!);
      };
    const a = withGradients(twice(scanned(recurrence)));
    const b = withGradients(twice(unrolled(recurrence)));
    expect(differences(a, b, samples(3), 1e-4)).toEqual([]);
  });

  it('carries integers and counters beside floats', () => {
    const fn: Computation = (h, xs) => {
      const [{ x, n }] = scan(
        (carry: { x: tf.Tensor; n: tf.Tensor }, item: tf.Tensor) => [
          {
            x: tf.add(tf.mul(carry.x, tf.cast(carry.n, 'float32')), item),
            n: tf.add(carry.n, tf.scalar(1, 'int32')),
          },
          null,
        ],
        { x: h!, n: tf.scalar(1, 'int32') },
        xs!,
      );
      return [x, tf.cast(n, 'float32')];
    };
    const found = valuesOf(programOf(withGradients(fn), [given([1]), given([1, 1, 1], 'float32', [3, 1])]), [
      given([1]),
      given([1, 1, 1], 'float32', [3, 1]),
    ]);
    // ((1 * 1 + 1) * 2 + 1) * 3 + 1, and what it depends on: 1 * 2 * 3, [2 * 3, 3, 1].
    expect(found.map((values) => values.map((x) => Math.round(x / 0.3) * 0.3 || x))).toHaveLength(4);
    expect(found[0]).toEqual([16]);
    expect(found[1]).toEqual([4]);
    expect(found[2]!.map((x) => x / Math.fround(0.3))).toEqual([6]);
    expect(found[3]!.map((x) => x / Math.fround(0.3))).toEqual([6, 3, 1]);
  });

  it('draws one block of random numbers for all steps, as many as steps one by one take', () => {
    const noisy = (block: (t: number) => tf.Tensor): Step => {
      let t = 0;
      return (h, x) => {
        const next = tf.add(tf.add(h, x), block(t++));
        return [next, next];
      };
    };
    const a = programOf(scanned(noisy(() => random.normal([2, 3]))), samples(4).slice(0, 2));
    const b = programOf(
      (...xs) => {
        const block = tf.unstack(random.normal([4, 2, 3]));
        return unrolled(noisy((t) => block[t]!))(...xs);
      },
      samples(4).slice(0, 2),
    );
    const inputs = (program: typeof a): unknown =>
      program.inputs.map(({ id, kind, random: spec }) => [kind, spec, program.type(id)]);
    expect(inputs(a)).toEqual(inputs(b));
    const drawn = [...samples(4).slice(0, 2), floats([4, 2, 3], -2, 2)];
    expect(valuesOf(a, drawn)).toEqual(valuesOf(b, drawn));
  });

  it('reads weights inside, and sees what was assigned before', () => {
    const slot = { name: 'w', shape: [3], dtype: 'float32' } as const;
    const { program, slots } = capture(
      (h, xs) => {
        assignState(slot, tf.add(readState(slot), 1));
        return scanned((c, x) => [tf.mul(tf.add(c, x), readState(slot)), x])(h!, xs!);
      },
      argumentsFor(samples(2).slice(0, 2)),
    );
    expect(slots).toEqual([slot]);
    expect(program.nodes.map(({ kernel }) => kernel)).toEqual(['Add', scanKernel]);
  });

  it.each<[string, () => unknown, string]>([
    [
      'a carry of another shape',
      () => scan((h: tf.Tensor, x: tf.Tensor) => [tf.concat([h, x]), x], tf.zeros([1]), tf.zeros([2, 1])),
      '[CARRY_MISMATCH] scan(): expected every step to give a carry as it takes it, float32[1], got float32[2].',
    ],
    [
      'a carry of another dtype',
      () => scan((h: tf.Tensor, x: tf.Tensor) => [tf.cast(h, 'int32'), x], tf.zeros([1]), tf.zeros([2, 1])),
      '[CARRY_MISMATCH] scan(): expected every step to give a carry as it takes it, float32[1], got int32[1].',
    ],
    [
      'a carry of another structure',
      () => scan((h: tf.Tensor, x: tf.Tensor) => [[h] as never, x], tf.zeros([1]), tf.zeros([2, 1])),
      'as it takes it, float32[1], got [float32[1]].',
    ],
    [
      'no length',
      () => scan((h: tf.Tensor, _: null) => [h, h], tf.zeros([1]), null),
      'expected sequences or a length, got neither',
    ],
    [
      'sequences of other lengths',
      () =>
        scan((h: tf.Tensor, [x]: readonly tf.Tensor[]) => [h, x!], tf.zeros([1]), [
          tf.zeros([2, 1]),
          tf.zeros([3, 1]),
        ]),
      'expected sequences of 2 elements along their first axis, got one of 3',
    ],
    [
      'half a step',
      () => scan((h: tf.Tensor, _: null) => [h, h], tf.zeros([1]), null, { length: 1.5 }),
      'expected a whole number of steps, got 1.5',
    ],
    [
      'no pair',
      () => scan(((h: tf.Tensor) => h) as never, tf.zeros([1]), tf.zeros([2])),
      'expected the step to give a pair',
    ],
    [
      'what is no tensor',
      () => scan((h: tf.Tensor, _: null) => [h, 3 as never], tf.zeros([1]), null, { length: 2 }),
      'expected tensors, got number',
    ],
    [
      'a mask that does not fit',
      () => scan((h: tf.Tensor, _: null) => [h, h], tf.zeros([2, 1]), null, { mask: tf.ones([3, 4]) }),
      'expected a mask whose elements have a shape that leads [2, 1], got [4]',
    ],
  ])('refuses %s', (_what, fn, expected) => {
    expect(message(() => tf.tidy(() => fn() as tf.TensorContainer))).toContain(expected);
    const captured = message(() => capture(() => (fn() as tf.Tensor[])[0]!, [], { subject: 'Lambda "f"' }));
    expect(captured).toContain(expected.replace('scan():', 'scan() in Lambda "f":'));
  });

  it('refuses a weight assigned inside', () => {
    const slot = { name: 'w', shape: [], dtype: 'float32' } as const;
    const wrong = (): unknown =>
      capture(
        (x) =>
          scan((h: tf.Tensor, item: tf.Tensor) => (assignState(slot, item), [h, h]), tf.scalar(0), x!)[0],
        [{ name: 'x', shape: [2], dtype: 'float32' }],
        { subject: 'Lambda "f"' },
      );
    expect(wrong).toThrow('[ASSIGN_IN_BODY] Lambda "f": the body of scan() assigns weight "w".');
  });
});
