// Windows that slide over a time series, as a dataset. Batches and shuffling are fit's.
import { checkOptionNames, lamellaError, optionInvalid, type Dataset, type OptionNames } from '@lamella/core';
import { copyValues, HostTensor, type DType } from '@lamella/program';
import { checkIndex } from './examples/check.js';
import { toTensor, type ArrayLikeData } from './to-tensor.js';

export interface TimeseriesOptions {
  /** How many steps a window has. */
  readonly sequenceLength: number;
  /** How many steps later the next window begins. Default 1. */
  readonly sequenceStride?: number;
  /** How many steps apart those in a window are. Default 1. */
  readonly samplingRate?: number;
  /** Steps before it are not used. Default 0. */
  readonly startIndex?: number;
  /** Steps from it on are not used. Default: all are. */
  readonly endIndex?: number;
}

/** A window, and its target where there are targets. */
export interface TimeseriesExample {
  readonly x: HostTensor;
  readonly y?: HostTensor;
}

const names: OptionNames<TimeseriesOptions> = {
  sequenceLength: true,
  sequenceStride: true,
  samplingRate: true,
  startIndex: true,
  endIndex: true,
};
const subject = 'timeseriesDatasetFromArray()';

/** Keras' function makes batches; here these options are fit's, and an unknown name says so. */
function refuseOptionsOfFit(options: object): void {
  const found = ['batchSize', 'shuffle', 'seed'].find((name) => Object.hasOwn(options, name));
  if (found === undefined) return;
  throw lamellaError('OPTION_UNKNOWN', {
    subject,
    problem: `unknown option "${found}"; windows come one by one, and fit makes batches of them`,
    fix:
      found === 'batchSize'
        ? 'give batchSize to fit(), evaluate() or predict()'
        : 'leave it out: fit() shuffles a dataset unless shuffle is false, by the seed of setRandomSeed()',
  });
}

/**
 * The windows of a series; `targets[i]` belongs to the window that begins at step i, null is for none. Windows of neighbouring
 * steps are views of the data.
 *
 * Shapes: data [steps, ...] to examples [sequenceLength, ...]. Throws: OPTION_INVALID, DATA_INVALID.
 * Source: keras.utils.timeseries_dataset_from_array.
 *
 * @example
 * const series = [0, 1, 2, 3, 4, 5];
 * const windows = timeseriesDatasetFromArray(series, series.slice(3), { sequenceLength: 3 });
 * windows.length; // 3
 */
export function timeseriesDatasetFromArray(
  data: ArrayLikeData,
  targets: ArrayLikeData | null,
  options: TimeseriesOptions,
): Dataset<TimeseriesExample> {
  refuseOptionsOfFit(options);
  checkOptionNames(subject, options, names);
  const series = toTensor(subject, 'data', data);
  const wanted = targets === null ? null : toTensor(subject, 'targets', targets);
  const steps = series.shape[0]!;
  const { sequenceLength, sequenceStride = 1, samplingRate = 1, startIndex = 0, endIndex = steps } = options;
  const check = (name: string, value: number, least: number, most: number): void => {
    if (!Number.isInteger(value) || value < least || value > most)
      throw optionInvalid(
        subject,
        name,
        `a whole number from ${least} to ${most} for ${steps} steps of data`,
        value,
      );
  };
  check('startIndex', startIndex, 0, steps - 1);
  check('endIndex', endIndex, startIndex + 1, steps);
  check('sequenceLength', sequenceLength, 1, endIndex - startIndex);
  check('sequenceStride', sequenceStride, 1, Math.max(steps - 1, 1));
  check('samplingRate', samplingRate, 1, Math.max(steps - 1, 1));

  const whole = endIndex - startIndex - (sequenceLength - 1) * samplingRate;
  const windows = Math.min(whole, wanted === null ? Infinity : wanted.shape[0]! - startIndex);
  const length = Math.max(0, Math.ceil(windows / sequenceStride));
  return {
    length,
    get(index) {
      checkIndex(`Dataset of ${subject}`, index, length);
      const start = startIndex + index * sequenceStride;
      const x = window(series, start, sequenceLength, samplingRate);
      return wanted === null ? { x } : { x, y: wanted.row(start) };
    },
  };
}

function window(series: HostTensor, start: number, length: number, rate: number): HostTensor {
  if (rate === 1) return series.rows(start, start + length);
  const made = HostTensor.zeros<DType>([length, ...series.shape.slice(1)], series.dtype);
  const size = made.data.length / length;
  for (let i = 0; i < length; i++) {
    const from = (start + i * rate) * size;
    copyValues(made.data, series.data.slice(from, from + size), i * size);
  }
  return made as HostTensor;
}
