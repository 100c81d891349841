// A histogram in TensorBoard's form: buckets of equal width, each with its edges and how many values lie in it.

/** Rows of [left edge, right edge, count]. Source: tensorboard/plugins/histogram/summary_v2.py. */
export function histogram(values: ArrayLike<number>, buckets = 30): number[][] {
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    least = Math.min(least, values[i]!);
    most = Math.max(most, values[i]!);
  }
  if (values.length === 0) return Array.from({ length: buckets }, () => [0, 0, 0]);
  const width = (most - least) / buckets;
  // Values that are all alike stand in the last bucket.
  if (!(width > 0))
    return Array.from({ length: buckets }, (_, i) => [least, least, i === buckets - 1 ? values.length : 0]);
  const rows = Array.from({ length: buckets }, (_, i) => [least + i * width, least + (i + 1) * width, 0]);
  rows[buckets - 1]![1] = most;
  for (let i = 0; i < values.length; i++)
    rows[Math.min(Math.floor((values[i]! - least) / width), buckets - 1)]![2]!++;
  return rows;
}
