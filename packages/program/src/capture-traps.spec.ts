import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { capture, type CaptureResult } from './capture.js';
import { isLamellaError } from './errors.js';

beforeAll(() => tf.setBackend('cpu'));

type Captured = (x: tf.Tensor) => unknown;

function captured(fn: Captured): () => unknown {
  return () =>
    capture(fn as (x: tf.Tensor) => CaptureResult, [{ name: 'x', shape: [2], dtype: 'float32' }], {
      subject: 'Lambda "sampling"',
    });
}

/** The message with which a function is refused. */
function refusal(fn: Captured): string {
  try {
    captured(fn)();
  } catch (error) {
    if (!isLamellaError(error, 'NOT_CAPTURABLE')) throw error;
    return error.message;
  }
  throw new Error('it was captured');
}

/** All that a capture replaces for its time. */
function replaced(): unknown[] {
  const engine = tf.engine() as unknown as Record<string, unknown>;
  return [
    ...[Math.random, performance.now, crypto.getRandomValues, crypto.randomUUID, Date, process.hrtime],
    ...[engine['startScope'], engine['makeVariable'], engine['runKernelFunc'], engine['keep']],
    ...[tf.Tensor.prototype.data, tf.Tensor.prototype.array, tf.Tensor.prototype.bytes],
    ...[tf.Variable.prototype.assign, tf.getBackend(), Object.hasOwn(engine, 'startScope')],
    ...[Object.hasOwn(performance, 'now'), Object.hasOwn(crypto, 'getRandomValues')],
  ];
}

let before: unknown[];
let memory: tf.MemoryInfo;
beforeEach(() => {
  before = replaced();
  memory = tf.memory();
});

// Whatever happened in a capture, all is as it was.
afterEach(() => {
  replaced().forEach((value, i) => expect(value).toBe(before[i]));
  expect(tf.memory()).toEqual(memory);
});

const randomOps: Readonly<Record<string, readonly [Captured, string]>> = {
  'tf.randomNormal': [(x) => tf.add(x, tf.randomNormal([2])), 'random.normal(shape)'],
  'tf.randomNormal with a seed': [() => tf.randomNormal([2], 0, 1, 'float32', 7), 'random.normal(shape)'],
  'tf.randomStandardNormal': [() => tf.randomStandardNormal([2]), 'random.normal(shape)'],
  'tf.randomUniform': [() => tf.randomUniform([2]), 'random.uniform(shape)'],
  'tf.randomUniform with a seed': [() => tf.randomUniform([2], 0, 1, 'float32', 3), 'random.uniform(shape)'],
  'tf.randomUniformInt': [() => tf.randomUniformInt([2], 0, 5), 'random.uniformInt(shape, min, max)'],
  'tf.truncatedNormal': [() => tf.truncatedNormal([2]), 'random.truncatedNormal(shape)'],
  'tf.randomGamma': [() => tf.randomGamma([2], 1), 'random.uniform(shape)'],
  'tf.rand': [() => tf.rand([2], () => 0.5), 'random.uniform(shape)'],
  'tf.multinomial': [(x) => tf.multinomial(x as tf.Tensor1D, 3), 'random.categorical(logits, count)'],
  'tf.dropout': [(x) => tf.dropout(x, 0.5), 'random.dropout(x, rate)'],
  'tf.dropout with a seed': [(x) => tf.dropout(x, 0.5, undefined, 1), 'random.dropout(x, rate)'],
};

const globals: Readonly<Record<string, Captured>> = {
  'Math.random()': (x) => tf.mul(x, Math.random()),
  'performance.now()': (x) => tf.mul(x, performance.now()),
  'crypto.getRandomValues()': (x) => tf.mul(x, crypto.getRandomValues(new Uint8Array(1))[0]!),
  'crypto.randomUUID()': (x) => (crypto.randomUUID().length === 0 ? x : tf.neg(x)),
  'process.hrtime()': (x) => tf.mul(x, process.hrtime()[0]),
  'process.hrtime.bigint()': (x) => tf.mul(x, Number(process.hrtime.bigint())),
};

const clocks: Readonly<Record<string, Captured>> = {
  'Date.now()': (x) => tf.mul(x, Date.now()),
  'new Date()': (x) => tf.mul(x, new Date().getTime()),
  'Date()': (x) => (Date() === '' ? x : tf.neg(x)),
};

const reads: Readonly<Record<string, Captured>> = {
  dataSync: (x) => (x.dataSync()[0]! > 0 ? x : tf.neg(x)),
  arraySync: (x) => x.arraySync(),
  data: (x) => x.data(),
  array: (x) => x.array(),
  bytes: (x) => x.bytes(),
  print: (x) => tf.print(x),
  toString: (x: tf.Tensor) => `${x.toString()}`,
  'an unawaited promise': (x: tf.Tensor) => {
    void x.data().then(() => undefined);
    return x;
  },
};

