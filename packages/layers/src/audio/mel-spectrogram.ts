// MelSpectrogram: how loud signals are over time, in bands that lie as ears hear them.
import {
  booleanOption,
  Layer,
  numberOption,
  option,
  optionInvalid,
  orNull,
  positiveIntegerOption,
  rankMismatch,
  withOptions,
} from '@lamella/core';
import { currentBudget, signal, withFullPrecision } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { floatTensor, singleTensor } from '../options/single-input.js';

const options = {
  /** How many values are transformed at a time. Default 2048. */
  fftLength: positiveIntegerOption(2048),
  /** How far apart those begin. Default 512. */
  sequenceStride: positiveIntegerOption(512),
  /** How many of them the window weighs, at most `fftLength`. Default null, all. */
  sequenceLength: option<number | null, number>({
    check: (subject, name, given, owner) =>
      given === null
        ? (owner as { readonly fftLength: number }).fftLength
        : positiveIntegerOption.check(subject, name, given),
    isNullable: true,
    default: null,
  }),
  /** By name, as its values, or null for none. Default `hann`. */
  window: orNull(
    option<'hann' | 'hamming' | readonly number[]>({
      check: (subject, name, given) => {
        if (Array.isArray(given) && given.every(Number.isFinite)) return [...given] as readonly number[];
        if (given === 'hann' || given === 'hamming') return given;
        throw optionInvalid(subject, name, 'hann, hamming or a list of numbers', given);
      },
      isFloat: true,
    }),
    'hann',
  ),
  /** How many values make a second. Default 16000. */
  samplingRate: positiveIntegerOption(16000),
  /** How many bands come out. Default 128. */
  numMelBins: positiveIntegerOption(128),
  /** Where the lowest band begins, in hertz. Default 20. */
  minFreq: numberOption(20),
  /** Where the highest band ends. Default null, half of `samplingRate`. */
  maxFreq: option<number | null, number>({
    check: (subject, name, given, owner) =>
      given === null
        ? Math.floor((owner as { readonly samplingRate: number }).samplingRate / 2)
        : numberOption.check(subject, name, given),
    isNullable: true,
    default: null,
  }),
  /** Whether what comes out is in decibels. Default true. */
  powerToDb: booleanOption(true),
  /** How far below the loudest value of the batch others may be. Default 80 dB. */
  topDb: numberOption(80),
  /** The exponent of magnitudes: 2 for power. Default 2. */
  magExp: numberOption(2),
  /** The least power that counts. Default 1e-10. */
  minPower: numberOption(1e-10),
  /** The power that 0 dB stand for. Default 1. */
  refPower: numberOption(1),
} as const;

/** The options of {@link MelSpectrogram}. */
export type MelSpectrogramOptions = OptionsFor<typeof options>;

/**
 * The power of a signal over time in bands of the mel scale, in decibels by default.
 * Source: keras.layers.MelSpectrogram. Shapes: [batch, time] to [batch, bands, parts], or of one signal.
 * Throws: OPTION_INVALID, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * const spectra = melSpectrogram({ numMelBins: 64, samplingRate: 8000, sequenceStride: 256 });
 * spectra.apply(input({ shape: [16000] })).shape; // [null, 64, 63]
 */
export class MelSpectrogram extends withOptions(Layer, options) {
  static readonly className = 'MelSpectrogram';

  constructor(given: MelSpectrogramOptions = {}) {
    super(given);
    const { fftLength, sequenceLength } = this;
    if (sequenceLength > fftLength)
      throw optionInvalid(this.label, 'sequenceLength', `at most fftLength (${fftLength})`, sequenceLength);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = floatTensor(singleTensor(this.label, inputs));
    if (x.rank !== 1 && x.rank !== 2)
      throw rankMismatch(this.label, 'rank 2 ([batch, time]), or 1 for one signal', x.shape);
    const found = withFullPrecision(() => this.found(x.rank === 1 ? tf.expandDims(x, 0) : x));
    return x.rank === 1 ? tf.squeeze(found, [0]) : found;
  }

  private found(signals: tf.Tensor): tf.Tensor {
    const spectra = this.spectra(signals);
    const powers = tf.matMul(spectra, this.bands(spectra.shape[2]!), false, true);
    return tf.transpose(this.powerToDb ? this.decibels(powers) : powers, [0, 2, 1]);
  }

  /** Shapes: [batch, parts, frequencies]. */
  private spectra(signals: tf.Tensor): tf.Tensor {
    const { sequenceLength, sequenceStride, fftLength, window, magExp } = this;
    const how = { sequenceLength, sequenceStride, fftLength, window };
    const [real, imag] = signal.stft(signals, how, this.label);
    const power = tf.add(tf.square(real), tf.square(imag));
    return magExp === 2 ? power : tf.pow(tf.sqrt(power), magExp);
  }

  /** The share of each frequency in each band: a triangle of height 1 on the mel scale. Shapes: [1, bands, frequencies]. */
  private bands(frequencies: number): tf.Tensor3D {
    currentBudget()?.spend('elements', 2 + (this.numMelBins + 1) * (frequencies + 1), this.label);
    const edges = evenly(mel(this.minFreq), mel(this.maxFreq), this.numMelBins + 2);
    const places = evenly(0, this.samplingRate / 2, frequencies).map(mel);
    const slope = (a: number, b: number, c: number): number => fround(fround(a - b) / fround(c - b));
    const share = (place: number, band: number): number => {
      const [low, middle, high] = edges.slice(band, band + 3) as [number, number, number];
      return Math.max(0, Math.min(slope(place, low, middle), slope(place, high, middle)));
    };
    // The constant part, the first one, is in no band.
    const data = Float32Array.from({ length: this.numMelBins * frequencies }, (_, i) =>
      i % frequencies === 0 ? 0 : share(places[i % frequencies]!, Math.floor(i / frequencies)),
    );
    return tf.tensor3d(data, [1, this.numMelBins, frequencies]);
  }

  private decibels(powers: tf.Tensor): tf.Tensor {
    const inDb = (x: tf.Tensor): tf.Tensor => tf.mul(tf.log(x), 10 / Math.LN10);
    const reference = 10 * Math.log10(Math.max(Math.abs(this.refPower), this.minPower));
    const found = tf.sub(inDb(tf.maximum(powers, this.minPower)), reference);
    return tf.maximum(found, tf.sub(tf.max(found), this.topDb));
  }
}

// What follows is in float32, as Keras has it: its bands differ from exact ones by 1e-5.
const { fround } = Math;

/** Hertz on the mel scale of HTK. */
function mel(hertz: number): number {
  return fround(1127 * fround(Math.log(fround(1 + fround(hertz / 700)))));
}

function evenly(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    if (i === count - 1) return to;
    const share = fround(i / (count - 1));
    return fround(fround(from * fround(1 - share)) + fround(to * share));
  });
}

/** Makes a {@link MelSpectrogram}. */
export function melSpectrogram(given: MelSpectrogramOptions = {}): MelSpectrogram {
  return new MelSpectrogram(given);
}
