// AdamW: Adam with weight decay that does not pass through the moments.
import { nonNegativeOption, orNull, withOptions } from '@lamella/core';
import { Adam, type AdamOptions } from './adam.js';

/** Adam with decoupled weight decay, 0.004 by default. Source: Loshchilov and Hutter, 2019; keras.optimizers.AdamW. */
export class AdamW extends withOptions(Adam, { weightDecay: orNull(nonNegativeOption(), 0.004) }) {
  static override readonly className = 'AdamW';
  static readonly identifiers: readonly string[] = ['adamw'];
}

/** Creates an {@link AdamW}. */
export function adamW(options: AdamOptions = {}): AdamW {
  return new AdamW(options);
}
