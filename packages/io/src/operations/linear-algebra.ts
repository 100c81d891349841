// keras.ops.linalg: factors of matrices, what solves equations, and norms. Each step of a method is one of a scan, for all
// matrices at once. What is only defined up to signs is not here: eigenvectors and singular vectors.
import { scan, unitVectors } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import {
  toFloat,
  withOptions,
  type OperationCall,
  type OperationDefinition,
} from './operation-definition.js';
import { singularValues, type Singular } from './singular-values.js';

/** The smallest step from 1 to another float32. */
const epsilon = 2 ** -23;

/** Matrices in a row. Shapes: [..., rows, columns] gives [batch, rows, columns]. */
function matrices(x: tf.Tensor, call: OperationCall): { all: tf.Tensor; outer: number[] } {
  if (x.rank < 2) throw call.fail(`a tensor of rank ${x.rank} holds no matrices`);
  return { all: tf.reshape(toFloat(x), [-1, ...x.shape.slice(-2)]), outer: x.shape.slice(0, -2) };
}

const turned = (x: tf.Tensor): tf.Tensor => tf.transpose(x, [0, 2, 1]);
const column = (x: tf.Tensor): tf.Tensor => tf.expandDims(x, 2);
const row = (x: tf.Tensor): tf.Tensor => tf.expandDims(x, 1);
const numbers = (size: number): tf.Tensor => tf.range(0, size);

/** The lower or upper triangle, the diagonal with it. */
function triangle(x: tf.Tensor, isLower: boolean): tf.Tensor {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const [i, k] = [tf.expandDims(numbers(rows), 1), numbers(columns)];
  return tf.where(isLower ? tf.greaterEqual(i, k) : tf.lessEqual(i, k), x, tf.zerosLike(x));
}

const ofMatrices = (
  options: readonly string[],
  fn: (x: tf.Tensor, call: OperationCall) => tf.Tensor | tf.Tensor[],
): OperationDefinition =>
  withOptions(options, (x, call) => {
    const { all, outer } = matrices(x, call);
    const found = fn(all, call);
    const back = (y: tf.Tensor): tf.Tensor => tf.reshape(y, [...outer, ...y.shape.slice(1)]);
    return Array.isArray(found) ? found.map(back) : back(found);
  });

/** Column by column; what is left has lost their products. Source: Golub and Van Loan, Matrix Computations, 4.2. */
function cholesky(given: tf.Tensor): tf.Tensor {
  const x = tf.mul(tf.add(given, turned(given)), 0.5);
  const size = x.shape[1]!;
  const [, columns] = scan(
    (rest: tf.Tensor, unit: tf.Tensor) => {
      const own = tf.sum(tf.mul(rest, unit), 2);
      const pivot = tf.sum(tf.mul(own, unit), 1, true);
      const isBelow = tf.cumsum(unit, 0);
      const factor = tf.mul(tf.div(own, tf.sqrt(pivot)), isBelow);
      return [tf.sub(rest, tf.mul(column(factor), row(factor))), factor];
    },
    x,
    unitVectors(size),
  );
  return tf.transpose(columns, [1, 2, 0]);
}

export const Cholesky = ofMatrices(['upper'], (x, call) =>
  call.flag('upper') ? turned(cholesky(x)) : cholesky(x),
);

/** The row with the largest value of a column, from a row on: its number and the rows in their new order. */
function exchanged(x: tf.Tensor, values: tf.Tensor, unit: tf.Tensor): { at: tf.Tensor; rows: tf.Tensor } {
  const size = x.shape[1]!;
  const from = tf.cumsum(unit, 0);
  const at = tf.argMax(tf.where(tf.greater(from, 0), tf.abs(values), tf.scalar(-1)), 1);
  const [first, other] = [tf.argMax(unit, 0), tf.expandDims(at, 1)];
  const all = tf.range(0, size, 1, 'int32');
  const order = tf.where(tf.equal(all, first), other, tf.where(tf.equal(all, other), first, all));
  return { at, rows: tf.gather(x, order, 1, 1) };
}

const nonZero = (x: tf.Tensor): tf.Tensor => tf.where(tf.equal(x, 0), tf.onesLike(x), x);

