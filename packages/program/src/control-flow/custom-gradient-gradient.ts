// The gradient of `tf.customGrad`'s node is the Program that it holds.
import type { InputGradients } from '../kernel-rules/gradient-rule.js';
import { replay } from '../replay.js';
import type { HeldCall } from './held-call.js';

export function customGradient({ node, inputs, dy }: HeldCall): InputGradients {
  const { value: _value, ...rest } = inputs;
  const results = replay(node.programs!['gradient']!, [dy[0]!, ...Object.values(rest)]);
  return Object.fromEntries(results.map((gradient, i) => [String(i), () => gradient]));
}
