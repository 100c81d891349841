// STFT: the kernel of a convolution that computes a short-time Fourier transform, its real or its imaginary part.
import {
  booleanOption,
  choiceOption,
  Initializer,
  option,
  optionInvalid,
  orNull,
  withOptions,
  type GivenOptions,
} from '@lamella/core';
import {
  allocateArray,
  formatShape,
  HostTensor,
  shapeMismatch,
  type NumberDType,
  type Shape,
} from '@lamella/program';

/** The windows by name, as factors of the cosines that they are sums of. Source: scipy.signal.windows. */
const windows = {
  boxcar: [1],
  hann: [0.5, 0.5],
  hamming: [0.54, 0.46],
  blackman: [0.42, 0.5, 0.08],
  nuttall: [0.3635819, 0.4891775, 0.1365995, 0.0106411],
  blackmanharris: [0.35875, 0.48829, 0.14128, 0.01168],
} as const;

/** A window by its name. */
export type WindowName = keyof typeof windows;

const options = {
  /** Which part. Default `real`. */
  side: choiceOption(['real', 'imag'], 'real'),
  /** By name, as its values, or null for none. Default `hann`. */
  window: orNull(
    option<WindowName | readonly number[]>({
      check: (subject, name, given) => {
        if (Array.isArray(given) && given.every(Number.isFinite)) return [...given] as readonly number[];
        if (typeof given === 'string' && Object.hasOwn(windows, given)) return given as WindowName;
        const expected = `one of ${Object.keys(windows).join(', ')}, or a list of numbers`;
        throw optionInvalid(subject, name, expected, given);
      },
      isFloat: true,
    }),
    'hann',
  ),
  /** What the window is divided by: the root of its energy, its sum, or nothing. Default `density`. */
  scaling: orNull(choiceOption(['density', 'spectrum'], 'density'), 'density'),
  /** Whether a window by name repeats after its length, and not one step before. Default false. */
  periodic: booleanOption(false),
};

/** The options of {@link STFT}. */
export type STFTOptions = GivenOptions<typeof options>;

/**
 * For kernels of shape [frame length, 1, frequencies]. Source: keras.initializers.STFT. Throws: OPTION_INVALID, SHAPE_MISMATCH.
 */
export class STFT extends withOptions(Initializer, options) {
  static readonly className = 'STFT';
  static readonly identifiers: readonly string[] = ['stft', 'STFTInitializer'];

  override initialize(shape: Shape, dtype: NumberDType): HostTensor {
    const [length, channels, frequencies] = shape;
    if (shape.length !== 3 || channels !== 1)
      throw shapeMismatch(
        'Initializer STFT',
        `expected a weight of shape [frame length, 1, frequencies], got ${formatShape(shape)}`,
      );
    const window = this.windowOf(length!);
    const wave = this.side === 'real' ? Math.cos : Math.sin;
    const size = 2 * (frequencies! - 1);
    const data = allocateArray(dtype, length! * frequencies!);
    for (let t = 0; t < length!; t++)
      for (let f = 0; f < frequencies!; f++)
        data[t * frequencies! + f] = wave((-2 * Math.PI * t * f) / size) * window[t]!;
    return new HostTensor(data, shape, dtype);
  }

  private windowOf(length: number): readonly number[] {
    const { window, scaling } = this;
    if (window === null) return Array<number>(length).fill(1);
    const values = typeof window === 'string' ? this.named(windows[window], length) : window;
    if (values.length !== length)
      throw shapeMismatch('Initializer STFT', `expected a window of ${length} values, got ${values.length}`);
    const sum = (size: (value: number) => number): number =>
      values.reduce((total, value) => total + size(value), 0);
    const scale = { density: Math.sqrt(sum((value) => value ** 2)), spectrum: sum(Math.abs) };
    return values.map((value) => value / (scaling === null ? 1 : scale[scaling]));
  }

  private named(factors: readonly number[], length: number): number[] {
    const steps = this.periodic ? length : length - 1;
    const at = (t: number): number =>
      factors.reduce(
        (total, factor, k) => total + factor * Math.cos(k * ((2 * Math.PI * t) / steps - Math.PI)),
        0,
      );
    return length === 1 ? [1] : Array.from({ length }, (_, t) => at(t));
  }
}

/** A Fourier kernel. */
export function stft(given: STFTOptions = {}): STFT {
  return new STFT(given);
}
