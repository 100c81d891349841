// The dtypes that ONNX graphs compute in here, and Programs and values brought to them: narrower floats are float32 that is rounded.
import {
  emulateDTypes,
  heldDType,
  type Captured,
  type DTypeSupport,
  type HostTensor,
} from '@lamella/program';

export const graphDTypes = {
  name: 'onnx',
  computes: ['float32', 'int32', 'bool'],
} as const satisfies DTypeSupport;

/** What was captured as a graph can compute it. Throws: DTYPE_UNSUPPORTED. */
export function inGraphDTypes({ program, slots }: Captured): Captured {
  return { program: emulateDTypes(program, graphDTypes), slots };
}

/** The values as a graph holds them. */
export function heldInGraph(values: HostTensor): HostTensor {
  return values.cast(heldDType(values.dtype, graphDTypes));
}
