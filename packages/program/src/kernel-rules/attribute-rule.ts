// What an attribute rule is: from the attributes that tfjs passes, in any of its forms, to the one form that others read.
// The rules themselves are in kernels/, by family.

/** A node's attributes in one form, whichever of tfjs' forms it has: axes counted from the front, lists for single numbers, defaults. */
export type NormalAttributes = Readonly<Record<string, unknown>>;

/** {@link NormalAttributes}, from attributes as tfjs' op passes them and the inputs by name. Throws: SHAPE_MISMATCH. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tfjs attributes differ by kernel; each rule knows its own
export type AttributeRule = (attrs: any, inputs: any) => NormalAttributes;
