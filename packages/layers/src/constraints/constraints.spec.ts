import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import type { Constraint } from '@lamella/core';
import { capture } from '@lamella/program';
import { assertClose, runProgram } from '@lamella/testing';
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
import { constraintOf } from '../options/weight-options.js';
import * as constraints from './index.js';

interface GoldenConstraint {
  readonly constraint: string;
  readonly config: JsonRecord;
  readonly input: GoldenTensor;
  readonly output: GoldenTensor;
  readonly keras_config: { readonly config: JsonRecord };
}

const golden = readGolden<{
  readonly identifiers: Readonly<Record<string, string>>;
  readonly cases: readonly GoldenConstraint[];
}>('constraints');

describe('constraints', () => {
  golden.cases.forEach(({ constraint: name, config, ...expected }, i) => {
    it(`${name} ${JSON.stringify(config)} gives Keras' weights and config (case ${i})`, async () => {
      const constraint = new (classOf('keras.constraints', name))(optionsOf(config)) as Constraint;
      expect(comparable(kerasConfig(constraint))).toEqual(comparable(expected.keras_config.config));
      const { shape } = expected.input;
      const { program } = capture((x) => constraint.call(x!), [{ name: 'x', shape, dtype: 'float32' }]);
      const [weight] = await runProgram(await cpu().compile(program), program, [hostTensor(expected.input)]);
      assertClose(weight!, hostTensor(expected.output), tolerance);
    });
  });

  it('are known by all of Keras identifiers', () => {
    for (const [name, className] of Object.entries(golden.identifiers)) {
      if (className === 'Constraint') continue;
      const found = constraintOf('Dense "d"', 'kernelConstraint', name as 'max_norm');
      expect([name, found?.className]).toEqual([name, className]);
    }
  });

  it('are made by functions of their names', () => {
    expect(constraints.maxNorm({ maxValue: 3 }).getConfig()).toEqual({ maxValue: 3, axis: 0 });
    expect(constraints.unitNorm({ axis: 1 }).getConfig()).toEqual({ axis: 1 });
    expect(constraints.nonNeg().getConfig()).toEqual({});
    expect(constraints.minMaxNorm().getConfig()).toEqual({ minValue: 0, maxValue: 1, rate: 1, axis: 0 });
  });

  it('reject unknown identifiers and options out of range', () => {
    expect(() => constraintOf('Dense "d"', 'kernelConstraint', 'max_norms' as 'max_norm')).toThrow(
      /^\[IDENTIFIER_UNKNOWN\] Dense "d": unknown constraint "max_norms"\. .*Did you mean "max_norm"/,
    );
    expect(() => constraints.maxNorm({ maxValue: -1 })).toThrow(
      /^\[OPTION_INVALID\] MaxNorm: maxValue: .*got -1/,
    );
    expect(() => constraints.unitNorm({ axis: 0.5 })).toThrow(
      /^\[OPTION_INVALID\] UnitNorm: axis: .*got 0\.5/,
    );
    expect(() => constraints.minMaxNorm({ minValue: 2, maxValue: 1 })).toThrow(
      /^\[OPTION_INVALID\] MinMaxNorm: minValue: expected at most maxValue \(1\), got 2/,
    );
  });
});
