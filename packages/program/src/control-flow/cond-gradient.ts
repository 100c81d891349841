// The gradient of a choice is a choice between the gradients of its branches, which compute anew what they need.
import * as tf from '@tensorflow/tfjs-core';
import { abstractTensor, valueOf } from '../capture-backend.js';
import type { InputGradients } from '../kernel-rules/gradient-rule.js';
import { condKernel, type Program } from '../program.js';
import { replay } from '../replay.js';
import { captureBody, withOutside } from './capture-body.js';
import type { HeldCall } from './held-call.js';
import { inputTypesOf, outputTypesOf } from './holder-checks.js';

export function condGradient({ node, recorder, inputs, dy, needed, gradientsOf }: HeldCall): InputGradients {
  const [predicate, ...operands] = Object.values(inputs);
  const names = Object.keys(inputs).slice(1);
  const wanted = names.flatMap((name, i) => (needed.has(name) ? [i] : []));
  const given = dy.flatMap((gradient, i) => (gradient === undefined ? [] : [{ gradient, i }]));
  const bodies = Object.values(node.programs!).map((branch) => {
    const types = [...inputTypesOf(branch), ...given.map(({ i }) => outputTypesOf(branch)[i]!)];
    return captureBody(recorder, { what: 'the gradient of cond()', draws: 'outside' }, types, (args) => {
      const own = args.slice(0, operands.length);
      const results = replay(branch, own);
      const pairs = given.map(({ i }, k) => [results[i]!, args[operands.length + k]!] as const);
      const sources = wanted.map((i) => own[i]!);
      return gradientsOf(pairs, sources).map((gradient, k) => gradient ?? tf.zerosLike(sources[k]!));
    });
  });
  const outside = [...new Set(bodies.flatMap((body) => body.outside))];
  const typeOf = (id: number): (typeof recorder)['values'][number] => recorder.values[id]!;
  const [then, otherwise] = bodies.map((body) => withOutside(body, outside, typeOf)) as [Program, Program];
  const tensors = [predicate!, ...operands, ...given.map(({ gradient }) => gradient)];
  const ids = [...tensors.map((tensor) => valueOf(tensor, recorder)), ...outside];
  const found = recorder.node(
    condKernel,
    Object.fromEntries(ids.map((id, i) => [String(i), id])),
    {},
    outputTypesOf(then),
    { then, otherwise },
  );
  return Object.fromEntries(wanted.map((i, k) => [names[i]!, () => abstractTensor(recorder, found[k]!)]));
}
