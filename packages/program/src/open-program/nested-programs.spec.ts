import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { capture } from '../capture.js';
import { cond } from '../control-flow/cond.js';
import { scan } from '../control-flow/scan.js';
import { whileLoop } from '../control-flow/while-loop.js';
import { gradients } from '../gradients.js';
import { diffPrograms } from '../passes/diff-programs.js';
import { random } from '../random.js';
import { floats } from '../testing/sample.js';
import { differences, type Computation } from '../testing/same-computation.js';
import { openProgram } from './capture-open-program.js';
import type { OpenProgram } from './open-program.js';
import { readOpenProgram, writeOpenProgram } from './open-program-json.js';

beforeAll(() => tf.setBackend('cpu'));

/** A scan over the time of [batch, time, 3], in which there is a loop, and a choice behind it. */
const summed: Computation = (x) => {
  const [total, all] = scan(
    (sum: tf.Tensor, row: tf.Tensor) => {
      const small = whileLoop(
        (v: tf.Tensor) => tf.greater(tf.max(v), 0.5),
        (v) => tf.mul(v, 0.7),
        tf.add(sum, row),
        { maximumIterations: 4 },
      );
      return [small, tf.mul(small, tf.scalar(x!.shape[0]!))];
    },
    tf.zeros([x!.shape[0]!, 3]),
    tf.transpose(x!, [1, 0, 2]),
  );
  return cond(
    tf.greater(tf.sum(total), 0),
    () => tf.transpose(all, [1, 0, 2]),
    () => x!,
  );
};
const open = { name: 'x', shape: [null, null, 3], dtype: 'float32' } as const;
const template = openProgram((x) => summed(x) as tf.Tensor, [open]);
const saved = (): OpenProgram => readOpenProgram(JSON.parse(JSON.stringify(writeOpenProgram(template))));

describe('a template with loops and choices', () => {
  it('is written as version 2, one without them as version 1', () => {
    expect(writeOpenProgram(template).version).toBe(2);
    expect(writeOpenProgram(openProgram((x) => tf.relu(x), [open])).version).toBe(1);
  });

  it('follows every batch and every length after it has been saved', () => {
    for (const shape of [
      [1, 1, 3],
      [2, 4, 3],
      [3, 2, 3],
    ]) {
      const input = floats(shape, -1, 1);
      const live = capture((x) => summed(x!), [{ name: 'x', shape, dtype: 'float32' }]).program;
      expect(diffPrograms(saved().atShapes([shape]), live)).toBe(null);
      expect(differences(summed, (x) => saved().call([x!])[0]!, [input])).toEqual([]);
    }
  });

  it('runs outside of a capture', () => {
    const values = tf.tidy(() => {
      const x = tf.tensor(floats([2, 3, 3], -1, 1).values as number[], [2, 3, 3]);
      return [saved().call([x])[0]!.arraySync(), (summed(x) as tf.Tensor).arraySync()] as never;
    }) as unknown[];
    expect(values[0]).toEqual(values[1]);
  });

  it('has the gradients of the function', () => {
    const slope =
      (fn: Computation): Computation =>
      (x) =>
        gradients(tf.sum(tf.square(fn(x!) as tf.Tensor)), [x!])[0]!;
    const loaded: Computation = (x) => saved().call([x!])[0]!;
    expect(differences(slope(summed), slope(loaded), [floats([2, 3, 3], -1, 1)])).toEqual([]);
  });

  it('draws one block for the steps it is given', () => {
    const noisy = openProgram(
      (x) =>
        scan(
          (sum: tf.Tensor, row: tf.Tensor) => [tf.add(sum, tf.add(row, random.uniform([3]))), null],
          tf.zeros([3]),
          x,
        )[0],
      [{ name: 'x', shape: [null, 3], dtype: 'float32' }],
    );
    const program = readOpenProgram(JSON.parse(JSON.stringify(writeOpenProgram(noisy)))).atShapes([[5, 3]]);
    expect(program.inputs.map(({ id, kind }) => [kind, program.type(id).shape])).toEqual([
      ['argument', [5, 3]],
      ['random', [5, 3]],
    ]);
  });
});

type Node = Record<string, unknown> & {
  programs: Record<string, Graph>;
  inputs: Record<string, number>;
  attrs: object;
};
type Graph = { nodes: Node[]; inputs: Record<string, unknown>[]; outputs: unknown[] };

