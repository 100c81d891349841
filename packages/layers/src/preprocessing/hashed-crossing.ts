// HashedCrossing: features taken together, as bins.
import {
  dataInvalid,
  HostLayer,
  inputInvalid,
  isTensorSpec,
  positiveIntegerOption,
  withOptions,
  type Config,
  type FileFacts,
  type TensorSpec,
} from '@lamella/core';
import {
  flatten,
  formatShape,
  isHostTensor,
  sameShape,
  type AnyHostTensor,
  type HostTensor,
  type SymbolicShape,
  type Tree,
} from '@lamella/program';
import type { OptionsFor } from '../options/declarations.js';
import { categoryModeOption, encodedShape, encodeOnHost, withNumbersDType } from './encode-categories.js';
import { fingerprint64, joinFingerprints } from './hash.js';
import { integersOf, textsOf } from './host-values.js';

const options = {
  /** How many bins there are. */
  numBins: positiveIntegerOption(),
  /** `int`, the default: the number of the bin; `one_hot`: a row. */
  outputMode: categoryModeOption(['int', 'one_hot'], 'int'),
};

/** The options of {@link HashedCrossing}. */
export type HashedCrossingOptions = OptionsFor<typeof options>;

/** What TensorFlow's crosses begin with. */
const seed = 0xdecafcaffen;

/**
 * The bin of each combination of two or more features, strings or whole numbers: the same as Keras', which are TensorFlow's.
 * Source: keras.layers.HashedCrossing. Shapes: a list of [batch] or [batch, 1] to the same, or to [batch, numBins].
 * Throws: OPTION_INVALID, INPUT_INVALID, NOT_CAPTURABLE, DATA_INVALID.
 *
 * @example
 * const [city, day] = ['city', 'day'].map((name) => input({ shape: [1], dtype: 'string', name }));
 * hashedCrossing({ numBins: 32 }).apply([city!, day!]).shape; // [null, 1]
 */
export class HashedCrossing extends withOptions(HostLayer, options) {
  static readonly className = 'HashedCrossing';
  static readonly fileFacts: FileFacts = { fixedOptions: { sparse: false } };

  constructor(given: HashedCrossingOptions) {
    super(withNumbersDType(given));
  }

  /** Keras' class keeps no `trainable`. */
  override getConfig(): Config {
    const { trainable: _trainable, ...config } = super.getConfig();
    return config;
  }

  override computeOnHost(inputs: Tree<AnyHostTensor>): HostTensor {
    const tensors = flatten(inputs, isHostTensor);
    const [first] = tensors;
    const features = tensors.map((tensor) => {
      if (tensor.shape.length > 2 || !sameShape(tensor.shape, first!.shape))
        throw dataInvalid(
          this.label,
          `expected features of one shape, [batch] or [batch, 1], got ${tensors.map(({ shape }) => formatShape(shape)).join(', ')}`,
        );
      return tensor.dtype === 'string'
        ? textsOf(this.label, tensor).map(fingerprint64)
        : integersOf(this.label, tensor).map((value) => BigInt.asUintN(64, BigInt(value)));
    });
    const bins = Int32Array.from(features[0]!, (_, i) =>
      Number(
        features.reduce((hash, values) => joinFingerprints(hash, values[i]!), seed) % BigInt(this.numBins),
      ),
    );
    return encodeOnHost(bins, first!.shape, this.outputMode, this.numBins);
  }

  override computeOutputs(inputs: Tree<TensorSpec>): TensorSpec {
    const specs = flatten(inputs, isTensorSpec);
    if (specs.length < 2)
      throw inputInvalid(
        this.label,
        `expected two features or more, got ${specs.length}`,
        'apply it to a list of tensors',
      );
    const [first] = specs;
    const isFeature = ({ length, ...shape }: SymbolicShape): boolean =>
      length < 2 || (length === 2 && (shape as SymbolicShape)[1] === 1);
    const wrong = specs.find(
      ({ shape, dtype }) =>
        !isFeature(shape) || shape.length !== first!.shape.length || dtype.startsWith('float'),
    );
    if (wrong !== undefined)
      throw inputInvalid(
        this.label,
        `expected strings or whole numbers of one shape, [batch] or [batch, 1], got ${wrong.dtype} ${formatShape(wrong.shape)}`,
      );
    const { outputMode, numBins } = this;
    return {
      shape: encodedShape(first!.shape, outputMode, numBins),
      dtype: outputMode === 'int' ? 'int32' : 'float32',
    };
  }
}

/** Makes a {@link HashedCrossing}. */
export function hashedCrossing(given: HashedCrossingOptions): HashedCrossing {
  return new HashedCrossing(given);
}
