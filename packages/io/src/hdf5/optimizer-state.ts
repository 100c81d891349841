// The state of an optimizer that may not have any yet: compared before the optimizer is touched.
import {
  fromConfig,
  isSerializable,
  type Config,
  type ConfigValue,
  type Serializable,
  type SerializableClass,
  type Weight,
} from '@lamella/core';
import { isRecord, type AnyHostTensor, type HostTensor } from '@lamella/program';
import type { Optimizer } from '@lamella/training';
import { weightsMismatch } from '../errors.js';
import { misfit, type Offer } from './assign.js';

/** What is to happen with state that a file holds: read or refused, read where it fits, or left alone. */
export type StateRule = 'required' | 'where it fits' | 'none';

/** Gives the optimizer its variables, and offers for those. */
export type StateCommit = () => readonly Offer[];

/** An optimizer like this one with its variables, which may be the optimizer itself. */
export function builtLike(optimizer: Optimizer, weights: readonly Weight[]): Optimizer {
  const built = optimizer.isBuilt ? optimizer : twin(optimizer);
  built.build(weights);
  return built;
}

/** A copy of an optimizer, and of those in it. */
function twin<T extends Serializable>(optimizer: T): T {
  const copied = (value: ConfigValue): ConfigValue => {
    if (isSerializable(value)) return value.kind === 'optimizers' ? twin(value) : value;
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copied(item as ConfigValue)]));
  };
  const optimizerClass = optimizer.constructor as unknown as SerializableClass<T>;
  return fromConfig(optimizerClass, copied(optimizer.getConfig()) as Config);
}

/**
 * What puts a file's values, in the order of the optimizer's variables, into it: all of them, or those that an optimizer has
 * before its first step. Where they do not fit, `notice` is told and nothing happens, or, where they must, it throws
 * WEIGHTS_MISMATCH.
 */
export function planState(
  optimizer: Optimizer,
  weights: readonly Weight[],
  values: readonly (AnyHostTensor | undefined)[],
  {
    file,
    rule,
    notice,
  }: { readonly file: string; readonly rule: StateRule; readonly notice: (line: string) => void },
): StateCommit {
  if (rule === 'none' || values.length === 0) return () => [];
  const offersFor = (variables: readonly Weight[]): Offer[] =>
    variables.map((weight, i) => ({ weight, value: values[i] }));
  const planned = builtLike(optimizer, weights).variables;
  const { variables } = optimizer;
  const isHead = values.length < planned.length && values.length <= variables.length;
  // Saved after compile() and before the first step.
  if (!optimizer.isBuilt && isHead && problemsOf(variables, values).length === 0)
    return () => offersFor(variables).filter(({ value }) => value !== undefined);
  const problems = problemsOf(planned, values);
  if (values.length !== planned.length)
    problems.unshift(
      `  ${optimizer.name}   it has ${planned.length} variables, the file has ${values.length}`,
    );
  if (problems.length > 0) {
    if (rule === 'required')
      throw weightsMismatch(
        file,
        'the state of the optimizer is another one',
        problems,
        'the state of the optimizer is left alone with { includeOptimizer: false }',
      );
    notice(`the state of ${optimizer.label} begins anew: ${problems[0]!.trim().replace(/ {2,}/, ': ')}`);
    return () => [];
  }
  return () => {
    optimizer.build(weights);
    return offersFor(optimizer.variables).filter(({ value }) => value !== undefined);
  };
}

/**
 * The same for an optimizer that a step of the model's own applies: which weights it is for shows at its first step, and so does
 * whether the values fit.
 */
export function planNamedState(
  optimizer: Optimizer,
  values: readonly (AnyHostTensor | undefined)[],
  plan: Parameters<typeof planState>[3],
): StateCommit {
  if (optimizer.isBuilt) return planState(optimizer, [], values, plan);
  if (plan.rule === 'none' || values.length === 0) return () => [];
  return () => {
    optimizer.restoreWhenBuilt(values as readonly HostTensor[]);
    return [];
  };
}

function problemsOf(variables: readonly Weight[], values: readonly (AnyHostTensor | undefined)[]): string[] {
  return variables.flatMap((weight, i) => {
    const value = values[i];
    const problem = value === undefined ? undefined : misfit(weight, value);
    return problem === undefined ? [] : [`  ${weight.name}   ${problem}`];
  });
}
