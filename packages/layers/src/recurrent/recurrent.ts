// What runs a cell over time: a scan, or steps written out, with masks, states that are given, kept or returned, and either
// direction. What a step computes, its cell says.
import {
  booleanOption,
  isTensor,
  Layer,
  rankMismatch,
  Weight,
  withOptions,
  type CallArguments,
  type CallContext,
  type Mask,
} from '@lamella/core';
import {
  flatten,
  formatShape,
  HostTensor,
  isNumberDType,
  mapTree,
  scan,
  shapeMismatch,
  structureOf,
  unflatten,
  type NumberDType,
  type Shape,
  type SymbolicShape,
  type Tree,
} from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { addActivityLoss } from '../options/activity.js';
import { requireBuilt } from '../options/built.js';
import { activityOption } from '../options/declarations.js';
import { knownSize, singleShape, singleTensor } from '../options/single-input.js';
import {
  asList,
  checkState,
  firstState,
  heededMask,
  initialStatesOf,
  outputSizeOf,
  type RecurrentCell,
} from './cell.js';

/** The options of all layers that run a cell over time. */
export const recurrentOptions = {
  /** Whether the outputs of all steps come out, or that of the last one. Default false. */
  returnSequences: booleanOption(false),
  /** Whether the last states come out behind the output. Default false. */
  returnState: booleanOption(false),
  /** Whether the last step comes first; outputs then come out in the order in which they were made. Default false. */
  goBackwards: booleanOption(false),
  /** Whether each batch begins with the states in which the one before it ended. Default false. */
  stateful: booleanOption(false),
  /** Whether the steps are written out one by one, for short sequences. Default false, a loop. */
  unroll: booleanOption(false),
  /** Whether the output of steps that a mask hides is zeros, or that of the step before. Default false. */
  zeroOutputForMask: booleanOption(false),
  /** What the output adds to the loss. Default null, nothing. */
  activityRegularizer: activityOption(),
} as const;

/** What one step hands to the next. `output` is there where it is not among the states. */
interface Carry {
  readonly states: readonly Tree<tf.Tensor>[];
  readonly output?: tf.Tensor;
}

/** One element over which a loop runs. */
interface Element {
  readonly x: tf.Tensor;
  /** Where the step counts. */
  readonly isOn?: tf.Tensor;
}

type Step = (carry: Carry, element: Element) => [Carry, tf.Tensor | null];

