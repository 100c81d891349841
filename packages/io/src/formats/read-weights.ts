// Weights out of an HDF5 file, in whichever layout it has them: that of Keras 3, that of Keras 2, or a whole model's.
import type { FormatContext, Layer, ReadingContext } from '@lamella/core';
import { optionInvalid } from '@lamella/core';
import { isLegacyWeights, readLegacyWeights } from '../hdf5/legacy-weights.js';
import { readVariables } from '../hdf5/read-variables.js';
import type { Hdf5Group } from '../hdf5/tree.js';
import { assignRule, readContext, requiredState } from './read-context.js';

/** Throws: WEIGHTS_MISMATCH, FILE_INVALID, and nothing has changed; OPTION_INVALID for `byName` where layers have no names. */
export function readWeightsOf(root: Hdf5Group, layer: Layer, context: ReadingContext): void {
  const reading = readContext(context);
  const rule = { file: context.file, ...assignRule(context, reading) };
  const whole = root.groups.get('model_weights');
  if (isLegacyWeights(root)) readLegacyWeights(root, layer, rule);
  else if (whole !== undefined) readLegacyWeights(whole, layer, rule);
  else {
    refuseByName(context);
    readVariables(root, layer, { ...rule, state: requiredState(context) });
  }
  reading.notices.say(context.file, reading.warn);
}

/** Throws: OPTION_INVALID. Files of Keras 3 keep weights by class and number. */
export function refuseByName({ options, file }: FormatContext): void {
  if (options['byName'] === true)
    throw optionInvalid(
      'loadWeights()',
      'byName',
      `nothing for "${file}", whose weights stand by the number of their layer (use { skipMismatch: true })`,
      true,
    );
}
