// cond(): one of two functions, whichever a value of the running Program chooses, for authors of layers and Lambdas. In a capture
// it becomes one node that holds both. Source: keras.ops.cond.
import type * as tf from '@tensorflow/tfjs-core';
import { abstractTensor, currentRecorder, valueOf } from '../capture-backend.js';
import { branchMismatch, loopInvalid } from '../errors.js';
import { condKernel, type ValueId } from '../program.js';
import type { Recorder } from '../recorder.js';
import { captureBody, withOutside } from './capture-body.js';
import { outputTypesOf } from './holder-checks.js';
import { describeTensors, sameTensors, tensorTree, treeOf, type Tensors } from './tensor-tree.js';

/**
 * What `then` gives where the predicate is true, else what `otherwise` gives. Only that one is computed.
 *
 * Both take nothing, may use tensors and weights from outside, and give tensors of the same shapes and dtypes, nested alike. To
 * choose element by element, use tf.where. Random numbers are drawn whichever branch is taken. Gradients flow through both.
 * Throws: BRANCH_MISMATCH; LOOP_INVALID for a predicate that is no bool of rank 0; ASSIGN_IN_BODY.
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import { cond } from '@lamella/program';
 *
 * const normalised = (x: tf.Tensor) => {
 *   const largest = tf.max(tf.abs(x));
 *   return cond(
 *     tf.greater(largest, 1),
 *     () => tf.div(x, largest),
 *     () => x,
 *   );
 * };
 */
export function cond<R extends Tensors>(predicate: tf.Tensor, then: () => R, otherwise: () => R): R {
  const recorder = currentRecorder();
  const subject = recorder === undefined ? 'cond()' : `cond() in ${recorder.subject}`;
  if (predicate.rank !== 0 || predicate.dtype !== 'bool') {
    throw loopInvalid(
      subject,
      `expected the predicate to be bool[], got ${describeTensors(predicate)}`,
      'reduce it to one value, as tf.any and tf.all do, or choose element by element by tf.where',
    );
  }
  if (recorder === undefined) return (predicate.dataSync()[0] ? then : otherwise)();
  return record(recorder, subject, predicate, then, otherwise) as R;
}

function record(
  recorder: Recorder,
  subject: string,
  predicate: tf.Tensor,
  then: () => unknown,
  otherwise: () => unknown,
): Tensors | null {
  const given: unknown[] = [];
  const bodies = [then, otherwise].map((branch) =>
    captureBody(recorder, { what: 'a branch of cond()', draws: 'outside' }, [], () => {
      const found = branch();
      given.push(found);
      return tensorTree(found, subject, 'a branch').leaves;
    }),
  );
  if (!sameTensors(given[0], given[1]))
    throw branchMismatch(subject, describeTensors(given[0]), describeTensors(given[1]));
  const outside = [...new Set(bodies.flatMap((body) => body.outside))];
  const typeOf = (id: ValueId): Recorder['values'][number] => recorder.values[id]!;
  const [whereTrue, whereFalse] = bodies.map((body) => withOutside(body, outside, typeOf));
  const inputs = Object.fromEntries(
    [valueOf(predicate, recorder), ...outside].map((id, i) => [String(i), id]),
  );
  const programs = { then: whereTrue!, otherwise: whereFalse! };
  const outputs = recorder.node(condKernel, inputs, {}, outputTypesOf(whereTrue!), programs);
  return treeOf(
    tensorTree(given[0], subject, 'a branch').structure,
    outputs.map((id) => abstractTensor(recorder, id)),
  );
}
