import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { isSerializable, type Regularizer } from '@lamella/core';
import { capture, gradients } from '@lamella/program';
import { assertClose, runProgram } from '@lamella/testing';
import * as tf from '@tensorflow/tfjs-core';
import {
  classOf,
  comparable,
  hostTensor,
  kerasConfig,
  optionsOf,
  readGolden,
  tolerance,
  type GoldenTensor,
  type JsonRecord,
} from '../golden-cases.spec.js';
import { regularizerOf } from '../options/weight-options.js';
import * as regularizers from './index.js';

interface GoldenRegularizer {
  readonly regularizer: string;
  readonly config: JsonRecord;
  readonly input: GoldenTensor;
  readonly output: GoldenTensor;
  readonly gradient: GoldenTensor;
  readonly keras_config: { readonly config: JsonRecord };
}

const golden = readGolden<{
  readonly identifiers: Readonly<Record<string, string>>;
  readonly cases: readonly GoldenRegularizer[];
}>('regularizers');

describe('regularizers', () => {
  for (const { regularizer: name, config, ...expected } of golden.cases) {
    it(`${name} ${JSON.stringify(config)} gives Keras' penalty, gradient and config`, async () => {
      const regularizer = new (classOf('keras.regularizers', name))(optionsOf(config)) as Regularizer;
      expect(comparable(kerasConfig(regularizer))).toEqual(comparable(expected.keras_config.config));
      const { program } = capture(
        (x) => {
          const penalty = regularizer.call(x!);
          return [penalty, gradients(penalty, [x!])[0] ?? tf.zerosLike(x!)];
        },
        [{ name: 'x', shape: expected.input.shape, dtype: 'float32' }],
      );
      const executable = await cpu().compile(program);
      const [penalty, gradient] = await runProgram(executable, program, [hostTensor(expected.input)]);
      assertClose(penalty!, hostTensor(expected.output), tolerance, 'penalty');
      assertClose(gradient!, hostTensor(expected.gradient), tolerance, 'gradient');
    });
  }

  it('are known by all of Keras identifiers', () => {
    for (const [name, className] of Object.entries(golden.identifiers)) {
      if (className === 'Regularizer') continue;
      expect([name, regularizerOf('Dense "d"', 'kernelRegularizer', name as 'l2')?.className]).toEqual([
        name,
        className,
      ]);
    }
  });

  it('are made by functions of their names', () => {
    expect(regularizers.l1(0.5).getConfig()).toEqual({ l1: 0.5 });
    expect(regularizers.l2(0.5).getConfig()).toEqual({ l2: 0.5 });
    expect(regularizers.l1L2({ l2: 0.5 }).getConfig()).toEqual({ l1: 0, l2: 0.5 });
    expect(regularizers.orthogonalRegularizer().getConfig()).toEqual({ factor: 0.01, mode: 'rows' });
    expect(isSerializable(regularizers.l1())).toBe(true);
  });

  it('reject unknown identifiers, objects of another kind and negative factors', () => {
    expect(() => regularizerOf('Dense "d"', 'kernelRegularizer', 'l3' as 'l2')).toThrow(
      /^\[IDENTIFIER_UNKNOWN\] Dense "d": unknown regularizer "l3"\. .*Did you mean "l1"/,
    );
    expect(() => regularizerOf('Dense "d"', 'kernelRegularizer', {} as never)).toThrow(
      /^\[OPTION_INVALID\] Dense "d": kernelRegularizer: expected the identifier of a regularizer/,
    );
    expect(() => regularizers.l2(-1)).toThrow(/^\[OPTION_INVALID\] L2: l2: .*got -1/);
    expect(() => regularizers.orthogonalRegularizer({ mode: 'diagonals' as 'rows' })).toThrow(
      /^\[OPTION_INVALID\] OrthogonalRegularizer: mode: expected one of "rows", "columns"/,
    );
  });

  it('the orthogonal one takes matrices only', () => {
    const orthogonal = regularizers.orthogonalRegularizer();
    expect(() =>
      capture((x) => orthogonal.call(x!), [{ name: 'x', shape: [2, 2, 2], dtype: 'float32' }]),
    ).toThrow(
      /^\[RANK_MISMATCH\] Regularizer OrthogonalRegularizer: expected a weight of rank 2, got rank 3/,
    );
  });
});
