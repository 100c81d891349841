// The kernel that is not tfjs': rounding to narrower floats, for Programs that are ready to run on backends of float32.
import { requireDType, type Named } from '../kernel-rules/requirements.js';
import type { Kernel } from '../kernel-rules/kernel.js';
import type { NarrowFloat } from '../narrow-floats.js';
import { roundTensor } from '../round-tensor.js';

export const RoundTo: Kernel = {
  shape: ({ x }: Named<'x'>) => {
    requireDType('RoundTo', 'x', x, 'float32');
    return x;
  },
  replay: ({ x }, { dtype }) => roundTensor(x!, dtype as NarrowFloat),
  gradient: 'it stands for arithmetic in a narrower dtype, whose gradients are taken before',
  elementWise: 'unary',
};
