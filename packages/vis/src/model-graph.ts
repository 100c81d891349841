// The description of a model that pictures, pages and differences read: plain data, found without drawing anything.
// Of a live model it is made by graph-of-model.ts.

/** Plain JSON; NaN and the infinities are allowed. */
export type PlainValue =
  string | number | boolean | null | readonly PlainValue[] | { readonly [key: string]: PlainValue };

/** One of the tensors of a layer: an output, or, where the layer is a model, an input. */
export interface GraphEnd {
  /** The {@link GraphLayer.id} of the layer. */
  readonly layer: string;
  readonly index: number;
}

/** A tensor that goes from a layer to another. */
export interface GraphEdge {
  readonly from: GraphEnd;
  readonly to: GraphEnd;
}

/** A layer as it stands in a model. */
export interface GraphLayer {
  /** One a layer, wherever it stands: a layer that several models share has the same in all of them. */
  readonly id: string;
  readonly name: string;
  readonly className: string;
  /** The constructor's options. Those of a model are its {@link graph}. */
  readonly options: Readonly<Record<string, PlainValue>>;
  /** Of its first call, as people read it: `[null, 3]`, or a list of such; undefined where it is not known. */
  readonly inputShape: string | undefined;
  readonly outputShape: string | undefined;
  readonly outputDType: string | undefined;
  /** Whether its weights train; undefined for a layer without any. */
  readonly trainable: boolean | undefined;
  /** How many values its weights have. */
  readonly parameters: number;
  /** The kernels of a Lambda's Program, in their order; undefined for other layers, and where they are not known. */
  readonly operations: readonly string[] | undefined;
  /** What a layer that is a model is made of. */
  readonly graph: ModelGraph | undefined;
}

/** A model: its layers in Keras' order, and what goes from one to another. */
export interface ModelGraph {
  readonly name: string;
  readonly className: string;
  readonly layers: readonly GraphLayer[];
  readonly edges: readonly GraphEdge[];
  /** Where what is given to the model goes in. */
  readonly inputs: readonly GraphEnd[];
  /** Where what it gives comes out. */
  readonly outputs: readonly GraphEnd[];
}
