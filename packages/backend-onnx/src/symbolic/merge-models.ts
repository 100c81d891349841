// Makes one ONNX graph of the graphs that one Program has at several sizes: what is equal stays, constants that differ are
// computed from the inputs' shapes. Not here: choosing the sizes and lowering at them (lower-symbolic.ts).
import { formatShape, isPolynomial, type Size } from '@lamella/program';
import { notPolymorphic } from '../errors.js';
import type { LoweredModel } from '../lower-program.js';
import { graphsOf, mapGraphs } from '../model/inner-graphs.js';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from '../model/onnx-model.js';
import { alignModels } from './align-models.js';
import { shareConstants } from './share-constants.js';
import { SizeExpressions, type SizeSource } from './size-expressions.js';
import { elementsOf, fitList, varyingConstant } from './varying-constant.js';

export interface MergeModelsOptions {
  /** The sizes of the unknowns that each graph is for. */
  readonly points: readonly (readonly number[])[];
  readonly unknowns: readonly string[];
  /** Names the user's object in errors. */
  readonly subject: string;
}

/** Throws: NOT_BATCH_POLYMORPHIC naming the operation and its layer. */
export function mergeModels(lowered: readonly LoweredModel[], options: MergeModelsOptions): LoweredModel {
  const aligned = alignModels(lowered, options.points);
  const merge = new Merge(
    aligned.map(({ model }) => model),
    options,
  );
  return { ...aligned[0]!, model: shareConstants(merge.finish()) };
}

class Merge {
  private readonly first: OnnxModel;
  private readonly sizes: SizeExpressions;
  private readonly inputs: readonly OnnxValue[];
  /** The constants that differ, by name, at each point. */
  private readonly varying = new Map<string, readonly OnnxTensor[]>();

  constructor(
    private readonly models: readonly OnnxModel[],
    private readonly options: MergeModelsOptions,
  ) {
    this.first = models[0]!;
    this.checkNodes(models);
    this.inputs = this.values(models, ({ inputs }) => inputs, 'input');
    this.sizes = new SizeExpressions(this.sources());
    this.first.initializers.forEach((tensor, i) => {
      const all = models.map((model) => model.initializers[i]!);
      if (all.some((other) => !sameTensor(other, tensor))) this.varying.set(tensor.name, all);
    });
  }

  finish(): OnnxModel {
    const nodes = this.first.nodes.map((_, i) => this.node(this.models.map((model) => model.nodes[i]!)));
    const outputs = this.values(this.models, (model) => model.outputs, 'output');
    const before = this.sizes.finish();
    return {
      nodes: [...before.nodes, ...nodes],
      initializers: [
        ...before.initializers,
        ...this.first.initializers.filter(({ name }) => !this.varying.has(name)),
      ],
      inputs: this.inputs,
      outputs,
    };
  }

  private checkNodes(graphs: readonly OnnxGraph[]): void {
    const first = graphs[0]!;
    for (const [p, graph] of graphs.entries()) {
      const count = Math.max(first.nodes.length, graph.nodes.length);
      for (let i = 0; i < count; i++) {
        const [mine, other] = [first.nodes[i], graph.nodes[i]];
        if (mine === undefined || other === undefined || wiringOf(mine) !== wiringOf(other))
          throw this.failure(
            mine ?? other!,
            `the operator ${mine?.type ?? other!.type} for ${this.at(0)} has no match for ${this.at(p)}`,
          );
        if (attributesOf(mine) !== attributesOf(other))
          throw this.failure(
            mine,
            `the attributes of ${mine.type} differ for ${this.at(0)} and ${this.at(p)}`,
          );
      }
    }
    first.nodes.forEach((node, i) =>
      graphsOf(node).forEach((_, k) => this.checkNodes(graphs.map((graph) => graphsOf(graph.nodes[i]!)[k]!))),
    );
  }

  /** A node as it is in all graphs. */
  private node(nodes: readonly OnnxNode[]): OnnxNode {
    const first = nodes[0]!;
    let next = 0;
    const node = mapGraphs(first, () => {
      const index = next++;
      return this.inner(nodes.map((each) => graphsOf(each)[index]!));
    });
    if (!node.inputs.some((name) => this.varying.has(name))) return node;
    return {
      ...node,
      inputs: node.inputs.map((name, i) => {
        const tensors = this.varying.get(name);
        return tensors === undefined ? name : this.constant(node, i, tensors);
      }),
    };
  }

