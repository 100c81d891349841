// Products of matrices: a fold over the inner dimension, float32 throughout, one product after the other.
import { broadcast, fold, transpose, type View } from '../graph/graph.js';
import { lanes } from '../loop/lane.js';
import type { KernelFamily } from './kernel.js';

/** A view with its last two axes exchanged where asked. */
function oriented(view: View, isTransposed: boolean): View {
  const rank = view.shape.length;
  const order = view.shape.map((_, axis) => axis);
  return isTransposed ? transpose(view, [...order.slice(0, -2), rank - 1, rank - 2]) : view;
}

/** A view with an axis of size 1 put in before `axis`, counted from the end. */
function spread(view: View, fromEnd: number): View {
  const at = view.shape.length - fromEnd;
  const inserted = <T>(list: readonly T[], item: T): T[] => [...list.slice(0, at), item, ...list.slice(at)];
  return { ...view, shape: inserted(view.shape, 1), strides: inserted(view.strides, 0) };
}

/** The kernels by name. */
export const matrixKernels: KernelFamily = {
  BatchMatMul: {
    lower: ({ inputs, attrs, outputs }) => {
      const a = oriented(inputs['a']!, attrs['transposeA'] === true);
      const b = oriented(inputs['b']!, attrs['transposeB'] === true);
      const { dtype, shape } = outputs[0]!;
      const [inner, columns] = b.shape.slice(-2) as [number, number];
      const batch = shape.slice(0, -2);
      const rank = batch.length;
      const rows = shape.at(-2)!;
      // The innermost axis is the one computed four at a time: the columns, unless they are too few.
      const isByColumn = columns >= lanes || inner < lanes || b.strides.at(-2) !== 1;
      const domain = isByColumn ? [...batch, rows, inner, columns] : [...batch, rows, columns, inner];
      const left = broadcast(isByColumn ? spread(a, 0) : spread(a, 1), domain);
      const right = broadcast(spread(isByColumn ? b : transposeLast(b), 2), domain);
      return [
        fold([left, right], [isByColumn ? rank + 1 : rank + 2], dtype, 'sum', (l, [x, y]) =>
          dtype === 'float32' ? l.mul(x!, y!) : l.mul(l.toF64(x!), l.toF64(y!)),
        ),
      ];
    },
    supports: ({ inputs, outputs }) =>
      outputs[0]!.dtype !== 'bool' && inputs['a']!.shape.slice(-2).every((size) => size > 0),
  },
};

function transposeLast(view: View): View {
  return oriented(view, true);
}