/** A layer that runs its {@link cell} over time. */
export abstract class Recurrent extends withOptions(Layer, recurrentOptions) {
  static readonly callArguments: readonly string[] = ['initialState'];
  abstract readonly cell: RecurrentCell;
  /** The states kept from batch to batch; no weights: Keras neither counts nor stores them. */
  #kept: readonly Weight[] = [];

  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: Tree<SymbolicShape>, _args: CallArguments<SymbolicShape>): void {
    const shape = singleShape(this.label, inputShape);
    this.checkRank(shape);
    const [batch, , ...sizes] = shape;
    this.cell.ensureBuilt([batch!, ...sizes]);
    if (!this.stateful) return;
    const size = knownSize(this.label, shape, 0, 'batch size, because it is stateful', 'batchSize');
    const { variableDType } = this.dtypePolicy;
    const dtype: NumberDType = isNumberDType(variableDType) ? variableDType : 'float32';
    this.#kept = this.stateShapes([size, ...(sizes as number[])]).map((shape, i) => {
      const value = HostTensor.zeros(shape, dtype);
      return new Weight({ name: `rnn_state_${i}`, owner: this.name, value, trainable: false });
    });
  }

  /** Sets the kept states of a stateful layer to zeros. */
  resetStates(): void {
    for (const state of this.#kept) state.set(HostTensor.zeros(state.shape, state.dtype));
  }

  override computeMask(_inputs: Tree<tf.Tensor>, { mask }: CallContext): Tree<Mask> {
    const output = this.returnSequences ? mask : null;
    return this.returnState ? [output, ...flatten(this.cell.stateSize).map(() => null)] : output;
  }

  /** What comes out: the output, and behind it the states, where they are returned. */
  protected overTime(inputs: Tree<tf.Tensor>, context: CallContext): Tree<tf.Tensor> {
    requireBuilt(this);
    const x = singleTensor(this.label, inputs);
    this.checkRank(x.shape);
    const [batch, length, ...sizes] = x.shape as [number, number, ...number[]];
    if (length === 0)
      throw shapeMismatch(this.label, `expected at least one step, got none (input ${formatShape(x.shape)})`);
    const shape = [batch, ...sizes];
    const initial = this.statesFor(shape, context);
    const run = (): [tf.Tensor, readonly Tree<tf.Tensor>[]] => this.loop(x, initial, heededMask(context));
    const { cell } = this;
    const [output, states] = cell.forAllSteps?.(shape, context.training, run) ?? run();
    flatten<tf.Tensor>(states).forEach((state, i) => this.#kept[i]?.assign(state));
    const results = this.returnState ? [output, ...states] : output;
    for (const result of flatten<tf.Tensor>(results))
      addActivityLoss(this.activityRegularizer, result, context);
    return results;
  }

  /** The states before the first step, for one element of this shape. */
  protected zeroStates(shape: Shape): readonly Tree<tf.Tensor>[] {
    return initialStatesOf(this.cell, shape[0]!);
  }

  /** The shape of each state, for one element of this shape. */
  protected stateShapes([batch]: Shape): readonly Shape[] {
    return flatten(this.cell.stateSize).map((size) => [batch!, size]);
  }

  /** Throws: RANK_MISMATCH. */
  protected checkRank(shape: SymbolicShape): void {
    if (shape.length < 3) throw rankMismatch(this.label, 'rank 3 ([batch, steps, features])', shape);
  }

  /** Throws: STRUCTURE_MISMATCH, SHAPE_MISMATCH for states that do not fit, or another batch than the kept ones are for. */
  private statesFor(shape: Shape, { args }: CallContext): readonly Tree<tf.Tensor>[] {
    const kept = this.#kept[0]?.shape[0] ?? shape[0];
    if (kept !== shape[0])
      throw shapeMismatch(
        this.label,
        `expected batches of ${kept}, whose states it keeps, got one of ${shape[0]}`,
        'feed batches of that size, or build the layer without stateful',
      );
    const zeros = this.zeroStates(shape);
    const given = args['initialState'] as Tree<tf.Tensor> | null | undefined;
    if (given === undefined || given === null)
      return this.#kept.length === 0
        ? zeros
        : nestedLike(
            zeros,
            this.#kept.map((state) => state.read()),
          );
    const leaves = flatten(isTensor(given) ? [given] : given);
    const expected = flatten<tf.Tensor>(zeros);
    if (leaves.length !== expected.length)
      throw shapeMismatch(
        this.label,
        `initialState: expected ${expected.length} states, got ${leaves.length}`,
        'give a tensor for each state of the cell',
      );
    leaves.forEach((leaf, i) => checkState(this.label, i, leaf, expected[i]!.shape));
    return nestedLike(zeros, leaves);
  }

  private loop(
    x: tf.Tensor,
    initial: readonly Tree<tf.Tensor>[],
    mask: Mask,
  ): [output: tf.Tensor, states: readonly Tree<tf.Tensor>[]] {
    const { goBackwards: reverse, returnSequences, cell } = this;
    const isMasked = mask !== null;
    const isCarried =
      cell.givesState === true
        ? isMasked && (this.unroll || this.zeroOutputForMask)
        : !returnSequences || isMasked;
    const empty = (): tf.Tensor =>
      cell.givesState === true
        ? tf.zerosLike(firstState(initial))
        : tf.fill([x.shape[0], outputSizeOf(cell)], 0);
    const carry: Carry = { states: initial, ...(isCarried && { output: empty() }) };
    const elements: Element = { x: timeFirst(x), ...(isMasked && { isOn: timeFirst(this.stepMask(mask)) }) };
    const step: Step = (before, element) => this.step(before, element);
    const [last, outputs] = this.unroll
      ? writtenOut(step, carry, elements, reverse)
      : (scan(step as never, carry as never, elements as never, { reverse }) as unknown as [
          Carry,
          tf.Tensor | null,
        ]);
    if (!returnSequences) return [last.output ?? firstState(last.states), last.states];
    return [timeFirst(reverse ? tf.reverse(outputs!, 0) : outputs!), last.states];
  }

  private step(before: Carry, { x, isOn }: Element): [Carry, tf.Tensor | null] {
    const [made, next] = this.cell.apply(x, { states: before.states });
    const states = asList(next);
    const result = ([output, after]: [tf.Tensor, readonly Tree<tf.Tensor>[]]): [Carry, tf.Tensor | null] => [
      { states: after, ...(before.output !== undefined && { output }) },
      this.returnSequences ? output : null,
    ];
    if (isOn === undefined) return result([made, states]);
    const old = flatten<tf.Tensor>(before.states);
    let i = 0;
    const kept = mapTree<tf.Tensor, tf.Tensor>(states, (state) => chosen(isOn, state, old[i++]!));
    const hidden = this.hiddenOutput(before, made);
    return result([chosen(isOn, made, hidden), kept as readonly Tree<tf.Tensor>[]]);
  }

  /** The output of a step that does not count. As in Keras, a loop takes the first state for the output before. */
  private hiddenOutput(before: Carry, output: tf.Tensor): tf.Tensor {
    if (this.unroll) return before.output!;
    return this.zeroOutputForMask ? tf.zerosLike(output) : firstState(before.states);
  }

  /** Shapes: to [batch, steps]. Throws: RANK_MISMATCH. */
  private stepMask(mask: tf.Tensor): tf.Tensor {
    if (mask.rank < 2) throw rankMismatch(this.label, 'a mask of rank 2 ([batch, steps])', mask.shape);
    return mask.rank === 2 ? mask : tf.any(mask, mask.shape.map((_, axis) => axis).slice(2));
  }
}

/** The batch and the time axis, exchanged. */
function timeFirst(x: tf.Tensor): tf.Tensor {
  return tf.transpose(x, [1, 0, ...x.shape.map((_, axis) => axis).slice(2)]);
}

/** For each sequence `next` where the step counts, else `before`. */
function chosen(isOn: tf.Tensor, next: tf.Tensor, before: tf.Tensor): tf.Tensor {
  const choice = tf.reshape(isOn, [next.shape[0]!, ...next.shape.slice(1).map(() => 1)]);
  return tf.where(tf.broadcastTo(choice, next.shape), next, before);
}

function nestedLike(
  structure: readonly Tree<tf.Tensor>[],
  leaves: readonly tf.Tensor[],
): readonly Tree<tf.Tensor>[] {
  return unflatten(structureOf(structure), leaves) as readonly Tree<tf.Tensor>[];
}

/** As scan(), one step after the other. */
function writtenOut(
  step: Step,
  carry: Carry,
  elements: Element,
  reverse: boolean,
): [Carry, tf.Tensor | null] {
  const xs = tf.unstack(elements.x);
  const masks = elements.isOn === undefined ? [] : tf.unstack(elements.isOn);
  const order = xs.map((_, t) => (reverse ? xs.length - 1 - t : t));
  const outputs: (tf.Tensor | null)[] = [];
  let current = carry;
  for (const t of order) {
    const isOn = masks[t];
    const [next, output] = step(current, { x: xs[t]!, ...(isOn !== undefined && { isOn }) });
    outputs[t] = output;
    current = next;
  }
  const made = outputs.filter((output) => output !== null);
  return [current, made.length === 0 ? null : tf.stack(made)];
}
