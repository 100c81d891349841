// The operations of Keras that no graph can hold here, each with its reason. What is missing elsewhere is merely unknown.

const calls =
  'it calls a function of Python, which files do not hold; write what it does as operations, or as a Lambda';
const values = 'it gives as many values as its values say, and sizes follow from shapes alone here';
const complex = 'models take and give no complex numbers; keep real and imaginary parts as two tensors';
const signs = 'its vectors have signs that no two libraries share, nor two backends of Keras';
const bits = 'it reads the bits of floats, which most backends do not show';

/** Why an operation is refused, by its name. */
export const refusedOperations: Readonly<Record<string, string>> = {
  AssociativeScan: calls,
  Cond: calls,
  ForiLoop: calls,
  JVP: calls,
  Map: calls,
  Scan: calls,
  Switch: calls,
  VectorizedMap: calls,
  WhileLoop: calls,
  Arange: values,
  Bincount: values,
  Nonzero: values,
  Eig: complex,
  Eigh: signs,
  Polar: complex,
  ViewAsComplex: complex,
  ViewAsReal: complex,
  Nextafter: bits,
  View: bits,
};
