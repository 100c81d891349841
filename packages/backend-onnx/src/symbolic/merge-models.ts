// Makes one ONNX graph of the graphs that one Program has at several sizes: what is equal stays, constants that differ are
// computed from the inputs' shapes. Not here: choosing the sizes and lowering at them (lower-symbolic.ts).
import { formatShape, isPolynomial, type Size } from '@lamella/program';
import { notPolymorphic } from '../errors.js';
import type { LoweredModel } from '../lower-program.js';
import type { OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from '../model/onnx-model.js';
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
    this.checkNodes();
    this.inputs = this.values((model) => model.inputs, 'input');
    this.sizes = new SizeExpressions(this.sources());
    this.first.initializers.forEach((tensor, i) => {
      const all = models.map((model) => model.initializers[i]!);
      if (all.some((other) => !sameTensor(other, tensor))) this.varying.set(tensor.name, all);
    });
  }

  finish(): OnnxModel {
    const nodes = this.first.nodes.map((node) => this.node(node));
    const outputs = this.values((model) => model.outputs, 'output');
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

  private checkNodes(): void {
    const { models, first } = this;
    for (const [p, model] of models.entries()) {
      const count = Math.max(first.nodes.length, model.nodes.length);
      for (let i = 0; i < count; i++) {
        const [mine, other] = [first.nodes[i], model.nodes[i]];
        if (mine === undefined || other === undefined || wiringOf(mine) !== wiringOf(other))
          throw this.failure(
            mine ?? other!,
            `the operator ${mine?.type ?? other!.type} for ${this.at(0)} has no match for ${this.at(p)}`,
          );
        if (JSON.stringify(mine.attributes) !== JSON.stringify(other.attributes))
          throw this.failure(
            mine,
            `the attributes of ${mine.type} differ for ${this.at(0)} and ${this.at(p)}`,
          );
      }
    }
  }

  private node(node: OnnxNode): OnnxNode {
    if (!node.inputs.some((name) => this.varying.has(name))) return node;
    return {
      ...node,
      inputs: node.inputs.map((name, i) => {
        const tensors = this.varying.get(name);
        return tensors === undefined ? name : this.constant(node, i, tensors);
      }),
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
  private values(of: (model: OnnxModel) => readonly OnnxValue[], what: string): OnnxValue[] {
    const { points, unknowns, subject } = this.options;
    return of(this.first).map((value, i) => {
      const shapes = this.models.map((model) => of(model)[i]!.shape as readonly number[]);
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

function sameTensor(a: OnnxTensor, b: OnnxTensor): boolean {
  return (
    a.type === b.type && a.shape.join() === b.shape.join() && a.bytes.every((byte, i) => byte === b.bytes[i])
  );
}

function describe(tensor: OnnxTensor): string {
  const elements = elementsOf(tensor);
  return elements.length <= 8 ? `[${elements.join(', ')}]` : `${tensor.type}${formatShape(tensor.shape)}`;
}
