// Batch normalization as ResNets and DenseNets have it, with what follows it.
import type { SymbolicTensor } from '@lamella/core';
import { activation, batchNormalization } from '@lamella/layers';

/** The tensor, normalized over its channels. */
export function normalized(x: SymbolicTensor, name: string): SymbolicTensor {
  return batchNormalization({ axis: 3, epsilon: 1.001e-5, name }).apply(x);
}

/** The tensor, normalized and without its negative values; the layers are named `<name>_bn` and `<name>_relu`. */
export function normalizedReLU(x: SymbolicTensor, name: string): SymbolicTensor {
  return activation({ activation: 'relu', name: `${name}_relu` }).apply(normalized(x, `${name}_bn`));
}
