// The option of networks that scale images themselves.
import { booleanOption } from '@lamella/core';

export const preprocessingOption = {
  /** Whether the model scales images of 0 to 255 itself, as its network was trained. Default true. */
  includePreprocessing: booleanOption(true),
} as const;
