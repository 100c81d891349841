// AdamW: Adam with weight decay that does not pass through the moments.
import { Adam, type AdamOptions } from './adam.js';

/** Adam with decoupled weight decay, 0.004 by default. Source: Loshchilov and Hutter, 2019; keras.optimizers.AdamW. */
export class AdamW extends Adam {
  static override readonly className = 'AdamW';
  static readonly identifiers: readonly string[] = ['adamw'];

  constructor(options: AdamOptions = {}) {
    super({ ...options, weightDecay: options.weightDecay === undefined ? 0.004 : options.weightDecay });
  }
}

/** Creates an {@link AdamW}. */
export function adamW(options: AdamOptions = {}): AdamW {
  return new AdamW(options);
}
