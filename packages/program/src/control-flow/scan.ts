// scan(): a step function applied to one element of sequences after the other, for authors of layers and Lambdas. In a capture it
// becomes one node, whatever the number of steps; outside it runs step by step. Source: keras.ops.scan.
import * as tf from '@tensorflow/tfjs-core';
import { abstractTensor, currentRecorder, valueOf } from '../capture-backend.js';
import { capture } from '../capture.js';
import type { DType } from '../dtype.js';
import { carryMismatch, loopInvalid } from '../errors.js';
import { scanKernel } from '../program.js';
import type { Recorder } from '../recorder.js';
import { formatShape } from '../shape.js';
import { captureBody } from './capture-body.js';
import { elementAt, elementType, scanHolder, scanNode } from './scan-kernel.js';
import {
  describeTensors,
  sameTensors,
  tensorTree,
  treeOf,
  type AnyRank,
  type Tensors,
  type TensorTree,
} from './tensor-tree.js';

export interface ScanOptions {
  /** The number of steps; needed only where there are no sequences. */
  readonly length?: number;
  /** Whether the last elements come first. Default false. */
  readonly reverse?: boolean;
  /**
   * Where it is false, a step changes nothing: the carry stays as it is, and the step's results are zeros. Shapes: [length], or
   * [length, batch, ...], which must lead the shapes of carries and results.
   */
  readonly mask?: tf.Tensor;
}

/**
 * Applies `step` to the carry and one element of `xs` after the other; gives the last carry, and the results of all steps, stacked.
 *
 * `initial`, `xs` and what `step` gives are tensors, or lists and records of them. `xs` may be null, then `length` says how many
 * steps there are; a step that has no results gives null for them. Weights and other tensors from outside may be used in `step`;
 * it may draw random numbers, anew at each step, and may not assign weights. Gradients flow through all of it.
 * Shapes: elements lie along the first axis of each of `xs`, and of each result.
 * Throws: CARRY_MISMATCH where a step changes the carry's structure, shapes or dtypes; LOOP_INVALID; ASSIGN_IN_BODY.
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import { scan } from '@lamella/program';
 *
 * const running = (x: tf.Tensor) =>
 *   scan((total: tf.Tensor, item: tf.Tensor) => {
 *     const next = tf.add(total, item);
 *     return [next, next];
 *   }, tf.zeros([2]), x)[1];
 */
export function scan<C extends Tensors, X extends Tensors | null, Y extends Tensors | null>(
  step: (carry: AnyRank<C>, x: AnyRank<X>) => readonly [carry: AnyRank<C>, result: Y],
  initial: C,
  xs: X,
  options: ScanOptions = {},
): [carry: AnyRank<C>, results: AnyRank<Y>] {
  const recorder = currentRecorder();
  const call = new ScanCall(step as unknown as Step, initial, xs, options, recorder);
  return (recorder === undefined ? call.run() : call.record(recorder)) as [AnyRank<C>, AnyRank<Y>];
}

type Step = (carry: unknown, x: unknown) => readonly [carry: unknown, result: unknown];

class ScanCall {
  private readonly subject: string;
  private readonly carry: TensorTree;
  private readonly elements: TensorTree;
  private readonly sequences: readonly tf.Tensor[];
  private readonly length: number;
  private readonly reverse: boolean;
  private readonly isMasked: boolean;
  /** How the results of a step are nested, once one has been taken. */
  private results: TensorTree['structure'] = null;

  constructor(
    private readonly step: Step,
    private readonly initial: unknown,
    private readonly xs: unknown,
    private readonly options: ScanOptions,
    recorder: Recorder | undefined,
  ) {
    this.subject = recorder === undefined ? 'scan()' : `scan() in ${recorder.subject}`;
    const { mask } = options;
    this.carry = tensorTree(initial, this.subject, 'the carry');
    this.elements = tensorTree(xs, this.subject, 'xs');
    this.isMasked = mask !== undefined;
    this.sequences = [...this.elements.leaves, ...(mask === undefined ? [] : [tf.cast(mask, 'bool')])];
    this.length = this.steps();
    this.reverse = options.reverse === true;
  }

  /** One step after the other, on tensors that hold values. */
  run(): [unknown, unknown] {
    if (this.length === 0) return this.runNone();
    const count = this.carry.leaves.length;
    let current = this.carry.leaves;
    const stacks: tf.Tensor[][] = [];
    for (let i = 0; i < this.length; i++) {
      const t = this.reverse ? this.length - 1 - i : i;
      const found = this.take([...current, ...this.sequences.map((x) => elementAt(x, t))]);
      current = found.slice(0, count);
      found.slice(count).forEach((result, k) => ((stacks[k] ??= [])[t] = result));
    }
    return this.nested([...current, ...stacks.map((stack) => tf.stack(stack))]);
  }

