// What an open Program is made of: a Program's parts whose sizes, attributes and scalars may follow the unknown dimensions.
// The types of intermediate values are not kept: they come from the kernels' shape rules once the sizes are known.
import type { DType, FloatDType, NumberDType } from '../dtype.js';
import {
  floatOf,
  type ConstantData,
  type ProgramNode,
  type ProgramOutput,
  type ProgramUpdate,
  type RandomSpec,
  type ValueId,
  type ValueType,
} from '../program.js';
import { isPolynomial, sizeAt, type Polynomial, type Size } from './size.js';

export type OpenAttribute =
  | number
  | boolean
  | string
  | null
  | Polynomial
  | readonly OpenAttribute[]
  | { readonly [key: string]: OpenAttribute };

export interface OpenInput {
  readonly id: ValueId;
  readonly name: string;
  readonly kind: 'argument' | 'state' | 'random';
  readonly shape: readonly Size[];
  readonly dtype: DType;
  readonly storage?: NumberDType;
  readonly random?: RandomSpec;
}

export interface OpenConstant {
  readonly id: ValueId;
  readonly shape: readonly Size[];
  readonly dtype: DType;
  /** The values, or the one value that all elements have. */
  readonly data: ConstantData | { readonly splat: Size };
}

export interface OpenNode {
  readonly kernel: string;
  readonly inputs: Readonly<Record<string, ValueId>>;
  readonly attrs: Readonly<Record<string, OpenAttribute>>;
  readonly outputs: readonly ValueId[];
  readonly scope: string;
  /** The dtype that it computes floats in; absent: float32. */
  readonly float?: FloatDType;
  /** As in a Program. */
  readonly programs?: Readonly<Record<string, OpenProgramGraph>>;
}

/** The dtype that a node computes floats in, as an open Program keeps it. */
export function storedFloat(node: ProgramNode, values: readonly ValueType[]): { float?: FloatDType } {
  const float = floatOf(node, values);
  return float === 'float32' ? {} : { float };
}

export interface OpenProgramGraph {
  readonly inputs: readonly OpenInput[];
  readonly constants: readonly OpenConstant[];
  readonly nodes: readonly OpenNode[];
  readonly outputs: readonly ProgramOutput[];
  readonly updates: readonly ProgramUpdate[];
}

/** Whether a constant is one value everywhere. */
export function isSplat(data: OpenConstant['data']): data is { readonly splat: Size } {
  return 'splat' in data;
}

/** The attribute where the unknowns have these sizes. */
export function attributeAt(value: OpenAttribute, sizes: readonly number[]): OpenAttribute {
  if (isPolynomial(value)) return sizeAt(value, sizes);
  if (Array.isArray(value)) return value.map((item) => attributeAt(item as OpenAttribute, sizes));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, attributeAt(item as OpenAttribute, sizes)]),
  );
}
