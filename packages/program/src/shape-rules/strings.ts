// The kernels on strings that give one result an element; the others depend on values and are among the exclusions.
import type { ShapeRule } from '../shape-rule.js';
import { requireDType, type Named } from './requirements.js';

export const StaticRegexReplace: ShapeRule = ({ x }: Named<'x'>) => {
  requireDType('StaticRegexReplace', 'x', x, 'string');
  return x;
};

export const StringToHashBucketFast: ShapeRule = ({ input }: Named<'input'>) => {
  requireDType('StringToHashBucketFast', 'input', input, 'string');
  return { shape: input.shape, dtype: 'int32' };
};
