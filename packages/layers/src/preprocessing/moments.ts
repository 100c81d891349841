// Means and variances of values that come batch by batch, for each place on the axes that are kept. In double precision.
import { sizeOf, type Shape } from '@lamella/program';

/** See the head of this file. Source: Chan, Golub and LeVeque (1979), the update for two groups. */
export class Moments {
  readonly mean: Float64Array;
  private readonly squares: Float64Array;
  private count = 0;

  /** `kept` are the axes whose places are told apart, in order. */
  constructor(
    private readonly kept: readonly number[],
    sizes: Shape,
  ) {
    this.mean = new Float64Array(sizeOf(sizes));
    this.squares = new Float64Array(sizeOf(sizes));
  }

  /** The mean of the squared distances to the mean. */
  get variance(): Float64Array {
    return this.squares.map((sum) => sum / this.count);
  }

  add(values: ArrayLike<number>, shape: Shape): void {
    const places = placesOf(shape, this.kept);
    const count = values.length / this.mean.length;
    const mean = new Float64Array(this.mean.length);
    const squares = new Float64Array(this.mean.length);
    for (let i = 0; i < values.length; i++) mean[places[i]!]! += values[i]! / count;
    for (let i = 0; i < values.length; i++) squares[places[i]!]! += (values[i]! - mean[places[i]!]!) ** 2;
    const total = this.count + count;
    for (let k = 0; k < mean.length; k++) {
      const distance = mean[k]! - this.mean[k]!;
      this.mean[k]! += (distance * count) / total;
      this.squares[k]! += squares[k]! + (distance ** 2 * this.count * count) / total;
    }
    this.count = total;
  }
}

/** For each value of a tensor, its place among those of the kept axes. */
function placesOf(shape: Shape, kept: readonly number[]): Int32Array {
  const places = new Int32Array(sizeOf(shape));
  let [inner, step] = [1, 1];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    if (kept.includes(axis)) {
      for (let i = 0; i < places.length; i++) places[i]! += (Math.floor(i / inner) % size) * step;
      step *= size;
    }
    inner *= size;
  }
  return places;
}
