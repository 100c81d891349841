// What layers with several heads share: query, key and value are projected for each head, what a query finds is projected back.
// Which sizes heads have, and along which axes they attend, each says.
import {
  booleanOption,
  fractionOption,
  inputInvalid,
  isTensorSpec,
  Layer,
  option,
  orNull,
  positiveIntegerOption,
  rankMismatch,
  seedOption,
  withOptions,
  type CallArguments,
  type CallContext,
  type FileFacts,
  type Mask,
  type TensorSpec,
} from '@lamella/core';
import { formatShape, isShape, shapeMismatch, type SymbolicShape, type Tree } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { EinsumDense } from '../core/einsum-dense.js';
import { requireBuilt } from '../options/built.js';
import { regularizerOption } from '../options/declarations.js';
import { knownSize, singleShape, singleTensor } from '../options/single-input.js';
import { kernelAndBias, kernelAndBiasConstraints } from '../options/weight-declarations.js';
import { seenPositions } from './attention-masks.js';
import { attend, maskSizes, scoresShape } from './attend.js';

const { useBias, ...initial } = kernelAndBias;

/** The options of the projections, but for their bias. */
const projected = {
  ...initial,
  /** What each projection adds to the loss. Default null, nothing. */
  activityRegularizer: regularizerOption(),
  ...kernelAndBiasConstraints,
} as const;

const options = {
  /** The share of the scores that is dropped in training. Default 0. */
  dropout: fractionOption(0),
  useBias,
  /** How many positions around its own a query sees on either side, itself counted. Default null, all. */
  slidingWindow: orNull(positiveIntegerOption()),
  /** Whether Keras is to use a fused kernel. Nothing here does, and files do not hold it. Default null. */
  flashAttention: option<boolean | null>({
    check: (subject, name, given) => (given === null ? null : booleanOption.check(subject, name, given)),
    default: null,
    isNullable: true,
    write: () => undefined,
  }),
  ...projected,
  /** Whether what a query finds goes through a gate that the query opens. Default false. */
  useGate: booleanOption(false),
  /** For what is dropped. Default null, the model's. */
  seed: seedOption(),
} as const;

/** How many heads there are, and how large each is. */
export interface Heads {
  readonly count: number;
  /** Those of key and value; each serves as many of the query. */
  readonly keyValueCount: number;
  readonly keySize: number;
  readonly valueSize: number;
}

/** A layer with several heads. */
export abstract class MultiHead extends withOptions(Layer, options) {
  static readonly callArguments: readonly string[] = [
    ...['value', 'key', 'queryMask', 'valueMask', 'keyMask', 'attentionMask'],
    ...['returnAttentionScores', 'training', 'useCausalMask'],
  ];
  static readonly fileFacts: FileFacts = { buildArguments: ['query', 'value', 'key'] };
  declare readonly outputsWith: { readonly returnAttentionScores: [output: tf.Tensor, scores: tf.Tensor] };
  #query!: EinsumDense;
  #key!: EinsumDense;
  #gate: EinsumDense | undefined;
  #value!: EinsumDense;
  #output!: EinsumDense;
  #axes: readonly number[] | undefined;

  protected abstract get heads(): Heads;
  /** The axes along which heads attend, for a query of this shape. */
  protected abstract axesFor(query: SymbolicShape): readonly number[];
  /** The sizes that come out, after those that attention leaves as they are. */
  protected abstract sizesOut(query: SymbolicShape): readonly number[];
  /** What Keras' attributes with the projections begin with, under which files keep them. */
  protected abstract get attributePrefix(): string;

  override get supportsMasking(): boolean {
    return true;
  }

  /** The axes that the layer attends along, once it is built. */
  protected get builtAxes(): readonly number[] | undefined {
    return this.#axes;
  }

