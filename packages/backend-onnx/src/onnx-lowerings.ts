// onnxLowerings: lowerings to ONNX that a plugin brings, for compose(). What a lowering is: lowering.ts.
import { kernelLowerings, optionInvalid, type KernelLowerings, type LoweringTable } from '@lamella/core';
import { isWrittenOut, type KernelName } from '@lamella/program';
import { graphDTypes } from './graph-dtypes.js';
import type { Lowering } from './lowering.js';
import type { Lowerings } from './lowering/index.js';

/**
 * Lowerings of kernels to ONNX operators, for the `lowerings` of a plugin: backend onnx and exports to `.onnx` use them then.
 * They go before those of this package. Throws: OPTION_INVALID.
 *
 * @example
 * import { definePlugin } from '@lamella/core';
 * import { onnxLowerings } from '@lamella/backend-onnx';
 *
 * const lowerings = onnxLowerings({ IsNan: (call) => call.graph.op('IsNaN', [call.input('x').name]) });
 * definePlugin({ name: 'acme-kernels', lowerings: [lowerings] });
 */
export function onnxLowerings(lowerings: Lowerings): KernelLowerings<Lowering> {
  for (const [kernel, lowering] of Object.entries(lowerings)) {
    if (typeof lowering !== 'function')
      throw optionInvalid(
        'onnxLowerings()',
        kernel,
        'a function that gives the name of the result',
        lowering,
      );
    if (isWrittenOut(kernel as KernelName))
      throw optionInvalid(
        'onnxLowerings()',
        kernel,
        'a kernel that reaches a graph (this one is written out in others)',
        lowering,
      );
  }
  return kernelLowerings(graphDTypes.name, lowerings);
}

/** Of what plugins bring, that which is for ONNX. */
export function loweringsFor(table: LoweringTable | undefined): Lowerings | undefined {
  return (table?.get(graphDTypes.name) as KernelLowerings<Lowering> | undefined)?.kernels;
}

/** The lowerings in an option of `subject`. Throws: OPTION_INVALID for another backend's. */
export function kernelsFor(subject: string, given: KernelLowerings | undefined): Lowerings | undefined {
  if (given === undefined) return undefined;
  if (given.backend !== graphDTypes.name)
    throw optionInvalid(subject, 'lowerings', 'what onnxLowerings() gives', given);
  return (given as KernelLowerings<Lowering>).kernels;
}