  private inner(graphs: readonly OnnxGraph[]): OnnxGraph {
    const first = graphs[0]!;
    return {
      ...first,
      inputs: this.values(graphs, ({ inputs }) => inputs, 'input'),
      nodes: first.nodes.map((_, i) => this.node(graphs.map(({ nodes }) => nodes[i]!))),
      outputs: this.values(graphs, ({ outputs }) => outputs, 'output'),
    };
  }

  private constant(node: OnnxNode, index: number, tensors: readonly OnnxTensor[]): string {
    const { points } = this.options;
    const shape =
      node.type === 'Reshape' && index === 1 ? fitList(tensors.map(elementsOf), points) : undefined;
    if (shape !== undefined && canInfer(shape))
      return this.sizes.graph.ints(shape.map((size) => (isPolynomial(size) ? -1 : size)));
    const name = varyingConstant(tensors, points, this.sizes);
    if (name !== undefined) return name;
    const seen = tensors.slice(0, 2).map((tensor, p) => `${describe(tensor)} for ${this.at(p)}`);
    throw this.failure(
      node,
      `an input of ${node.type} follows the size in no simple way: it is ${seen.join(', ')}`,
    );
  }

  /** Inputs or outputs with names in place of the sizes that are unknown. */
  private values(
    graphs: readonly OnnxGraph[],
    of: (graph: OnnxGraph) => readonly OnnxValue[],
    what: string,
  ): OnnxValue[] {
    const { points, unknowns, subject } = this.options;
    return of(graphs[0]!).map((value, i) => {
      const shapes = graphs.map((graph) => of(graph)[i]!.shape as readonly number[]);
      const shape = fitList(shapes, points);
      if (shape === undefined)
        throw notPolymorphic(
          subject,
          `the shape of ${what} ${i + 1} is ${formatShape(shapes[0]!)} for ${this.at(0)}, ${formatShape(shapes[1]!)} for ${this.at(1)}`,
        );
      return { ...value, shape: shape.map((size) => (isPolynomial(size) ? size.print(unknowns) : size)) };
    });
  }

  /** For each unknown an input that has it as a dimension. */
  private sources(): SizeSource[] {
    const { unknowns, subject } = this.options;
    return unknowns.map((unknown) => {
      for (const { name, shape } of this.inputs) {
        const axis = shape.indexOf(unknown);
        if (axis >= 0) return { input: name, axis };
      }
      throw notPolymorphic(subject, `no input has the size "${unknown}"`);
    });
  }

  private at(point: number): string {
    const { points, unknowns } = this.options;
    return unknowns.map((unknown, i) => `${unknown} ${points[point]![i]}`).join(', ');
  }

  private failure(node: OnnxNode, problem: string): Error {
    const layer = node.name.slice(0, Math.max(0, node.name.lastIndexOf('/')));
    return notPolymorphic(layer === '' ? this.options.subject : `Layer "${layer}"`, problem);
  }
}

/** Whether Reshape can find the one size that is not known by itself. */
function canInfer(shape: readonly Size[]): boolean {
  return shape.filter(isPolynomial).length === 1 && shape.every((size) => isPolynomial(size) || size > 0);
}

function wiringOf({ type, inputs, outputs }: OnnxNode): string {
  return JSON.stringify([type, inputs, outputs]);
}

/** Attributes but for graphs, of which there must be as many. */
function attributesOf({ attributes }: OnnxNode): string {
  return JSON.stringify(attributes, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && 'graph' in value ? 'graph' : value,
  );
}

function sameTensor(a: OnnxTensor, b: OnnxTensor): boolean {
  return (
    a.type === b.type && a.shape.join() === b.shape.join() && a.bytes.every((byte, i) => byte === b.bytes[i])
  );
}

function describe(tensor: OnnxTensor): string {
  const elements = elementsOf(tensor);
  return elements.length <= 8 ? `[${elements.join(', ')}]` : `${tensor.type}${formatShape(tensor.shape)}`;
}
