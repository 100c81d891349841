import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { capture } from '../capture.js';
import { isLamellaError } from '../errors.js';
import { argumentsFor } from '../testing/sample.js';
import * as families from '../testing/shape-cases/index.js';
import { OpenProgram } from './open-program.js';
import { readOpenProgram, writeOpenProgram } from './open-program-json.js';

beforeAll(() => tf.setBackend('cpu'));

interface Stored {
  nodes: { kernel: string; attrs: Record<string, unknown> }[];
}

/** Each kernel's calls as files hold them. */
const stored = Object.values(families).flatMap(({ cases }) =>
  cases.map(({ inputs, run }) => {
    const { program } = capture(run, argumentsFor(inputs));
    return JSON.parse(JSON.stringify(writeOpenProgram(OpenProgram.of(program)))) as Stored;
  }),
);

describe('attributes of stored Programs', () => {
  it('are taken as every kernel of tfjs has them', () => {
    for (const json of stored) expect(() => readOpenProgram(json)).not.toThrow();
  });

  it('are refused each where they are nonsense, before anything runs', () => {
    const unchecked = new Set<string>();
    for (const json of stored)
      json.nodes.forEach(({ kernel, attrs }, i) => {
        for (const name of Object.keys(attrs)) {
          const nodes = json.nodes.map((node, k) =>
            k === i ? { ...node, attrs: { ...attrs, [name]: { nonsense: 1 } } } : node,
          );
          try {
            readOpenProgram({ ...json, nodes });
            unchecked.add(`${kernel}.${name}`);
          } catch (error) {
            if (!isLamellaError(error, 'PROGRAM_INVALID')) throw error;
          }
        }
      });
    expect([...unchecked].sort()).toEqual([]);
  });

  it.each([
    ['Cast', { dtype: 'nonsense' }, /attribute dtype of Cast: expected one of float32,.* got "nonsense"/],
    ['Conv2D', { strides: [0, 1] }, /attribute strides of Conv2D: expected whole numbers other than 0/],
    ['MaxPool', { filterSize: -1 }, /attribute filterSize of MaxPool/],
    ['Tile', { reps: [-1] }, /attribute reps of Tile: expected sizes, got \[-1\]/],
    ['OneHot', { depth: 0.5 }, /attribute depth of OneHot: expected a whole number, 0 or more/],
    ['Sum', { axis: 'x' }, /attribute axis of Sum: expected axes/],
    ['MirrorPad', { mode: 'wrap' }, /attribute mode of MirrorPad: expected one of reflect, symmetric/],
  ])('of %s are refused: %j', (kernel, attrs, message) => {
    const json = {
      format: 'lamella.program',
      version: 1,
      unknowns: [],
      inputs: [{ id: 0, name: 'x', kind: 'argument', dtype: 'float32', shape: [2] }],
      constants: [],
      nodes: [{ kernel, inputs: { x: 0 }, attrs, outputs: [1] }],
      outputs: [{ id: 1, name: 'y' }],
    };
    expect(() => readOpenProgram(json)).toThrow(message);
  });
});
