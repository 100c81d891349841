// Conv2D: a convolution over images.
import * as tf from '@tensorflow/tfjs-core';
import {
  Layer,
  optionInvalid,
  type CallContext,
  type Config,
  type Constraint,
  type Initializer,
  type LayerOptions,
  type Regularizer,
  type Weight,
} from '@lamella/core';
import { formatShape, shapeMismatch, type SymbolicShape, type Tree } from '@lamella/program';
import { activationOf, type Activation, type ActivationOption } from '../activations/resolve.js';
import { addActivityLoss } from '../options/activity.js';
import { requireBuilt } from '../options/built.js';
import { positiveInteger } from '../options/checks.js';
import { floatTensor, singleShape, singleTensor } from '../options/single-input.js';
import {
  channelAxis,
  dataFormatOf,
  paddingOf,
  pairOf,
  requireImages,
  withChannelsLast,
  type DataFormat,
  type Padding,
  type Pair,
  type PairOption,
} from '../options/spatial.js';
import {
  constraintOf,
  initializerOf,
  regularizerOf,
  type ConstraintOption,
  type InitializerOption,
  type RegularizerOption,
} from '../options/weight-options.js';

/** The options of {@link Conv2D}. */
export interface Conv2DOptions extends LayerOptions {
  /** How many channels come out. */
  readonly filters: number;
  /** Height and width of the kernel. */
  readonly kernelSize: PairOption;
  readonly strides?: PairOption;
  readonly padding?: Padding;
  readonly dataFormat?: DataFormat | null;
  /** How far apart the kernel's elements lie; with strides of 1 only. */
  readonly dilationRate?: PairOption;
  /** Into how many groups the channels fall, each with filters of its own. */
  readonly groups?: number;
  readonly activation?: ActivationOption;
  readonly useBias?: boolean;
  readonly kernelInitializer?: InitializerOption;
  readonly biasInitializer?: InitializerOption;
  readonly kernelRegularizer?: RegularizerOption;
  readonly biasRegularizer?: RegularizerOption;
  readonly activityRegularizer?: RegularizerOption;
  readonly kernelConstraint?: ConstraintOption;
  readonly biasConstraint?: ConstraintOption;
}

/**
 * Slides a kernel over images. Source: keras.layers.Conv2D.
 * Shapes: [batch, height, width, channels] to [batch, new height, new width, filters].
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * const maps = conv2D({ filters: 8, kernelSize: 3, activation: 'relu' }).apply(input({ shape: [28, 28, 1] }));
 * maps.shape; // [null, 26, 26, 8]
 */
export class Conv2D extends Layer {
  static readonly className = 'Conv2D';
  readonly filters: number;
  readonly kernelSize: Pair;
  readonly strides: Pair;
  readonly padding: Padding;
  readonly dataFormat: DataFormat;
  readonly dilationRate: Pair;
  readonly groups: number;
  readonly useBias: boolean;
  private readonly activation: Activation;
  private readonly kernelInitializer: Initializer;
  private readonly biasInitializer: Initializer;
  private readonly kernelRegularizer: Regularizer | null;
  private readonly biasRegularizer: Regularizer | null;
  private readonly activityRegularizer: Regularizer | null;
  private readonly kernelConstraint: Constraint | null;
  private readonly biasConstraint: Constraint | null;
  private kernel!: Weight;
  private bias: Weight | undefined;

  constructor(options: Conv2DOptions) {
    super(options);
    const { label } = this;
    this.filters = positiveInteger(label, 'filters', options.filters);
    this.kernelSize = pairOf(label, 'kernelSize', options.kernelSize);
    this.strides = pairOf(label, 'strides', options.strides ?? 1);
    this.padding = paddingOf(label, options.padding);
    this.dataFormat = dataFormatOf(label, options.dataFormat);
    this.dilationRate = pairOf(label, 'dilationRate', options.dilationRate ?? 1);
    this.groups = positiveInteger(label, 'groups', options.groups ?? 1);
    if (this.filters % this.groups !== 0)
      throw optionInvalid(label, 'groups', `a divisor of filters (${this.filters})`, options.groups);
    if (Math.max(...this.strides) > 1 && Math.max(...this.dilationRate) > 1) {
      throw optionInvalid(
        label,
        'dilationRate',
        `1, because strides is ${formatShape(this.strides)}`,
        options.dilationRate,
      );
    }
    this.activation = activationOf(label, options.activation);
    this.useBias = options.useBias ?? true;
    this.kernelInitializer = initializerOf(
      label,
      'kernelInitializer',
      options.kernelInitializer ?? 'glorot_uniform',
    );
    this.biasInitializer = initializerOf(label, 'biasInitializer', options.biasInitializer ?? 'zeros');
    this.kernelRegularizer = regularizerOf(label, 'kernelRegularizer', options.kernelRegularizer);
    this.biasRegularizer = regularizerOf(label, 'biasRegularizer', options.biasRegularizer);
    this.activityRegularizer = regularizerOf(label, 'activityRegularizer', options.activityRegularizer);
    this.kernelConstraint = constraintOf(label, 'kernelConstraint', options.kernelConstraint);
    this.biasConstraint = constraintOf(label, 'biasConstraint', options.biasConstraint);
  }

