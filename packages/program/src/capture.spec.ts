import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { currentRecorder } from './capture-backend.js';
import { assignState, capture, isCapturing, readState, withScope } from './capture.js';
import type { DType } from './dtype.js';
import type { Program } from './program.js';
import { random } from './random.js';
import type { ArgumentSpec, StateSlot } from './recorder.js';
import { replay } from './replay.js';

beforeAll(() => tf.setBackend('cpu'));

let memory: tf.MemoryInfo;
beforeEach(() => {
  memory = tf.memory();
});

afterEach(() => {
  expect(tf.memory()).toEqual(memory);
  expect(tf.getBackend()).toBe('cpu');
  expect(isCapturing()).toBe(false);
});

function arg(name: string, shape: number[], dtype: DType = 'float32'): ArgumentSpec {
  return { name, shape, dtype };
}

function kernels({ nodes }: Program): string[] {
  return nodes.map(({ kernel }) => kernel);
}

const slot = (name: string, dtype: StateSlot['dtype'] = 'float32'): StateSlot => ({
  name,
  shape: [2],
  dtype,
});

describe('capture()', () => {
  it('writes down kernels with their attributes, inputs and outputs', () => {
    const { program } = capture((x) => tf.sum(tf.add(x, 2), 1), [arg('x', [2, 3])]);
    expect(program.toString().split('\n')).toEqual([
      'program(%0: float32[2, 3] argument "x")',
      '  %1: float32[] = constant {2}',
      '  %2: float32[2, 3] = Add(a: %0, b: %1)',
      '  %3: float32[2] = Sum(x: %2, axis=1, keepDims=false)',
      '  return %3 "output_0"',
    ]);
  });

  it('names results by position or by name', () => {
    const names = ({ outputs }: Program) => outputs.map(({ name }) => name);
    expect(names(capture((x) => [x, tf.neg(x)], [arg('x', [1])]).program)).toEqual(['output_0', 'output_1']);
    expect(names(capture((x) => ({ a: x, b: x }), [arg('x', [1])]).program)).toEqual(['a', 'b']);
    expect(names(capture(() => [], [])['program'])).toEqual([]);
  });

  it('keeps arguments that are not used, and what is stored narrow', () => {
    const pixels: ArgumentSpec = { name: 'pixels', shape: [2], dtype: 'int32', storage: 'uint8' };
    const { program } = capture((x) => tf.neg(x), [arg('x', [1]), pixels]);
    expect(program.inputs).toEqual([
      { id: 0, name: 'x', kind: 'argument' },
      { id: 1, name: 'pixels', kind: 'argument', storage: 'uint8' },
    ]);
  });

  it.each(['float32', 'int32', 'bool', 'complex64', 'string'] as const)('shows the function %s', (dtype) => {
    const seen: string[] = [];
    capture((x) => (seen.push(x.dtype), x), [arg('x', [2], dtype)]);
    expect(seen).toEqual([dtype]);
  });

  it('copies the values of constants', () => {
    const given = new Float32Array([1, 2]);
    const { program } = capture((x) => tf.add(x, tf.tensor1d(given)), [arg('x', [2])]);
    given[0] = 9;
    expect([...program.constants[0]!.data]).toEqual([1, 2]);
  });

  it('takes real tensors as constants, each once', () => {
    const outside = tf.tensor1d([1, 2]);
    const { program } = capture((x) => tf.mul(tf.add(x, outside), outside), [arg('x', [2])]);
    expect(program.constants.map(({ data }) => [...data])).toEqual([[1, 2]]);
    expect(tf.tidy(() => replay(program, [outside])[0]!.arraySync())).toEqual([2, 8]);
    outside.dispose();
  });

  it('takes complex numbers and strings as constants', () => {
    const numbers = tf.tidy(() => tf.complex([1, 2], [3, 4]));
    const words = tf.tensor1d(['a', 'é']);
    const { program } = capture(() => [tf.imag(numbers), tf.clone(words)], []);
    const found = tf.tidy(() => replay(program, []).map((tensor) => tensor.arraySync()));
    expect(found).toEqual([
      [3, 4],
      ['a', 'é'],
    ]);
    expect(program.constants.at(-1)!.data).toEqual(['a', 'é']);
    numbers.dispose();
    words.dispose();
    // tfjs counts the bytes of strings once, and takes them off for each clone.
    memory = tf.memory();
  });

  it('lets tidy, dispose and keep be called', () => {
    const { program } = capture(
      (x) => {
        const y = tf.tidy(() => tf.neg(tf.exp(x)));
        const unused = tf.keep(tf.square(x));
        tf.keep(tf.abs(x));
        tf.dispose([x, unused]);
        return y;
      },
      [arg('x', [2])],
    );
    expect(kernels(program).slice(0, 2)).toEqual(['Exp', 'Neg']);
  });

  it('leaves tensors alone that were there before, kept or not', () => {
    const outside = tf.tensor1d([1]);
    capture((x) => tf.add(x, tf.keep(outside)), [arg('x', [1])]);
    expect(outside.isDisposed).toBe(false);
    outside.dispose();
  });

  it('can be called within tidy, and within a capture', () => {
    let inner: Program | undefined;
    let outer: Program | undefined;
    tf.tidy(() => {
      outer = capture(
        (x) => {
          inner = capture((y) => tf.exp(y), [arg('y', [2])], { scope: 'inner' }).program;
          expect(isCapturing()).toBe(true);
          return tf.neg(x);
        },
        [arg('x', [2])],
      ).program;
    });
    expect(kernels(outer!)).toEqual(['Neg']);
    expect(kernels(inner!)).toEqual(['Exp']);
    expect(inner!.nodes[0]!.scope).toBe('inner');
  });

  it('refuses tensors of another capture', () => {
    const foreign = () =>
      capture((x) => (capture(() => tf.neg(x), []), x), [arg('x', [2])], { subject: 'Lambda "outer"' });
    expect(foreign).toThrow('[NOT_CAPTURABLE] Function: it uses a tensor that belongs to another capture.');
    let leaked: tf.Tensor | undefined;
    capture((x) => (leaked = x), [arg('x', [2])]);
    expect(() => capture(() => tf.clone(leaked!), [])).toThrow('belongs to another capture');
    expect(() => leaked!.dataSync()).toThrow('Tensor is disposed');
  });

  it('goes on capturing after an error within it', () => {
    const { program } = capture(
      (x) => {
        expect(() => capture(() => Math.random() as never, [])).toThrow('NOT_CAPTURABLE');
        expect(() => Math.random()).toThrow('NOT_CAPTURABLE');
        return tf.neg(x);
      },
      [arg('x', [2])],
    );
    expect(kernels(program)).toEqual(['Neg']);
  });

  it('writes what tfjs writes out in other kernels', () => {
    const { program } = capture((x) => tf.logSoftmax(tf.square(x)), [arg('x', [2, 3])]);
    expect(kernels(program)).not.toContain('LogSoftmax');
  });
});

