// What a shape rule is: from the shapes and dtypes of a kernel's inputs, and its attributes, to those of its outputs.
// The rules themselves are in kernels/, by family.
import type { ValueType } from '../program.js';

/** The inputs of a kernel call by tfjs' names; list inputs are named `0`, `1`, ...; absent optional inputs are missing. */
export type RuleInputs = Readonly<Record<string, ValueType | undefined>>;

/**
 * Gives one type for a kernel that returns one tensor and a list for a kernel that returns a list.
 * Attributes come as the definition's `attributes` gives them. Rules throw plain coded errors; the caller adds the layer's name.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tfjs attributes differ by kernel; each rule knows its own
export type ShapeRule = (inputs: any, attrs: any) => ValueType | ValueType[];
