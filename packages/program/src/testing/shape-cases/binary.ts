// Cases of element-wise kernels of two inputs, comparisons, logic and the choice between two.
import * as tf from '@tensorflow/tfjs-core';
import { call, gives, misfit, op, type ShapeCases } from '../kernel-case.js';
import { bool, complex, float, int, text } from '../sample.js';

type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const arithmetic: Readonly<Record<string, Binary>> = {
  Add: tf.add,
  Atan2: tf.atan2,
  FloorDiv: tf.floorDiv,
  Maximum: tf.maximum,
  Minimum: tf.minimum,
  Mod: tf.mod,
  Multiply: tf.mul,
  Pow: tf.pow,
  SquaredDifference: tf.squaredDifference,
  Sub: tf.sub,
};

const comparisons: Readonly<Record<string, Binary>> = {
  Equal: tf.equal,
  Greater: tf.greater,
  GreaterEqual: tf.greaterEqual,
  Less: tf.less,
  LessEqual: tf.lessEqual,
  NotEqual: tf.notEqual,
};

const numeric = { ...arithmetic, ...comparisons };

const broadcasts = [
  [float(2, 3), float(2, 3)],
  [float(2, 3), float(3)],
  [float(), float(2, 3)],
  [float(4, 1, 3), float(2, 1)],
  [float(0, 3), float(1, 3)],
] as const;

export const binary: ShapeCases = {
  cases: [
    ...Object.entries({ ...numeric, RealDiv: tf.div }).flatMap(([kernel, fn]) =>
      broadcasts.map((inputs) => op(kernel, '', inputs, fn)),
    ),
    ...Object.entries(numeric).map(([kernel, fn]) => op(kernel, '', [int(2, 3), int(1, 3)], fn)),
    ...['Add', 'Multiply', 'Sub', 'Maximum', 'Minimum', 'SquaredDifference', 'Greater', 'Mod'].map((kernel) =>
      call(kernel, { a: bool(2), b: bool(2) }),
    ),
    ...['Add', 'Multiply', 'Sub'].flatMap((kernel) => [
      call(kernel, { a: complex(2, 2), b: complex(2) }),
      call(kernel, { a: complex(2), b: float(3, 2) }),
      call(kernel, { a: float(2), b: complex(3, 2) }),
    ]),
    ...['Equal', 'NotEqual'].flatMap((kernel) => [
      op(kernel, '', [bool(2), bool(3, 2)], comparisons[kernel]!),
      op(kernel, '', [text('a', 'b'), text('b')], comparisons[kernel]!),
    ]),
    ...['LogicalAnd', 'LogicalOr'].flatMap((kernel) => [
      call(kernel, { a: bool(2, 3), b: bool(3) }),
      call(kernel, { a: bool(2, 3), b: bool(2, 3) }),
    ]),
    gives(call('LogicalXor', { a: bool(2, 3), b: bool(3) }), 'bool[2, 3]'),
    op('BitwiseAnd', '', [int(2, 3), int(2, 3)], tf.bitwiseAnd),
    op('AddN', '', [float(2, 3), float(2, 3), float(2, 3)], (...xs: tf.Tensor[]) => tf.addN(xs)),
    op('AddN', '', [int(2), int(2)], (...xs: tf.Tensor[]) => tf.addN(xs)),
    op('Select', '', [bool(2, 3), float(2, 3), float(2, 3)], tf.where),
    op('Select', 'broadcast by its op', [bool(3, 1), float(2), float(1, 2)], tf.where),
    call('Select', { condition: bool(2), t: int(2), e: float(2) }),
    call('Select', { condition: bool(2), t: bool(2), e: bool(2) }),
  ],
  misfits: [
    misfit('SHAPE_MISMATCH', ['[2, 3]', '[4]'], op('Add', '', [float(2, 3), float(4)], tf.add)),
    misfit('SHAPE_MISMATCH', ['[3]', '[2]'], call('Greater', { a: float(3), b: float(2) })),
    misfit('SHAPE_MISMATCH', ['[3]', '[2]'], call('BitwiseAnd', { a: int(3), b: int(2) })),
    misfit('SHAPE_MISMATCH', ['[2, 3]', '[3]'], call('AddN', [float(2, 3), float(3)])),
    misfit(
      'SHAPE_MISMATCH',
      ['[2]', '[3]'],
      call('Select', { condition: bool(2), t: float(3), e: float(3) }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[2]', '[3]'],
      call('Select', { condition: bool(3), t: float(3), e: float(2) }),
    ),
    misfit('DTYPE_MISMATCH', ['float32[2]', 'int32[2]'], call('Add', { a: float(2), b: int(2) })),
    misfit('DTYPE_MISMATCH', ['complex64[2]'], call('Maximum', { a: complex(2), b: complex(2) })),
    misfit('DTYPE_MISMATCH', ['string[1]'], call('Less', { a: text('a'), b: text('a') })),
    misfit('DTYPE_MISMATCH', ['complex64[1]'], call('Equal', { a: complex(1), b: complex(1) })),
    misfit('DTYPE_MISMATCH', ['float32[2]'], call('BitwiseAnd', { a: float(2), b: float(2) })),
    misfit(
      'DTYPE_MISMATCH',
      ['float32[2]'],
      call('Select', { condition: float(2), t: float(2), e: float(2) }),
    ),
  ],
};
