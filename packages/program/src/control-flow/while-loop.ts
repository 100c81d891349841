// whileLoop(): a body applied for as long as a condition holds, for authors of layers and Lambdas. In a capture it becomes one
// node; outside it runs step by step. Source: keras.ops.while_loop.
import * as tf from '@tensorflow/tfjs-core';
import { abstractTensor, currentRecorder, valueOf } from '../capture-backend.js';
import { carryMismatch, loopEndless, loopInvalid } from '../errors.js';
import { whileKernel, type ValueId } from '../program.js';
import type { Recorder } from '../recorder.js';
import { captureBody, withOutside } from './capture-body.js';
import {
  describeTensors,
  sameTensors,
  tensorTree,
  treeOf,
  type AnyRank,
  type Tensors,
  type TensorTree,
} from './tensor-tree.js';
import { isEndless } from './while-kernel.js';

export interface WhileLoopOptions {
  /** Steps after which the loop ends whatever the condition gives. Gradients need it. */
  readonly maximumIterations?: number;
}

/**
 * Applies `body` to the loop's variables for as long as `condition` of them is true; gives the last ones.
 *
 * The variables are a tensor, or a list or record of tensors. Weights and other tensors from outside may be used; weights may not
 * be assigned, and random numbers not be drawn, since nobody knows how many. Gradients need `maximumIterations`: each step up to
 * that number then has its place, whether it is taken or not.
 * Throws: CARRY_MISMATCH where the body changes structure, shapes or dtypes; LOOP_ENDLESS for a condition that nothing can change;
 * LOOP_INVALID for one that is no bool of rank 0; ASSIGN_IN_BODY; NOT_CAPTURABLE.
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import { whileLoop } from '@lamella/program';
 *
 * const halved = (x: tf.Tensor) =>
 *   whileLoop(
 *     (value: tf.Tensor) => tf.greater(tf.max(value), 1),
 *     (value) => tf.div(value, 2),
 *     x,
 *     { maximumIterations: 20 },
 *   );
 */
export function whileLoop<C extends Tensors>(
  condition: (variables: AnyRank<C>) => tf.Tensor,
  body: (variables: AnyRank<C>) => AnyRank<C>,
  initial: C,
  options: WhileLoopOptions = {},
): AnyRank<C> {
  const recorder = currentRecorder();
  const call = new WhileCall(
    condition as unknown as WhileCall['condition'],
    body as unknown as WhileCall['body'],
    initial,
    options,
    recorder,
  );
  return (recorder === undefined ? call.run() : call.record(recorder)) as AnyRank<C>;
}

class WhileCall {
  private readonly subject: string;
  private readonly variables: TensorTree;
  private readonly most: number | null;

  constructor(
    private readonly condition: (variables: unknown) => tf.Tensor,
    private readonly body: (variables: unknown) => unknown,
    initial: unknown,
    { maximumIterations }: WhileLoopOptions,
    recorder: Recorder | undefined,
  ) {
    this.subject = recorder === undefined ? 'whileLoop()' : `whileLoop() in ${recorder.subject}`;
    this.variables = tensorTree(initial, this.subject, 'the variables');
    this.most = maximumIterations ?? null;
    if (this.most !== null && !(Number.isInteger(this.most) && this.most >= 0))
      throw loopInvalid(this.subject, `maximumIterations: expected a whole number, got ${this.most}`);
  }

  run(): unknown {
    let current: readonly tf.Tensor[] = this.variables.leaves.map((tensor) => tf.clone(tensor));
    for (let i = 0; i < (this.most ?? Infinity); i++) {
      if (!tf.tidy(() => this.goesOn(current).dataSync()[0])) break;
      current = this.next(current);
    }
    return treeOf(this.variables.structure, current);
  }

  record(recorder: Recorder): unknown {
    const carries = this.variables.leaves.map((tensor) => recorder.computed(valueOf(tensor, recorder)));
    const typeOf = (id: ValueId): Recorder['values'][number] => recorder.values[id]!;
    const types = carries.map(typeOf);
    const part = { draws: 'nowhere' } as const;
    const condition = captureBody(
      recorder,
      { ...part, what: 'the condition of whileLoop()' },
      types,
      (args) => [this.goesOn(args)],
    );
    const body = captureBody(recorder, { ...part, what: 'the body of whileLoop()' }, types, (args) =>
      this.next(args),
    );
    if (this.most === null && isEndless(condition.program, body.program, carries.length))
      throw loopEndless(this.subject);
    const outside = [...new Set([...condition.outside, ...body.outside])];
    const inputs = Object.fromEntries([...carries, ...outside].map((id, i) => [String(i), id]));
    const programs = {
      condition: withOutside(condition, outside, typeOf),
      body: withOutside(body, outside, typeOf),
    };
    const attrs = { carries: carries.length, maximumIterations: this.most };
    const outputs = recorder.node(whileKernel, inputs, attrs, types, programs);
    return treeOf(
      this.variables.structure,
      outputs.map((id) => abstractTensor(recorder, id)),
    );
  }

  private goesOn(variables: readonly tf.Tensor[]): tf.Tensor {
    const found: unknown = this.condition(treeOf(this.variables.structure, variables));
    if (found instanceof tf.Tensor && found.rank === 0 && found.dtype === 'bool') return found;
    throw loopInvalid(
      this.subject,
      `expected the condition to give bool[], got ${describeTensors(found)}`,
      'reduce it to one value, as tf.any and tf.all do',
    );
  }

  private next(variables: readonly tf.Tensor[]): readonly tf.Tensor[] {
    const before = treeOf(this.variables.structure, variables);
    const after = this.body(before);
    if (!sameTensors(after, before))
      throw carryMismatch(this.subject, describeTensors(before), describeTensors(after));
    return tensorTree(after, this.subject, 'the variables').leaves;
  }
}
