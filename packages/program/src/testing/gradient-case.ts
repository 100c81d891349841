// Cases of gradients for specs: kernel cases whose inputs stay away from kinks. Not published.
import type { GradientOptions } from './check-gradient.js';
import type { KernelCase } from './kernel-case.js';

export interface GradientCase extends KernelCase {
  readonly options?: GradientOptions;
}

/** The case, differentiated as `options` say. */
export function withOptions(one: KernelCase, options: GradientOptions): GradientCase {
  return { ...one, options };
}