describe('scopes', () => {
  it('are carried by nodes and random streams', () => {
    const { program } = capture(
      (x) => {
        const y = withScope('block', () => withScope('dense_1', () => tf.add(x, random.normal([2]))));
        return withScope('block', () => tf.neg(tf.add(y, random.normal([2]))));
      },
      [arg('x', [2])],
      { scope: 'model' },
    );
    expect(program.nodes.map(({ scope }) => scope)).toEqual([
      'model/block/dense_1',
      'model/block',
      'model/block',
    ]);
    expect(program.inputs.filter(({ kind }) => kind === 'random').map(({ name }) => name)).toEqual([
      'model/block/dense_1:0',
      'model/block:0',
    ]);
  });

  it('name the place of an error', () => {
    const wrong = () =>
      capture((x) => withScope('dense_1', () => tf.matMul(x, tf.ones([4, 2]))), [arg('x', [2, 3])], {
        subject: 'Model "net"',
      });
    expect(wrong).toThrow(/\[SHAPE_MISMATCH\] Kernel "BatchMatMul": [^\n]*\nIn Model "net", at "dense_1"\.$/);
  });

  it('do nothing outside a capture, and end with an error', () => {
    expect(withScope('a', () => 3)).toBe(3);
    capture(
      (x) => {
        expect(() =>
          withScope('failing', () => {
            throw new Error('no');
          }),
        ).toThrow('no');
        expect(currentRecorder()!.scope).toBe('');
        return x;
      },
      [arg('x', [1])],
    );
  });
});

describe('state', () => {
  it('is an input where it is read, and an update where it is assigned', () => {
    const mean = slot('mean');
    const { program, slots } = capture(
      (x) => {
        const old = readState(mean);
        assignState(mean, tf.add(tf.mul(old, 0.5), x));
        return tf.neg(x);
      },
      [arg('x', [2])],
    );
    expect(slots).toEqual([mean]);
    expect(program.inputs[1]).toEqual({ id: 1, name: 'mean', kind: 'state', storage: 'float32' });
    expect(program.outputs.map(({ name }) => name)).toEqual(['output_0', 'mean']);
    expect(program.updates).toEqual([{ output: 1, input: 1 }]);
    expect(program.toString()).toContain('"mean" -> %1');
  });

  it('reads as what was assigned, and as the first value before', () => {
    const counter = slot('counter', 'int32');
    const { program } = capture(() => {
      const first = readState(counter);
      assignState(counter, tf.add(first, tf.scalar(1, 'int32')));
      const second = readState(counter);
      assignState(counter, tf.add(second, tf.scalar(10, 'int32')));
      return [first, second, readState(counter)];
    }, []);
    const found = tf.tidy(() => replay(program, [tf.tensor1d([5, 6], 'int32')]).map((t) => t.arraySync()));
    expect(found).toEqual([
      [5, 6],
      [6, 7],
      [16, 17],
      [16, 17],
    ]);
  });

  it('is no update where it is only read, or given its own value', () => {
    const cell = slot('cell');
    const { program } = capture(() => {
      assignState(cell, readState(cell));
      return readState(cell);
    }, []);
    expect(program.updates).toEqual([]);
    expect(program.inputs).toHaveLength(1);
  });

  it('that is assigned and never read is an input all the same', () => {
    const { program } = capture((x) => (assignState(slot('cell'), x), x), [arg('x', [2])]);
    expect(program.inputs.map(({ kind }) => kind)).toEqual(['argument', 'state']);
    expect(program.updates).toEqual([{ output: 1, input: 1 }]);
  });

  it('is told apart by the cell, not by its name', () => {
    const { slots } = capture(() => [readState(slot('w')), readState(slot('w'))], []);
    expect(slots).toHaveLength(2);
  });

  it('keeps its shape and dtype', () => {
    const wrong = (value: () => tf.Tensor) => () =>
      capture(() => (assignState(slot('mean'), value()), []), []);
    expect(wrong(() => tf.zeros([3]))).toThrow(
      '[SHAPE_MISMATCH] Weight "mean": expected a value of float32[2], got float32[3]',
    );
    expect(wrong(() => tf.zeros([2], 'int32'))).toThrow('expected a value of float32[2], got int32[2]');
  });

  it('exists inside captures only', () => {
    expect(() => readState(slot('w'))).toThrow(
      '[CAPTURE_MISSING] Weight "w": cannot read it outside a capture.',
    );
    expect(() => assignState(slot('w'), tf.scalar(1))).toThrow('cannot assign it outside a capture');
    memory = tf.memory();
  });
});