  override get sublayers(): readonly Layer[] {
    return this.activation.layer === null ? [] : [this.activation.layer];
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    const shape = singleShape(this.label, inputShape);
    requireImages(this.label, shape, this.dataFormat);
    const channels = shape[channelAxis(this.dataFormat)] ?? null;
    if (channels === null) {
      throw shapeMismatch(
        this.label,
        `expected a known number of channels, got ${formatShape(shape)}`,
        'give input() the number of channels',
      );
    }
    if (channels % this.groups !== 0) {
      throw shapeMismatch(
        this.label,
        `expected channels that ${this.groups} groups share out, got ${channels} (input ${formatShape(shape)})`,
      );
    }
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [...this.kernelSize, channels / this.groups, this.filters],
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    });
    this.bias = this.useBias
      ? this.addWeight({
          name: 'bias',
          shape: [this.filters],
          initializer: this.biasInitializer,
          regularizer: this.biasRegularizer,
          constraint: this.biasConstraint,
        })
      : undefined;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    requireBuilt(this);
    const x = floatTensor(singleTensor(this.label, inputs));
    this.checkShape(x.shape);
    const sums = withChannelsLast(x, this.dataFormat, (images) => {
      this.checkSize(images.shape, x.shape);
      const product = this.convolve(images);
      return this.bias === undefined ? product : tf.add<tf.Tensor4D>(product, this.bias.read());
    });
    const output = this.activation.apply(sums, context);
    addActivityLoss(this.activityRegularizer, output, context);
    return output;
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      filters: this.filters,
      kernelSize: this.kernelSize,
      strides: this.strides,
      padding: this.padding,
      dataFormat: this.dataFormat,
      dilationRate: this.dilationRate,
      groups: this.groups,
      activation: this.activation.config,
      useBias: this.useBias,
      kernelInitializer: this.kernelInitializer,
      biasInitializer: this.biasInitializer,
      kernelRegularizer: this.kernelRegularizer,
      biasRegularizer: this.biasRegularizer,
      activityRegularizer: this.activityRegularizer,
      kernelConstraint: this.kernelConstraint,
      biasConstraint: this.biasConstraint,
    };
  }

  private convolve(images: tf.Tensor4D): tf.Tensor4D {
    const kernel = this.kernel.read() as tf.Tensor4D;
    const one = (x: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D =>
      tf.conv2d(x, filter, [...this.strides], this.padding, 'NHWC', [...this.dilationRate]);
    if (this.groups === 1) return one(images, kernel);
    const parts = tf.split(images, this.groups, 3);
    const filters = tf.split(kernel, this.groups, 3);
    return tf.concat(
      parts.map((part, i) => one(part as tf.Tensor4D, filters[i]! as tf.Tensor4D)),
      3,
    );
  }

  private checkShape(shape: SymbolicShape): void {
    requireImages(this.label, shape, this.dataFormat);
    const channels = this.kernel.shape[2]! * this.groups;
    const given = shape[channelAxis(this.dataFormat)];
    if (given === channels) return;
    throw shapeMismatch(
      this.label,
      `expected ${channels} channels, got ${given} (input ${formatShape(shape)})`,
      `feed images of ${channels} channels, or rebuild the graph for ${given}`,
      [`Its kernel ${formatShape(this.kernel.shape)} was created for ${channels} channels.`],
    );
  }

  private checkSize([, height, width]: readonly number[], shape: SymbolicShape): void {
    if (this.padding === 'same') return;
    const reach = this.kernelSize.map((size, i) => (size - 1) * this.dilationRate[i]! + 1) as [
      number,
      number,
    ];
    if (reach[0] <= height! && reach[1] <= width!) return;
    throw shapeMismatch(
      this.label,
      `its kernel reaches over ${formatShape(reach)}, more than the image [${height}, ${width}] (input ${formatShape(shape)})`,
      "choose a smaller kernelSize, or padding: 'same'",
    );
  }
}

/** Makes a {@link Conv2D}. */
export function conv2D(options: Conv2DOptions): Conv2D {
  return new Conv2D(options);
}