/** Of equations, the matrix before what it must give: their solutions, and the pivots with the signs of exchanges. */
function eliminated(x: tf.Tensor, size: number): { solved: tf.Tensor; pivots: tf.Tensor } {
  const width = x.shape[2]!;
  const [found, pivots] = scan(
    (current: tf.Tensor, unit: tf.Tensor) => {
      const along = tf.pad(unit, [[0, width - size]]);
      const { at, rows } = exchanged(current, tf.sum(tf.mul(current, along), 2), unit);
      const values = tf.sum(tf.mul(rows, along), 2);
      const pivot = tf.sum(tf.mul(values, unit), 1, true);
      const own = tf.div(tf.sum(tf.mul(rows, tf.expandDims(unit, 1)), 1), nonZero(pivot));
      const others = tf.sub(values, unit);
      const isMoved = tf.notEqual(at, tf.argMax(unit, 0));
      return [
        tf.sub(rows, tf.mul(column(others), row(own))),
        tf.mul(tf.squeeze(pivot, [1]), tf.sub(1, tf.mul(2, tf.cast(isMoved, 'float32')))),
      ];
    },
    x,
    unitVectors(size),
  );
  return {
    solved: tf.slice(found, [0, 0, size], [found.shape[0]!, size, width - size]),
    pivots: tf.transpose(pivots),
  };
}

function solved(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const { solved: found, pivots } = eliminated(tf.concat([a, b], 2), a.shape[1]!);
  // A matrix without an inverse gives no numbers.
  const isSingular = tf.any(tf.equal(pivots, 0), 1);
  return tf.where(tf.reshape(isSingular, [-1, 1, 1]), tf.scalar(Number.NaN), found);
}

const everyUnit = (x: tf.Tensor): tf.Tensor => tf.add(tf.zerosLike(x), unitVectors(x.shape[1]!));
const inverse = (x: tf.Tensor): tf.Tensor => solved(x, everyUnit(x));

export const Inv = ofMatrices([], inverse);
export const CholeskyInverse = ofMatrices(['upper'], (x, call) => {
  const isUpper = call.flag('upper');
  const factor = triangle(x, !isUpper);
  return inverse(tf.matMul(factor, factor, isUpper, !isUpper));
});

const pivotsOf = (x: tf.Tensor): tf.Tensor => eliminated(x, x.shape[1]!).pivots;
const logDeterminant = (pivots: tf.Tensor): tf.Tensor => tf.sum(tf.log(tf.abs(pivots)), 1);

export const Det = ofMatrices([], (x) => tf.prod(pivotsOf(x), 1));
export const Slogdet = ofMatrices([], (x) => {
  const pivots = pivotsOf(x);
  return [tf.prod(tf.sign(pivots), 1), logDeterminant(pivots)];
});
export const Logdet = ofMatrices([], (x) => logDeterminant(pivotsOf(x)));

const equations = (
  options: readonly string[],
  matrix: (a: tf.Tensor, call: OperationCall) => tf.Tensor,
  solve: (a: tf.Tensor, b: tf.Tensor, call: OperationCall) => tf.Tensor,
): OperationDefinition => ({
  parameters: ['a', 'b'],
  options,
  run: (call) => {
    const a = call.float('a');
    const b = call.float('b');
    const isVector = b.rank === a.rank - 1;
    const { all, outer } = matrices(a, call);
    const right = isVector ? tf.expandDims(b, -1) : b;
    const found = solve(matrix(all, call), tf.reshape(right, [-1, ...right.shape.slice(-2)]), call);
    const whole = tf.reshape(found, [...outer, ...found.shape.slice(1)]);
    return isVector ? tf.squeeze(whole, [whole.rank - 1]) : whole;
  },
});

export const Solve = equations([], (a) => a, solved);
export const SolveTriangular = equations(['lower'], (a, call) => triangle(a, call.flag('lower')), solved);
export const Lstsq = equations(
  ['rcond'],
  (a) => a,
  (a, b, call) => tf.matMul(pseudoinverse(a, call, Math.max(...a.shape.slice(1)) * epsilon), b),
);

/** With exchanges of rows, as LAPACK packs both factors into one matrix. */
export const LuFactor = ofMatrices([], (x) => {
  const [rows, columns] = x.shape.slice(1) as [number, number];
  const steps = Math.min(rows, columns);
  const [packed, exchanges] = scan(
    (current: tf.Tensor, { inRows, inColumns }: { inRows: tf.Tensor; inColumns: tf.Tensor }) => {
      const { at, rows: next } = exchanged(current, tf.sum(tf.mul(current, inColumns), 2), inRows);
      const values = tf.sum(tf.mul(next, inColumns), 2);
      const pivot = tf.sum(tf.mul(values, inRows), 1, true);
      const isBelow = tf.cumsum(inRows, 0, true);
      const factors = tf.mul(tf.div(values, nonZero(pivot)), isBelow);
      const own = tf.mul(tf.sum(tf.mul(next, tf.expandDims(inRows, 1)), 1), tf.cumsum(inColumns, 0));
      return [tf.sub(next, tf.mul(column(factors), row(tf.sub(own, inColumns)))), at];
    },
    x,
    { inRows: unitVectors(rows, steps), inColumns: unitVectors(columns, steps) },
  );
  return [packed, tf.transpose(exchanges)];
});

