// The gradient of a loop that ends by a condition: that of a scan over its most steps, each of which is taken or not.
import * as tf from '@tensorflow/tfjs-core';
import { gradientUnbounded } from '../errors.js';
import type { InputGradients } from '../kernel-rules/gradient-rule.js';
import { replay } from '../replay.js';
import { cond } from './cond.js';
import type { HeldCall } from './held-call.js';
import { scan } from './scan.js';
import { whileParts } from './while-kernel.js';

export function whileGradient({ node, recorder, inputs, dy, needed, gradientsOf }: HeldCall): InputGradients {
  const { condition, body } = node.programs!;
  const { maximumIterations } = whileParts(node.inputs, node.attrs);
  if (maximumIterations === null)
    throw gradientUnbounded(node.scope === '' ? recorder.subject : `${recorder.subject}, at "${node.scope}"`);
  // Copies keep the sweep inside what is written here: it stops where they start.
  const names = Object.keys(inputs);
  const fresh = Object.fromEntries(names.map((name) => [name, tf.clone(inputs[name]!)]));
  const { carries, constants } = whileParts(fresh, node.attrs);
  const [last] = scan(
    (current: readonly tf.Tensor[], _none: null) => {
      const goesOn = replay(condition!, [...current, ...constants])[0]!;
      const next = cond(
        goesOn,
        () => replay(body!, [...current, ...constants]),
        () => [...current],
      );
      return [next, null];
    },
    carries,
    null,
    { length: maximumIterations },
  );
  const wanted = names.filter((name) => needed.has(name));
  const pairs = dy.flatMap((gradient, i) => (gradient === undefined ? [] : [[last[i]!, gradient] as const]));
  const found = gradientsOf(
    pairs,
    wanted.map((name) => fresh[name]!),
  );
  return Object.fromEntries(wanted.map((name, i) => [name, () => found[i]!]));
}