  override build(inputShape: Tree<SymbolicShape>, args: CallArguments<SymbolicShape>): void {
    const query = singleShape(this.label, inputShape);
    const value = singleShape(this.label, valueIn(this.label, args) as SymbolicShape);
    const key = (args['key'] ?? value) as SymbolicShape;
    const axes = this.axesFor(query);
    this.checkShapes(axes, query, value, key);
    const { count, keyValueCount, keySize, valueSize } = this.heads;
    const forHeads = (
      name: string,
      of: SymbolicShape,
      heads: number,
      size: number,
      activation = 'linear',
    ): EinsumDense => {
      knownSize(this.label, of, of.length - 1, `last dimension of its ${name}`, 'number of features');
      const place = name === 'gate' ? '_' : this.attributePrefix;
      const spec = { equation: '...a,abc->...bc', outputShape: [heads, size], biasAxes: 'bc', activation };
      return this.project(`${place}${name}_dense`, { name, ...spec }, of);
    };
    this.#query = forHeads('query', query, count, keySize);
    this.#key = forHeads('key', key, keyValueCount, keySize);
    this.#gate = this.useGate ? forHeads('gate', query, count, valueSize, 'sigmoid') : undefined;
    this.#value = forHeads('value', value, keyValueCount, valueSize);
    const outputShape = this.sizesOut(query);
    const letters = [...'cdefghijklmnopqrstuvwxyz'].slice(0, outputShape.length).join('');
    const spec = { equation: `...ab,ab${letters}->...${letters}`, outputShape, biasAxes: letters };
    const found = [...query.slice(0, -1), count, valueSize];
    this.#output = this.project(
      `${this.attributePrefix}output_dense`,
      { name: 'attention_output', ...spec },
      found,
    );
    this.#axes = axes;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    requireBuilt(this);
    const { args, argMasks } = context;
    const query = singleTensor(this.label, inputs);
    const value = singleTensor(this.label, valueIn(this.label, args) as tf.Tensor);
    const key = (args['key'] ?? value) as tf.Tensor;
    this.checkShapes(this.#axes!, query.shape, value.shape, key.shape);
    const masked = (name: string, came: Mask, axis: number): Mask => {
      const mask = (args[name] as tf.Tensor | undefined) ?? came;
      return mask === null ? null : tf.expandDims(mask, axis);
    };
    const masks = [
      masked('queryMask', context.mask, -1),
      masked('valueMask', argMasks['value']?.[0] ?? null, -2),
      masked('keyMask', argMasks['key']?.[0] ?? null, -2),
      seenPositions(query.shape[1]!, value.shape[1]!, Boolean(args['useCausalMask']), this.slidingWindow),
      (args['attentionMask'] ?? null) as Mask,
    ];
    const withScores = Boolean(args['returnAttentionScores']);
    const [found, scores] = attend(
      { query: this.#query.apply(query), key: this.#key.apply(key), value: this.#value.apply(value) },
      {
        subject: this.label,
        axes: this.#axes!,
        masks,
        dtype: this.dtypePolicy.floatDType,
        // Keras then leaves it to a kernel that tells no scores, drops nothing and knows one axis of positions.
        isFused: !withScores && this.dropout === 0 && query.rank === 3,
        dropout: context.training ? this.dropout : 0,
        seed: this.seed,
      },
    );
    const gated = this.#gate === undefined ? found : tf.mul(found, this.#gate.apply(query));
    const output = this.#output.apply(gated);
    return (withScores ? [output, scores] : output) as tf.Tensor;
  }

  /** Without a capture: shapes follow from those of query, value and key, and masks do not change them. */
  override computeOutputs(input: Tree<TensorSpec>, args: CallArguments<TensorSpec>): Tree<TensorSpec> {
    if (!isTensorSpec(input)) return super.computeOutputs(input, args);
    const value = valueIn(this.label, args) as TensorSpec;
    const { key = value, attentionMask = null } = args as Readonly<Record<string, TensorSpec | null>>;
    const axes = this.#axes!;
    const { shape } = input;
    this.checkShapes(axes, shape, value.shape, (key ?? value).shape);
    const heads = (of: SymbolicShape): SymbolicShape => [...of.slice(0, -1), this.heads.count, null];
    const scores = scoresShape(heads(shape), heads(value.shape), axes);
    if (attentionMask !== null) maskSizes(this.label, attentionMask.shape, scores, axes.length);
    const mask = input.mask ?? null;
    const output: TensorSpec = {
      shape: [...shape.slice(0, -1), ...this.sizesOut(shape)],
      dtype: 'float32',
      mask,
    };
    return Boolean(args['returnAttentionScores'])
      ? [output, { shape: scores, dtype: 'float32', mask: null }]
      : output;
  }

  override computeMask(_inputs: tf.Tensor | tf.Tensor[], { args, mask }: CallContext): Tree<Mask> {
    return Boolean(args['returnAttentionScores']) ? [mask, null] : mask;
  }

  private project(
    place: string,
    spec: {
      readonly name: string;
      readonly equation: string;
      readonly outputShape: readonly number[];
      readonly biasAxes: string;
    },
    shape: SymbolicShape,
  ): EinsumDense {
    const shared = Object.keys(projected).map((name) => [
      name,
      (this as unknown as Record<string, unknown>)[name],
    ]);
    const { dtypePolicy: dtype, trainable } = this;
    const biasAxes = this.useBias ? spec.biasAxes : null;
    const layer = new EinsumDense({ ...Object.fromEntries(shared), ...spec, biasAxes, dtype, trainable });
    this.addLayer(place, layer).ensureBuilt(shape);
    return layer;
  }

  /** Throws: RANK_MISMATCH, SHAPE_MISMATCH. */
  private checkShapes(
    axes: readonly number[],
    ...shapes: [query: SymbolicShape, value: SymbolicShape, key: SymbolicShape]
  ): void {
    const [query, value, key] = shapes;
    const rank = Math.max(3, isShape(this.buildShape) ? this.buildShape.length : query.length);
    for (const shape of shapes)
      if (shape.length !== rank)
        throw rankMismatch(this.label, `rank ${rank} ([batch, positions, features])`, shape);
    const fits = (a: SymbolicShape, b: SymbolicShape, axis: number): boolean =>
      a[axis] === b[axis] || a[axis] === null || b[axis] === null;
    const inner = value.map((_, axis) => axis).slice(0, -1);
    if (inner.every((axis) => fits(value, key, axis) && (axes.includes(axis) || fits(query, value, axis))))
      return;
    throw shapeMismatch(
      this.label,
      `expected value and key of one shape but for the last size, and a query that differs along axes ${formatShape(axes)} at most, got query ${formatShape(query)}, value ${formatShape(value)}, key ${formatShape(key)}`,
    );
  }
}

/** The value among the arguments. Throws: INPUT_INVALID. */
function valueIn<T>(subject: string, args: CallArguments<T>): CallArguments<T>[string] {
  const value = args['value'] ?? null;
  if (value !== null) return value;
  throw inputInvalid(
    subject,
    'expected an argument "value", got none',
    'apply it as .apply(query, { value })',
  );
}
