// While a function is captured, whatever would freeze into the Program or escape it is trapped: random numbers, clocks,
// tfjs' own random functions and variables. Everything is put back when the capture ends.
import * as tf from '@tensorflow/tfjs-core';
import { currentRecorder, isAbstract } from './capture-backend.js';
import { notCapturable } from './errors.js';
import { interceptCustomGradient } from './custom-gradient.js';

const randomOps: Readonly<Record<string, string>> = {
  randomNormal: 'random.normal(shape)',
  randomStandardNormal: 'random.normal(shape)',
  randomUniform: 'random.uniform(shape)',
  randomUniformInt: 'random.uniformInt(shape, min, max)',
  truncatedNormal: 'random.truncatedNormal(shape)',
  randomGamma: 'random.uniform(shape), transformed',
  rand: 'random.uniform(shape)',
  multinomial: 'random.categorical(logits, count)',
  dropout: 'random.dropout(x, rate)',
};

/** Sets all traps; the returned function takes them away again. */
export function setTraps(): () => void {
  const undo = [
    trapRandomOps(),
    ...trapVariables(),
    ...trapReads(),
    releaseKept(),
    interceptCustomGradient(),
    ...trapGlobals(),
  ];
  return () => {
    for (const restore of undo.reverse()) restore();
  };
}

function refuse(problem: string, fix: string): never {
  throw notCapturable(currentRecorder()?.subject ?? 'Function', problem, fix);
}

function replace<T extends object, K extends keyof T>(target: T, key: K, value: T[K]): () => void {
  const own = Object.getOwnPropertyDescriptor(target, key);
  Object.defineProperty(target, key, { value, configurable: true, writable: true });
  return () => {
    if (own === undefined) delete target[key];
    else Object.defineProperty(target, key, own);
  };
}

/** tfjs opens a scope named `<op>__op` for each op: the only place that sees its seeded random functions. */
function trapRandomOps(): () => void {
  const engine = tf.engine();
  const original = engine.startScope;
  return replace(engine, 'startScope', function (this: typeof engine, name?: string) {
    const op = name?.endsWith('__op') ? name.slice(0, -4) : undefined;
    if (op !== undefined && Object.hasOwn(randomOps, op)) {
      refuse(
        `tf.${op} would freeze into a constant`,
        `use ${randomOps[op]} from @lamella/program, which draws anew at every step`,
      );
    }
    return original.call(this, name);
  });
}

const asWeight = 'write a Layer subclass that creates it with addWeight';

function trapVariables(): (() => void)[] {
  return [
    replace(tf.engine(), 'makeVariable', (_value, _trainable, name) =>
      refuse(`it creates a tf.Variable${name === undefined ? '' : ` "${name}"`}`, asWeight),
    ),
    replace(tf.Variable.prototype, 'assign', function (this: tf.Variable) {
      refuse(`it assigns tf.Variable "${this.name}"`, asWeight);
    }),
  ];
}

/** Refused at once: the Promises that tfjs returns would be rejected later, where nobody looks. */
function trapReads(): (() => void)[] {
  return (['data', 'array', 'bytes'] as const).map((method) =>
    replace(tf.Tensor.prototype, method, () =>
      refuse(
        `it reads the values of a tensor (${method})`,
        'express the choice in tensor operations, such as tf.where',
      ),
    ),
  );
}

/** What tf.keep() keeps from the end of its scope would outlive the capture. */
function releaseKept(): () => void {
  const engine = tf.engine();
  const original = engine.keep;
  const kept: tf.Tensor[] = [];
  const restore = replace(engine, 'keep', function <T extends tf.Tensor>(this: typeof engine, tensor: T): T {
    if (isAbstract(tensor)) kept.push(tensor);
    return original.call(this, tensor) as T;
  });
  return () => {
    restore();
    for (const tensor of kept) if (!tensor.isDisposed) tensor.dispose();
  };
}

function trapGlobals(): (() => void)[] {
  const frozen = (what: string) => (): never =>
    refuse(
      `${what} would freeze into a constant`,
      'use random.uniform(shape) or random.normal(shape) from @lamella/program, or pass the value in as an input',
    );
  const undo = [
    replace(Math, 'random', frozen('Math.random()')),
    replace(performance, 'now', frozen('performance.now()')),
  ];
  if (globalThis.crypto !== undefined) {
    undo.push(replace(globalThis.crypto, 'getRandomValues', frozen('crypto.getRandomValues()')));
    undo.push(replace(globalThis.crypto, 'randomUUID', frozen('crypto.randomUUID()')));
  }
  const { process } = globalThis as { process?: { hrtime: unknown } };
  if (process?.hrtime !== undefined) {
    const hrtime = Object.assign(frozen('process.hrtime()'), { bigint: frozen('process.hrtime.bigint()') });
    undo.push(replace(process, 'hrtime', hrtime));
  }
  const clock = frozen('the current time');
  const trapped = new Proxy(Date, {
    construct: (target, args: []) => (args.length === 0 ? clock() : new target(...args)),
    apply: clock,
    get: (target, key): unknown => (key === 'now' ? clock : Reflect.get(target, key)),
  });
  undo.push(replace(globalThis, 'Date', trapped));
  return undo;
}
