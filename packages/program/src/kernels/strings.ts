// The kernels on strings that give one result an element.
import type { Kernel } from '../kernel-rules/kernel.js';
import { requireDType, type Named } from '../kernel-rules/requirements.js';

export const StaticRegexReplace: Kernel = {
  shape: ({ x }: Named<'x'>) => {
    requireDType('StaticRegexReplace', 'x', x, 'string');
    return x;
  },
  gradient: 'it works on strings',
};

export const StringToHashBucketFast: Kernel = {
  shape: ({ input }: Named<'input'>) => {
    requireDType('StringToHashBucketFast', 'input', input, 'string');
    return { shape: input.shape, dtype: 'int32' };
  },
  gradient: 'it works on strings',
};