/** The stored form of a scan of two steps, with one of its parts changed. */
function stored(change: (node: Node, graph: Graph) => void): unknown {
  const small = openProgram(
    (x) => scan((sum: tf.Tensor, row: tf.Tensor) => [tf.add(sum, row), row], tf.zeros([2]), x)[0],
    [{ name: 'x', shape: [2, 2], dtype: 'float32' }],
  );
  const json = JSON.parse(JSON.stringify(writeOpenProgram(small))) as Graph;
  change(
    json.nodes.find(({ kernel }) => kernel === 'Scan')!,
    json,
  );
  return json;
}

it('a stored loop without end is refused', () => {
  const ends = openProgram(
    (x) =>
      whileLoop(
        (v: tf.Tensor) => tf.less(tf.sum(v), 3),
        (v) => tf.add(v, 1),
        x,
      ),
    [{ name: 'x', shape: [2], dtype: 'float32' }],
  );
  const json = JSON.parse(JSON.stringify(writeOpenProgram(ends))) as Graph;
  const body = json.nodes[0]!.programs['body']!;
  body.outputs = [{ id: body.inputs[0]!['id'], name: 'same' }];
  expect(() => readOpenProgram(json).atShapes([[2]])).toThrow('[LOOP_ENDLESS]');
});

describe('a hostile stored loop', () => {
  it.each<[string, (node: Node, graph: Graph) => void, RegExp]>([
    [
      'more carries than inputs',
      (node) => (node.attrs = { ...node.attrs, carries: 9 }),
      /attribute carries of Scan/,
    ],
    ['a negative length', (node) => (node.attrs = { ...node.attrs, length: -1 }), /attribute length of Scan/],
    [
      'another length than its sequences have',
      (node) => (node.attrs = { ...node.attrs, length: 3 }),
      /has 2 elements, not 3/,
    ],
    [
      'a length that is no number',
      (node) => (node.attrs = { ...node.attrs, length: '2' }),
      /attribute length/,
    ],
    ['inputs with other names', (node) => (node.inputs = { a: 0, b: 0 }), /are named a, b/],
    [
      'fewer inputs than its body takes',
      (node) => delete node.inputs['1'],
      /attribute sequences of Scan|other inputs than its node/,
    ],
    ['a body that changes the carry', (node) => (node.programs['body']!.outputs = []), /the carries of Scan/],
    ['no body', (node) => (node.programs = {}), /expected a record, got null/],
    [
      'Programs that no kernel holds',
      (node) => (node.programs['then'] = node.programs['body']!),
      /Scan holds only body/,
    ],
    [
      'a body with state of its own',
      (node) => (node.programs['body']!.inputs[0]!['kind'] = 'state'),
      /has the state input/,
    ],
    [
      'random numbers of its own',
      (node) =>
        Object.assign(node.programs['body']!.inputs[0]!, {
          kind: 'random',
          random: { distribution: 'normal', stream: 'x:0' },
        }),
      /has the random input/,
    ],
    [
      'Programs held by a kernel that holds none',
      (_, graph) => (graph.nodes[0]!.kernel = 'Neg'),
      /holds no Programs|unknown kernel|PROGRAM_INVALID/,
    ],
    [
      'a body that holds itself',
      (node) => {
        const body = node.programs['body']!;
        body.nodes = [{ ...node, programs: { body } }];
      },
      /nested more than 16 deep/,
    ],
    [
      'bodies nested without end',
      (node) => {
        for (let depth = 0; depth < 40; depth++) {
          const body = node.programs['body']!;
          node.programs = {
            body: { ...body, nodes: [{ ...node, outputs: [90 + depth], inputs: {}, programs: { body } }] },
          };
        }
      },
      /nested more than 16 deep|before it is computed/,
    ],
    [
      'an absurd number of nodes',
      (node) => {
        const body = node.programs['body']!;
        body.nodes = new Array<Node>(300_000).fill(body.nodes[0]!);
      },
      /300000 entries, at most 100000/,
    ],
    [
      'an absurd number of results',
      (node, graph) => {
        graph.inputs[0]!['shape'] = [0, 2];
        node.attrs = { carries: 2, sequences: 0, length: 2 ** 31 - 1 };
      },
      /PROGRAM_INVALID|SHAPE_MISMATCH/,
    ],
  ])('with %s is refused', (_what, change, expected) => {
    const wrong = (): unknown => readOpenProgram(stored(change)).atShapes([[2, 2]]);
    expect(wrong).toThrow(expected);
  });
});
