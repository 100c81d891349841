// Boundaries between equally full bins, of values that come batch by batch. In Keras' steps and its single precision: a summary
// is a list of values and how many each stands for, brought down to 1 / epsilon of them.

/** Values in ascending order, and how many values each stands for. */
export interface Summary {
  readonly values: readonly number[];
  readonly weights: readonly number[];
}

export const emptySummary: Summary = { values: [], weights: [] };

/** The summary of one batch. */
export function summarize(batch: ArrayLike<number>, epsilon: number): Summary {
  const sorted = Float32Array.from(batch).sort();
  const step = Math.max(sorted.length / (1 / epsilon), 1);
  const values: number[] = [];
  for (let i = Math.trunc(step - 1); i < sorted.length; i += Math.trunc(step)) values.push(sorted[i]!);
  return { values, weights: values.map(() => Math.fround(step)) };
}

/** The summary of two. */
export function mergeSummaries(a: Summary, b: Summary, epsilon: number): Summary {
  const values = [...a.values, ...b.values];
  const weights = [...a.weights, ...b.weights];
  const order = values.map((_, i) => i).sort((i, k) => values[i]! - values[k]!);
  return compress({ values: order.map((i) => values[i]!), weights: order.map((i) => weights[i]!) }, epsilon);
}

/** The boundaries between `bins` bins. */
export function binBoundaries(summary: Summary, bins: number): number[] {
  return compress(summary, 1 / bins).values.slice(0, -1);
}

function compress(
  summary: Summary,
  epsilon: number,
): { readonly values: number[]; readonly weights: number[] } {
  const { values, weights } = summary;
  if (values.length * epsilon < 1) return { values: [...values], weights: [...weights] };
  const sums: number[] = [];
  for (const weight of weights) sums.push(Math.fround((sums.at(-1) ?? 0) + weight));
  const total = sums.at(-1)!;
  const shares = sums.map((sum) => Math.fround(sum / total));
  const wanted = Array.from({ length: Math.ceil(1 / epsilon) }, (_, i) => epsilon + i * epsilon);
  const at = (list: readonly number[]): number[] => wanted.map((share) => interpolate(share, shares, list));
  const kept = at(sums);
  return {
    values: at(values).map(Math.fround),
    weights: kept.map((sum, i) => Math.fround(sum - (kept[i - 1] ?? 0))),
  };
}

/** NumPy's `interp` at one place. */
function interpolate(x: number, xs: readonly number[], ys: readonly number[]): number {
  const last = xs.length - 1;
  if (x <= xs[0]!) return ys[0]!;
  if (x >= xs[last]!) return ys[last]!;
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle]! <= x) low = middle;
    else high = middle;
  }
  const slope = (ys[low + 1]! - ys[low]!) / (xs[low + 1]! - xs[low]!);
  return slope * (x - xs[low]!) + ys[low]!;
}