  /** One node, which holds the step as a Program. */
  record(recorder: Recorder): [unknown, unknown] {
    const { length, reverse } = this;
    const own = (tensor: tf.Tensor): number => recorder.computed(valueOf(tensor, recorder));
    const carries = this.carry.leaves.map(own);
    const sequences = this.sequences.map(own);
    const typeOf = (id: number): Recorder['values'][number] => recorder.values[id]!;
    const types = [...carries.map(typeOf), ...sequences.map((id) => elementType(typeOf(id), length))];
    const part = { what: 'the body of scan()', draws: { steps: length } };
    const body = captureBody(recorder, part, types, (args) => this.take(args));
    const { inputs, attrs } = scanNode({
      carries,
      sequences: [...sequences, ...body.blocks],
      constants: body.outside,
      length,
      reverse,
    });
    const programs = { body: body.program };
    const given = Object.fromEntries(Object.entries(inputs).map(([name, id]) => [name, typeOf(id)]));
    const outputs = recorder.node(
      scanKernel,
      inputs,
      attrs,
      scanHolder.outputTypes({ inputs: given, attrs, programs }),
      programs,
    );
    return this.nested(outputs.map((id) => abstractTensor(recorder, id)));
  }

  /** Nobody knows a step's results before one is taken: a capture tells their types. */
  private runNone(): [unknown, unknown] {
    const count = this.carry.leaves.length;
    const args = [...this.carry.leaves, ...this.sequences].map(({ shape, dtype }, i) => ({
      name: `x${i}`,
      shape: i < count ? shape : shape.slice(1),
      dtype: dtype as DType,
    }));
    const { program } = capture((...tensors) => this.take(tensors), args, { subject: this.subject });
    const stacks = program.outputs.slice(count).map(({ id }) => {
      const { shape, dtype } = program.type(id);
      return tf.fill([0, ...shape], 0, dtype as 'float32');
    });
    return this.nested([...this.carry.leaves.map((carry) => tf.clone(carry)), ...stacks]);
  }

  /** One step, from the leaves of the carry and of the elements to those of the next carry and of the results. */
  private take(args: readonly tf.Tensor[]): tf.Tensor[] {
    const count = this.carry.leaves.length;
    const carry = treeOf(this.carry.structure, args.slice(0, count));
    const element = treeOf(this.elements.structure, args.slice(count, count + this.elements.leaves.length));
    const given = this.step(carry, element);
    if (!Array.isArray(given) || given.length !== 2)
      throw loopInvalid(
        this.subject,
        'expected the step to give a pair, [carry, result]',
        'give null for no result',
      );
    const [next, result] = given as [unknown, unknown];
    if (!sameTensors(next, carry))
      throw carryMismatch(this.subject, describeTensors(carry), describeTensors(next));
    const results = tensorTree(result, this.subject, 'the result of a step');
    this.results = results.structure;
    const found = [...tensorTree(next, this.subject, 'the carry').leaves, ...results.leaves];
    if (!this.isMasked) return found;
    const isOn = args[args.length - 1]!;
    return found.map((tensor, i) => this.masked(tensor, isOn, args[i < count ? i : -1]));
  }

  private masked(tensor: tf.Tensor, isOn: tf.Tensor, before: tf.Tensor | undefined): tf.Tensor {
    const leads = isOn.shape.every((size, axis) => size === tensor.shape[axis]);
    if (!leads) {
      throw loopInvalid(
        this.subject,
        `expected a mask whose elements have a shape that leads ${formatShape(tensor.shape)}, got ${formatShape(isOn.shape)}`,
      );
    }
    const choice = tf.reshape(
      isOn,
      tensor.shape.map((size, axis) => (axis < isOn.rank ? size : 1)),
    );
    return tf.where(tf.broadcastTo(choice, tensor.shape), tensor, before ?? tf.zerosLike(tensor));
  }

  private nested(tensors: readonly tf.Tensor[]): [unknown, unknown] {
    const count = this.carry.leaves.length;
    return [
      treeOf(this.carry.structure, tensors.slice(0, count)),
      treeOf(this.results, tensors.slice(count)),
    ];
  }

  private steps(): number {
    const { length } = this.options;
    const sizes = this.sequences.map(({ shape }) => shape[0]);
    const steps = length ?? sizes[0];
    if (steps === undefined)
      throw loopInvalid(this.subject, 'expected sequences or a length, got neither', 'pass { length }');
    if (!Number.isInteger(steps) || steps < 0)
      throw loopInvalid(this.subject, `length: expected a whole number of steps, got ${steps}`);
    const other = sizes.find((size) => size !== steps);
    if (sizes.every((size) => size === steps)) return steps;
    throw loopInvalid(
      this.subject,
      `expected sequences of ${steps} elements along their first axis, got one of ${other ?? 'no axis'}`,
      'transpose the sequences so that time is their first axis',
    );
  }
}
