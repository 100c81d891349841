// Hashing: strings and whole numbers as bins, without a vocabulary.
import {
  HostLayer,
  inputInvalid,
  option,
  optionInvalid,
  positiveIntegerOption,
  withOptions,
  type FileFacts,
  type TensorSpec,
} from '@lamella/core';
import type { AnyHostTensor, HostTensor, Tree } from '@lamella/program';
import type { OptionsFor } from '../options/declarations.js';
import { categoryModeOption, encodedShape, encodeOnHost, withNumbersDType } from './encode-categories.js';
import { hashBin } from './hash.js';
import { integersOf, singleSpec, singleValue, textsOf } from './host-values.js';
import { saltOption } from './salt-option.js';

const options = {
  /** How many bins there are. */
  numBins: positiveIntegerOption(),
  /** The value that stands for nothing: it alone falls into bin 0. Default null, none. */
  maskValue: option<string | number | null>({
    check: (subject, name, given) => {
      if (given === null || typeof given === 'string' || Number.isInteger(given)) return given as number;
      throw optionInvalid(subject, name, 'a string, an integer, or null', given);
    },
    isNullable: true,
    default: null,
  }),
  /** One integer or two that the hash starts with: SipHash in place of FarmHash. Default null. */
  salt: saltOption(),
  /** `int`, the default: the number of the bin; `one_hot`, `multi_hot` or `count`: rows, as CategoryEncoding makes them. */
  outputMode: categoryModeOption(['int', 'one_hot', 'multi_hot', 'count'], 'int'),
};

/** The options of {@link Hashing}. */
export type HashingOptions = OptionsFor<typeof options>;

/**
 * The bin of each string or whole number: the same as Keras', which are TensorFlow's. Source: keras.layers.Hashing.
 * Shapes: any to the same, or by `outputMode`. Throws: OPTION_INVALID, NOT_CAPTURABLE, DATA_INVALID.
 *
 * @example
 * const words = input({ shape: [1], dtype: 'string' });
 * hashing({ numBins: 64 }).apply(words).dtype; // 'int32'
 */
export class Hashing extends withOptions(HostLayer, options) {
  static readonly className = 'Hashing';
  static readonly fileFacts: FileFacts = { fixedOptions: { sparse: false } };

  constructor(given: HashingOptions) {
    super(withNumbersDType(given));
  }

  override computeOnHost(inputs: Tree<AnyHostTensor>): HostTensor {
    const tensor = singleValue(this.label, inputs);
    const { maskValue, numBins, outputMode, salt } = this;
    const isText = tensor.dtype === 'string';
    if (maskValue !== null && (typeof maskValue === 'string') !== isText)
      throw inputInvalid(
        this.label,
        `its maskValue is ${JSON.stringify(maskValue)}, and the input is of ${tensor.dtype}`,
      );
    const values: readonly (string | number | bigint)[] = isText
      ? textsOf(this.label, tensor)
      : integersOf(this.label, tensor);
    const isMasked = maskValue !== null && numBins > 1;
    const bins = Int32Array.from(values, (value) => {
      if (!isMasked) return hashBin(String(value), numBins, salt);
      return value === maskValue ? 0 : hashBin(String(value), numBins - 1, salt) + 1;
    });
    return encodeOnHost(bins, tensor.shape, outputMode, numBins);
  }

  override computeOutputs(input: Tree<TensorSpec>): TensorSpec {
    const { shape } = singleSpec(this.label, input);
    const { outputMode, numBins } = this;
    return {
      shape: encodedShape(shape, outputMode, numBins),
      dtype: outputMode === 'int' ? 'int32' : 'float32',
    };
  }
}

/** Makes a {@link Hashing}. */
export function hashing(given: HashingOptions): Hashing {
  return new Hashing(given);
}