describe('what would freeze into a Program', () => {
  it.each(Object.entries(randomOps))('is refused with the right call: %s', (name, [fn, right]) => {
    const message = refusal(fn);
    expect(message).toContain(`Lambda "sampling": ${name.split(' ')[0]!} would freeze into a constant.`);
    expect(message).toContain(`Fix: use ${right}`);
    expect(message).toContain('@lamella/program');
  });

  it.each(Object.entries(globals))('is refused: %s', (name, fn) => {
    expect(refusal(fn)).toContain(`Lambda "sampling": ${name} would freeze into a constant`);
  });

  it.each(Object.entries(clocks))('is refused: %s', (_name, fn) => {
    expect(refusal(fn)).toContain('the current time would freeze into a constant');
  });

  it('is shuffled by Math.random, and refused', () => {
    expect(refusal((x) => (tf.util.shuffle([1, 2, 3]), x))).toContain('Math.random()');
  });

  it('leaves dates that are given', () => {
    expect(captured((x) => tf.mul(x, new Date(2020, 1, 2).getDate() + Date.UTC(1970, 0, 1)))).not.toThrow();
    expect(captured((x) => (new Date(0) instanceof Date ? x : tf.neg(x)))).not.toThrow();
  });
});

describe('what reads values', () => {
  it.each(Object.entries(reads))('is refused: %s', (_name, fn) => {
    expect(refusal(fn)).toMatch(
      /it reads the values of a tensor \(.*\)\.\nFix: express the choice in tensor operations/,
    );
  });

  it('may read constants', () => {
    expect(captured((x) => tf.mul(x, tf.tensor1d([2, 3]).dataSync()[1]!))).not.toThrow();
  });

  it('cannot change a constant by what it read', () => {
    const { program } = capture(() => {
      const constant = tf.tensor1d([1, 2]);
      constant.dataSync()[0] = 7;
      return constant;
    }, []);
    expect([...program.constants[0]!.data]).toEqual([1, 2]);
  });
});

describe('variables', () => {
  const variable = tf.variable(tf.tensor1d([1, 2]), true, 'kernel');

  it('are refused where they are made', () => {
    expect(refusal(() => tf.variable(tf.tensor1d([1]), true, 'mine'))).toContain(
      'it creates a tf.Variable "mine"',
    );
    expect(refusal((x) => x.variable())).toContain('it creates a tf.Variable.\nFix: write a Layer subclass');
  });

  it('are refused where they come from outside', () => {
    expect(refusal((x) => tf.mul(x, variable))).toContain(
      'the function uses tf.Variable "kernel" (float32[2]) from outside, which would never train',
    );
    expect(refusal(() => variable)).toContain('tf.Variable "kernel"');
  });

  it('are refused where they are assigned', () => {
    expect(refusal((x) => (variable.assign(x as tf.Tensor1D), x))).toContain(
      'it assigns tf.Variable "kernel"',
    );
    expect([...variable.dataSync()]).toEqual([1, 2]);
  });
});

describe('what a function returns', () => {
  it('is no Promise', () => {
    expect(refusal(async (x) => tf.neg(x))).toContain(
      'it is asynchronous.\nFix: return tensors, not a Promise',
    );
    expect(refusal(async (x) => tf.mul(x, (await x.data())[0]!))).toContain('it is asynchronous');
    expect(refusal((x) => tf.booleanMaskAsync(x, tf.tensor1d([1, 0], 'bool')))).toContain(
      'it is asynchronous',
    );
  });

  it.each([
    ['nothing', () => undefined, 'got undefined for "result"'],
    ['null', () => null, 'got null for "result"'],
    ['a number', () => 3, 'got number for "result"'],
    ['a list with a number', (x: tf.Tensor) => [x, 3], 'got number for "output_1"'],
    ['a record with a list', (x: tf.Tensor) => ({ x, list: [x] }), 'got object for "list"'],
  ])('is a tensor, not %s', (_what, fn, part) => {
    expect(refusal(fn)).toContain(`expected tensors, ${part}`);
  });
});

describe('errors of the function itself', () => {
  it('come out as they are', () => {
    const mine = new Error('mine');
    const failing = captured(() => {
      throw mine;
    });
    expect(failing).toThrow(mine);
  });

  it('leave nothing behind in scopes of tfjs', () => {
    expect(
      captured((x) =>
        tf.tidy(() => {
          tf.keep(tf.neg(x));
          throw new Error('inside tidy');
        }),
      ),
    ).toThrow('inside tidy');
  });

  it('name the place of a kernel that does not fit', () => {
    const wrong = captured((x) => tf.add(x, tf.ones([3])));
    expect(wrong).toThrow('[SHAPE_MISMATCH] Kernel "Add": expected shapes that broadcast');
    expect(wrong).toThrow('In Lambda "sampling".');
  });

  it('name what cannot be known before it runs', () => {
    const unique = captured((x) => tf.unique(x).values);
    expect(unique).toThrow(
      '[KERNEL_UNSUPPORTED] Lambda "sampling": kernel Unique has no shape known before it runs',
    );
  });
});
