import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { camelCase, type Layer } from '@lamella/core';
import { assertClose, callLayer, floats } from '@lamella/testing';
import type * as tf from '@tensorflow/tfjs-core';
import { activation } from '../activation/activation.js';
import { hostTensor, readGolden, tolerance, type GoldenTensor } from '../golden-cases.spec.js';
import * as activations from './index.js';
import { activationIdentifiers, activationOf } from './resolve.js';

interface GoldenActivation {
  readonly activation: string;
  readonly arguments: Readonly<Record<string, number | boolean>>;
  readonly input: GoldenTensor;
  readonly output: GoldenTensor;
  readonly cotangent?: GoldenTensor;
  readonly gradient: GoldenTensor;
  readonly kinks?: readonly number[];
}

const golden = readGolden<{
  readonly identifiers: Readonly<Record<string, string>>;
  readonly cases: readonly GoldenActivation[];
}>('activations');

const table = activations as unknown as Readonly<
  Record<string, (x: tf.Tensor, ...rest: unknown[]) => tf.Tensor>
>;

/** A function with its arguments as Keras names them: relu takes them by name, the others in order. */
function applied({ activation: name, arguments: given }: GoldenActivation): (x: tf.Tensor) => tf.Tensor {
  const named = Object.fromEntries(Object.entries(given).map(([key, value]) => [camelCase(key), value]));
  return (x) => table[camelCase(name)]!(x, ...(name === 'relu' ? [named] : Object.values(named)));
}

const call = async (fn: (x: tf.Tensor) => tf.Tensor, input: GoldenTensor, cotangent?: GoldenTensor) => {
  const x = hostTensor(input);
  const dy = cotangent === undefined ? floats(x.shape, 1, 1) : hostTensor(cotangent);
  const layer: Layer = activation({ activation: fn });
  return callLayer(layer, { inputs: x, cotangents: [dy] }, cpu());
};

describe('activations', () => {
  for (const given of golden.cases) {
    const { activation: name, arguments: options, input } = given;
    it(`${name} ${JSON.stringify(options)} of [${input.shape.join(', ')}] gives Keras' values and gradients`, async () => {
      const { outputs, inputGradients } = await call(applied(given), input, given.cotangent);
      assertClose(outputs[0]!, hostTensor(given.output), tolerance, 'values');
      const [gradient, expected] = [inputGradients[0]!, hostTensor(given.gradient)];
      for (const kink of given.kinks ?? []) expected.data[kink] = gradient.data[kink]!;
      assertClose(gradient, expected, tolerance, 'gradient');
    });
  }

  it('are known by all of Keras identifiers; threshold, which has no defaults, is none', () => {
    expect(activationIdentifiers().sort()).toEqual(
      Object.keys(golden.identifiers)
        .filter((name) => name !== 'threshold')
        .sort(),
    );
  });

  it('stand in a config under the name that Keras writes', () => {
    for (const name of activationIdentifiers())
      expect(activationOf('Dense "d"', name as 'relu').config).toBe(golden.identifiers[name]);
  });

  it('reject an unknown identifier with near matches', () => {
    expect(() => activationOf('Dense "d"', 'rellu' as 'relu')).toThrow(
      /^\[IDENTIFIER_UNKNOWN\] Dense "d": unknown activation "rellu"\. .*Did you mean "relu"/,
    );
    expect(() => activationOf('Dense "d"', 7 as never)).toThrow(
      /^\[OPTION_INVALID\] Dense "d": activation: .*got 7/,
    );
  });

  it('glu refuses an axis that does not halve, softmax one that is not there', async () => {
    const odd = { shape: [2, 3], dtype: 'float32', data: [1, 2, 3, 4, 5, 6] } as const;
    await expect(call((x) => activations.glu(x), odd)).rejects.toThrow(
      /^\[OPTION_INVALID\].*\bglu: axis: .*even size, got -1/,
    );
    await expect(call((x) => activations.softmax(x, 2), odd)).rejects.toThrow(
      /^\[OPTION_INVALID\].*\bsoftmax: axis: expected an axis of \[2, 3\], got 2/,
    );
  });
});
