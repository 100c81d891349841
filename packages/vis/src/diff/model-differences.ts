// What differs between two models: plain data, for programs; as text by print-differences.ts.
import type { PlainValue } from '../model-graph.js';

/** An option with another value; undefined where one of the two does not have it. */
export interface OptionDifference {
  readonly option: string;
  readonly before: PlainValue | undefined;
  readonly after: PlainValue | undefined;
}

/** A layer that both models have, by its path: `inner/dense` is the layer "dense" of the model "inner". */
export interface LayerDifference {
  readonly layer: string;
  readonly options: readonly OptionDifference[];
}

/** A layer that one of the two has. */
export interface LayerOfOne {
  readonly layer: string;
  readonly className: string;
}

/** A weight of a layer that both have. */
export interface WeightDifference {
  readonly weight: string;
  /** Dtype and shape, `float32[3, 2]`; undefined where one of the two does not have it. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** How many values it has, and how many of them differ; NaN is no difference to NaN. All of another shape or dtype. */
  readonly count: number;
  readonly different: number;
  /** The largest difference of two values; Infinity where one is finite alone, NaN where values are not compared. */
  readonly largest: number;
}

/** A Lambda that both have, which computes something else. */
export interface LambdaDifference {
  readonly layer: string;
  /** What its Programs have in one alone, a line each, with `- ` or `+ ` before it. */
  readonly lines: readonly string[];
}

/** What has to be done to one model to have another. */
export interface ModelDifferences {
  readonly isSame: boolean;
  readonly layers: {
    readonly removed: readonly LayerOfOne[];
    readonly added: readonly LayerOfOne[];
    readonly changed: readonly LayerDifference[];
  };
  /** Tensors that go from a layer to another in one alone: `hidden -> output`, with the numbers of all but first outputs and inputs. */
  readonly connections: { readonly removed: readonly string[]; readonly added: readonly string[] };
  readonly weights: readonly WeightDifference[];
  readonly lambdas: readonly LambdaDifference[];
  /** What compile() was given. */
  readonly compile: readonly OptionDifference[];
}
