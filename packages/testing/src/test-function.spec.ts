// The kit itself: sound functions pass everything, and each way of breaking a function fails the promise it breaks.
import { describe, expect, it } from '@jest/globals';
import { definePlugin } from '@lamella/core';
import { lambda, namedFunction } from '@lamella/lambda';
import { random } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { brokenPromises, testsOf } from '../spec-support/broken-promises.js';
import { floats, list } from './kernel-case.js';
import { testFunction, type FunctionCase, type TestFunctionOptions } from './test-function.js';

type AnyFunction = (x: tf.Tensor, args: { readonly by: number }, context: { training: boolean }) => tf.Tensor;

const declared = { arguments: { by: 'number' } } as const;
const scaled = namedFunction(
  'acme>scaled',
  (x: tf.Tensor, { by }: { by: number }) => tf.mul(x, by),
  declared,
);
const byThree: FunctionCase = { name: 'by 3', arguments: { by: 3 }, inputs: floats([2, 3], 0.5, 2) };

const broken = (
  fn: AnyFunction,
  given: Partial<FunctionCase> = {},
  options: TestFunctionOptions = {},
): Promise<string[]> =>
  brokenPromises((runner) =>
    testFunction(namedFunction('acme>tried', fn, declared), [{ ...byThree, ...given }], {
      ...options,
      runner,
    }),
  );

const promise = {
  outputs: 'gives the expected outputs',
  shapes: 'infers the shapes and dtypes that it computes',
  config: 'comes back from its config, and computes the same',
  gradients: 'has the gradients that finite differences have',
  training: 'does otherwise in training exactly where its case says so',
  sharing: 'shares its weights where it is applied twice',
  capture: 'computes the same captured and at once',
  files: 'predicts the same after its model was saved and loaded',
  memory: 'leaves no tfjs tensor behind',
  program: 'computes the same from its Program, where nobody has the function',
  name: 'is found by its name in files, and another of that name is found out',
  arguments: 'declares its arguments, and gets no others',
};

describe('testFunction', () => {
  it('finds nothing wrong with a sound function, and tries all it promises', async () => {
    const inputs = list([1, 2]);
    const given = { ...byThree, inputs, outputs: list([3, 6]) };
    const declare: Parameters<typeof brokenPromises>[0] = (runner) =>
      testFunction(scaled, [given], {
        runner,
        rejects: [
          {
            name: 'arguments of another kind',
            run: () => lambda(scaled, { arguments: { by: 'x' } as never }),
            code: 'ARGUMENTS_INVALID',
            says: ['by', 'number'],
          },
          { name: 'nothing', run: () => 0, code: 'ARGUMENTS_INVALID' },
        ],
      });
    expect(testsOf(declare).map(([name]) => name)).toEqual([
      ...Object.values(promise),
      'arguments of another kind',
      'nothing',
    ]);
    expect(await brokenPromises(declare)).toEqual(['nothing']);
  });

  it("passes a third party's function of two tensors that draws random numbers in training", async () => {
    const blend = namedFunction(
      'acme>blend',
      ([a, b]: tf.Tensor[], _: object, { training }: { training: boolean }) =>
        tf.add(tf.mul(a!, b!), training ? random.normal(a!.shape) : 0),
    );
    const plugin = definePlugin({ name: 'acme-blend', functions: [blend] });
    const given: FunctionCase = {
      name: 'of two',
      inputs: [floats([2, 3]), floats([2, 3], 1, 2)],
      inTraining: 'differs',
    };
    expect(
      await brokenPromises((runner) => testFunction(blend, [given], { runner, plugins: [plugin] })),
    ).toEqual([]);
  });

  it('fails what differs from the expected values, by the promise alone', async () => {
    expect(await broken((x, { by }) => tf.add(x, by), { inputs: list([1]), outputs: list([3]) })).toEqual([
      promise.outputs,
    ]);
  });

  it('fails a gradient that is none of the function', async () => {
    const wrong = tf.customGrad((x) => ({
      value: tf.mul(x as tf.Tensor, 3),
      gradFunc: (dy) => tf.mul(dy, 2),
    }));
    expect(await broken((x) => wrong(x))).toEqual([promise.gradients]);
  });

  it('fails a function whose result is another at each call, or at some calls', async () => {
    let calls = 0;
    expect(await broken((x) => tf.add(x, calls++))).toEqual(
      expect.arrayContaining([promise.sharing, promise.files, promise.program, promise.name]),
    );
    expect(await broken((x) => tf.add(x, Math.random()))).toEqual(
      expect.arrayContaining([promise.sharing, promise.name]),
    );
  });

  it('fails a function that looks at values, or at the size of the batch', async () => {
    expect(await broken((x) => (x.dataSync()[0]! > 0 ? x : tf.neg(x)))).toContain(promise.shapes);
    expect(await broken((x) => tf.reshape(x, [2, 3]))).toContain(promise.shapes);
    // Of one batch it is right, of another it is not.
    expect(await broken((x) => tf.mul(x, x.shape[0]! > 3 ? 2 : 1))).toEqual(
      expect.arrayContaining([promise.program, promise.name]),
    );
  });

  it('fails a training flag that does what the case does not say', async () => {
    expect(await broken((x, _, { training }) => (training ? tf.neg(x) : x))).toEqual([promise.training]);
    expect(await broken((x) => x, { inTraining: 'differs' })).toEqual([promise.training]);
  });

  it('fails a function that computes otherwise under capture', async () => {
    expect(await broken((x) => (tf.engine().backendName === 'cpu' ? tf.add(x, 1) : x))).toEqual([
      promise.capture,
    ]);
  });

  it('fails a function that keeps a tensor for its next call', async () => {
    let two: tf.Tensor | undefined;
    expect(await broken((x) => tf.mul(x, (two ??= tf.keep(tf.scalar(2)))))).toContain(promise.sharing);
  });

  it('fails a function without a name for files, and arguments that it does not declare', async () => {
    const anonymous = Object.assign((x: tf.Tensor) => x, { functionName: undefined });
    expect(
      await brokenPromises((runner) =>
        testFunction(anonymous as never, [{ name: 'anonymous', inputs: list([1]) }], { runner }),
      ),
    ).toContain(promise.name);
    const undeclared = namedFunction('acme>undeclared', (x: tf.Tensor, { by }: { by: number }) =>
      tf.mul(x, by),
    );
    expect(await brokenPromises((runner) => testFunction(undeclared, [byThree], { runner }))).toEqual([
      promise.arguments,
    ]);
  });
});