type Pair = readonly [tf.Tensor, tf.Tensor];

/** By reflections, with the signs of LAPACK. Source: Golub and Van Loan, Matrix Computations, 5.2. */
export const Qr = ofMatrices(['mode'], (x, call) => {
  const [rows, columns] = x.shape.slice(1) as [number, number];
  const mode = call.option('mode') ?? 'reduced';
  if (mode !== 'reduced' && mode !== 'complete')
    throw call.fail(`mode ${JSON.stringify(mode)} is not supported`);
  const steps = Math.min(rows, columns);
  const start = tf.add(tf.fill([x.shape[0]!, rows, rows], 0), unitVectors(rows));
  const [[q, r]] = scan(
    ([q, r]: Pair, { inRows, inColumns }: { inRows: tf.Tensor; inColumns: tf.Tensor }) => {
      const own = tf.mul(tf.sum(tf.mul(r, inColumns), 2), tf.cumsum(inRows, 0));
      const first = tf.sum(tf.mul(own, inRows), 1, true);
      const below = tf.sum(tf.square(tf.mul(own, tf.sub(1, inRows))), 1, true);
      const isLeft = tf.greater(below, 0);
      const size = tf.sqrt(tf.add(tf.square(first), tf.where(isLeft, below, tf.onesLike(below))));
      const sign = tf.where(tf.less(first, 0), tf.scalar(1), tf.scalar(-1));
      const v = tf.sub(own, tf.mul(tf.mul(sign, size), inRows));
      const scale = tf.where(isLeft, tf.div(2, tf.sum(tf.square(v), 1, true)), tf.zerosLike(below));
      const by = column(v);
      const turn = tf.mul(by, column(scale));
      const next: Pair = [
        tf.sub(q, tf.matMul(tf.matMul(q, by), turn, false, true)),
        tf.sub(r, tf.matMul(turn, tf.matMul(by, r, true))),
      ];
      return [next, null];
    },
    [start, x] as Pair,
    { inRows: unitVectors(rows, steps), inColumns: unitVectors(columns, steps) },
  );
  const upper = triangle(r, false);
  if (mode === 'complete') return [q, upper];
  const batch = x.shape[0]!;
  return [tf.slice(q, [0, 0, 0], [batch, rows, steps]), tf.slice(upper, [0, 0, 0], [batch, steps, columns])];
});

export const SVD = ofMatrices(['full_matrices', 'compute_uv'], (x, call) => {
  if (call.option('compute_uv') !== false)
    throw call.fail(
      'singular vectors have signs that no two libraries share, nor two backends of Keras; compute_uv=False gives the values',
    );
  return singularValues(x).values;
});

/** Which singular values count: those above a part of the largest. */
function counting({ values }: Singular, least: tf.Tensor): tf.Tensor {
  return tf.cast(tf.greater(values, least), 'float32');
}

const largest = ({ values }: Singular): tf.Tensor => tf.max(values, 1, true);

export const MatrixRank = ofMatrices(['tol'], (x, call) => {
  const found = singularValues(x);
  const least =
    call.option('tol') === null
      ? tf.mul(largest(found), Math.max(...x.shape.slice(1)) * epsilon)
      : tf.scalar(call.number('tol'));
  return tf.cast(tf.sum(counting(found, least), 1), 'int32');
});

function pseudoinverse(x: tf.Tensor, call: OperationCall, otherwise: number): tf.Tensor {
  const found = singularValues(x);
  const isCounted = counting(found, tf.mul(largest(found), call.number('rcond', otherwise)));
  const squares = tf.div(
    isCounted,
    tf.square(tf.where(tf.greater(isCounted, 0), found.values, tf.onesLike(isCounted))),
  );
  // x = u · diag(values) · v', and u · values is `scaled`.
  const inverse = tf.matMul(tf.mul(found.vectors, row(squares)), found.scaled, false, true);
  return found.isTurned ? turned(inverse) : inverse;
}

export const Pinv = ofMatrices(['rcond'], (x, call) =>
  pseudoinverse(x, call, 10 * Math.max(...x.shape.slice(1)) * epsilon),
);
