// STFTSpectrogram: spectra of overlapping parts of signals, by two kernels that slide over each channel and may train.
import {
  booleanOption,
  choiceOption,
  Layer,
  optionInvalid,
  orNull,
  positiveIntegerOption,
  withOptions,
  type Weight,
} from '@lamella/core';
import { dtypeMismatch, shapeMismatch, type SymbolicShape, type Tree } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { convolve } from '../convolution/convolve.js';
import { stft, STFT } from '../initializers/stft.js';
import { requireBuilt } from '../options/built.js';
import { dataFormatOption, paddingOption, type OptionsFor } from '../options/declarations.js';
import { singleShape, singleTensor } from '../options/single-input.js';
import { requireRank } from '../options/spatial.js';

const { window, periodic, scaling } = STFT.options;

const options = {
  /** What comes out of the spectrum. Default `log`, the logarithm of its magnitude. */
  mode: choiceOption(['log', 'magnitude', 'psd', 'real', 'imag', 'angle', 'stft'], 'log'),
  /** How many values a part has. Default 256. */
  frameLength: positiveIntegerOption(256),
  /** How far apart parts begin, at most `frameLength`. Default null, half of it. */
  frameStep: orNull(positiveIntegerOption()),
  /** The length of the transform, at least `frameLength`. Default null, the next power of two. */
  fftLength: orNull(positiveIntegerOption()),
  /** By name, or as its values. Default `hann`. */
  window,
  /** Whether a window by name repeats after its length, and not one step before. Default false. */
  periodic,
  /** What the window is divided by: the root of its energy, its sum, or nothing. Default `density`. */
  scaling,
  padding: paddingOption(),
  /** Whether frequencies are an axis of their own, as in images. Default false. */
  expandDims: booleanOption(false),
  /** Default `channels_last`. */
  dataFormat: dataFormatOption(),
} as const;

/** The options of {@link STFTSpectrogram}. */
export type STFTSpectrogramOptions = OptionsFor<typeof options>;

/** Keras' least magnitude. */
const epsilon = 1e-7;

/**
 * Spectra over time of each channel of a signal. Its kernels begin as those of the transform, and train where it does.
 * Source: keras.layers.STFTSpectrogram. Shapes: [batch, time, channels] to [batch, parts, channels * frequencies], or with
 * `expandDims` [batch, parts, frequencies, channels]. Throws: OPTION_INVALID, RANK_MISMATCH, SHAPE_MISMATCH,
 * DTYPE_MISMATCH.
 *
 * @example
 * const spectra = stftSpectrogram({ frameLength: 256, frameStep: 128, fftLength: 512 });
 * spectra.apply(input({ shape: [16000, 1] })).shape; // [null, 124, 257]
 */
export class STFTSpectrogram extends withOptions(Layer, options) {
  static readonly className = 'STFTSpectrogram';
  private real: Weight | undefined;
  private imag: Weight | undefined;

  constructor(given: STFTSpectrogramOptions = {}) {
    super(given);
    const { frameLength, frameStep, fftLength } = this;
    if (frameStep !== null && frameStep > frameLength)
      throw optionInvalid(this.label, 'frameStep', `at most frameLength (${frameLength})`, frameStep);
    if (fftLength !== null && fftLength < frameLength)
      throw optionInvalid(this.label, 'fftLength', `at least frameLength (${frameLength})`, fftLength);
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    requireRank(this.label, singleShape(this.label, inputShape), this.dataFormat, 1);
    const size = this.fftLength ?? 2 ** Math.ceil(Math.log2(this.frameLength));
    const shape = [this.frameLength, 1, Math.floor(size / 2) + 1];
    const kernel = (side: 'real' | 'imag'): Weight =>
      this.addWeight({
        name: `${side}_kernel`,
        shape,
        initializer: stft({ side, window: this.window, scaling: this.scaling, periodic: this.periodic }),
      });
    this.real = this.mode === 'imag' ? undefined : kernel('real');
    this.imag = this.mode === 'real' ? undefined : kernel('imag');
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    requireBuilt(this);
    const x = singleTensor(this.label, inputs);
    requireRank(this.label, x.shape, this.dataFormat, 1);
    if (x.dtype !== 'float32') throw dtypeMismatch(this.label, `expected signals of floats, got ${x.dtype}`);
    const isLast = this.dataFormat === 'channels_last';
    const found = this.found(isLast ? tf.transpose(x, [0, 2, 1]) : x);
    if (this.expandDims) return isLast ? tf.transpose(found, [0, 2, 3, 1]) : found;
    const [batch, channels, parts, frequencies] = found.shape as [number, number, number, number];
    const together = channels * frequencies;
    return isLast
      ? tf.reshape(tf.transpose(found, [0, 2, 1, 3]), [batch, parts, together])
      : tf.reshape(tf.transpose(found, [0, 1, 3, 2]), [batch, together, parts]);
  }

  /** Shapes: [batch, channels, time] to [batch, channels, parts, frequencies]. */
  private found(signals: tf.Tensor): tf.Tensor {
    const { mode } = this;
    if (mode === 'real') return this.slid(signals, this.real!);
    const imag = this.slid(signals, this.imag!);
    if (mode === 'imag') return imag;
    const real = this.slid(signals, this.real!);
    if (mode === 'stft') return tf.concat([real, imag], 3);
    if (mode === 'angle') return tf.atan2(imag, real);
    const power = tf.add(tf.square(real), tf.square(imag));
    if (mode === 'psd') return tf.add(power, withoutEnds(power));
    const magnitude = tf.sqrt(tf.maximum(power, epsilon));
    return mode === 'magnitude' ? magnitude : tf.log(tf.maximum(magnitude, epsilon));
  }

  private slid(signals: tf.Tensor, kernel: Weight): tf.Tensor {
    const [batch, channels, time] = signals.shape as [number, number, number];
    if (this.padding === 'valid' && time < this.frameLength)
      throw shapeMismatch(this.label, `expected ${this.frameLength} steps or more, got ${time}`);
    const strides = [this.frameStep ?? Math.max(1, Math.floor(this.frameLength / 2))];
    const flat = tf.reshape(signals, [batch * channels, time, 1]);
    const found = convolve(flat, kernel.read(), { strides, dilationRate: [1], padding: this.padding });
    return tf.reshape(found, [batch, channels, ...found.shape.slice(1)]);
  }
}

/** All frequencies but the first and the last one, which stand once in a spectrum; those are 0. */
function withoutEnds(x: tf.Tensor): tf.Tensor {
  const inner = tf.slice(x, [0, 0, 0, 1], [...x.shape.slice(0, 3), Math.max(0, x.shape[3]! - 2)]);
  return tf.pad(inner, [
    [0, 0],
    [0, 0],
    [0, 0],
    [1, 1],
  ]);
}

/** Makes an {@link STFTSpectrogram}. */
export function stftSpectrogram(given: STFTSpectrogramOptions = {}): STFTSpectrogram {
  return new STFTSpectrogram(given);
}
