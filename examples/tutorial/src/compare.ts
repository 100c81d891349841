// Looks at predictions: prints a row, subtracts, compares.
import { HostTensor } from '@lamella/program';

/** The first row of a tensor, rounded for reading. */
export function firstRow(tensor: HostTensor): string {
  const row = Array.from(tensor.data.subarray(0, tensor.size / tensor.shape[0]!));
  const cells = row.map((value) => value.toFixed(3).padStart(8));
  return Array.from({ length: Math.ceil(cells.length / 10) }, (_, i) =>
    cells.slice(10 * i, 10 * i + 10).join(''),
  ).join('\n');
}

/** `a` - `b`, element by element. */
export function differences(a: HostTensor, b: HostTensor): HostTensor {
  return new HostTensor(
    Float32Array.from(a.data, (value, i) => value - b.data[i]!),
    a.shape,
  );
}

/** Whether two tensors are the same, bit for bit. */
export function isIdentical(a: HostTensor, b: HostTensor): boolean {
  return a.size === b.size && a.data.every((value, i) => Object.is(value, b.data[i]));
}
