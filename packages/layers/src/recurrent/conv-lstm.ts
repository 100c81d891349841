// What the convolutional LSTMs share, which go over time and over sequences, images or volumes.
import { rankMismatch, withOptions, type CallArguments, type CallContext } from '@lamella/core';
import { mapTree, type Shape, type SymbolicShape, type Tree } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { refuseStridedDilation } from '../convolution/convolve.js';
import { dataFormatOption, type OptionsFor } from '../options/declarations.js';
import { singleShape, singleTensor } from '../options/single-input.js';
import { cellOf, loopOptions } from './cell-of-options.js';
import { ConvLSTMCell, kernelSlideOptions } from './conv-lstm-cell.js';
import { lstmCellOptions } from './gated-cell.js';
import { Recurrent } from './recurrent.js';

const { units: filters, ...gateOptions } = lstmCellOptions;

const options = {
  /** How many channels the states have, and what comes out. */
  filters,
  ...kernelSlideOptions,
  /** Default `channels_last`. */
  dataFormat: dataFormatOption(),
  ...gateOptions,
  ...loopOptions,
} as const;

/** The options of {@link ConvLSTM}. */
export type ConvLSTMOptions = OptionsFor<typeof options>;

/** An LSTM whose products are convolutions; over what, its {@link dimensions} say. */
export abstract class ConvLSTM<Out extends Tree<tf.Tensor>> extends withOptions(Recurrent, options) {
  readonly cell: ConvLSTMCell;

  constructor(given: ConvLSTMOptions) {
    super(given);
    refuseStridedDilation(this);
    const { dimensions, filters: units } = this as { readonly dimensions: number; readonly filters: number };
    const forCell = { ...given, dimensions, units };
    this.cell = this.addLayer('cell', cellOf(ConvLSTMCell, this, forCell, 'conv_lstm_cell'));
  }

  /** 1 for sequences, 2 for images, 3 for volumes. */
  abstract get dimensions(): 1 | 2 | 3;

  override build(inputShape: Tree<SymbolicShape>, args: CallArguments<SymbolicShape>): void {
    const shape = singleShape(this.label, inputShape);
    this.checkRank(shape);
    super.build(
      this.axes(shape.length, true).map((axis) => shape[axis]!),
      args,
    );
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): Out {
    const x = singleTensor(this.label, inputs);
    this.checkRank(x.shape);
    const initialState = (context.args['initialState'] ?? null) as Tree<tf.Tensor> | null;
    const args =
      initialState === null
        ? context.args
        : { ...context.args, initialState: this.moved(initialState, true) };
    return this.moved(this.overTime(this.moved(x, true), { ...context, args }), false) as Out;
  }

  protected override zeroStates(shape: Shape): readonly tf.Tensor[] {
    return this.stateShapes(shape).map((state) => tf.fill([...state], 0));
  }

  protected override stateShapes(shape: Shape): readonly Shape[] {
    const state = this.cell.stateShape(shape);
    return [state, state];
  }

  protected override checkRank(shape: SymbolicShape): void {
    const rank = this.dimensions + 3;
    if (shape.length !== rank) throw rankMismatch(this.label, `rank ${rank} ([batch, steps, ...])`, shape);
  }

  /** Tensors with their channels moved behind their dimensions, or back; the cell has them there. */
  private moved(tensors: Tree<tf.Tensor>, toLast: boolean): Tree<tf.Tensor> {
    if (this.dataFormat === 'channels_last') return tensors;
    return mapTree(tensors, (tensor) => tf.transpose(tensor, this.axes(tensor.rank, toLast)));
  }

  private axes(rank: number, toLast: boolean): number[] {
    const axes = Array.from({ length: rank }, (_, axis) => axis);
    if (this.dataFormat === 'channels_last') return axes;
    const first = rank - this.dimensions - 1;
    const before = axes.slice(0, first);
    return toLast
      ? [...before, ...axes.slice(first + 1), first]
      : [...before, rank - 1, ...axes.slice(first, -1)];
  }
}
