// One Lambda as a functional model of Keras' operations: its captured Program for inference, node by node. What has no
// equivalent is noted, and stands there as an input, so that everything missing is found at once.
import { input, type SymbolicTensor } from '@lamella/core';
import type { Lambda } from '@lamella/lambda';
import { Functional } from '@lamella/training';
import {
  condKernel,
  isLamellaError,
  isPolynomial,
  scanKernel,
  unflatten,
  whileKernel,
  type OpenNode,
  type OpenProgram,
  type OpenType,
  type ValueId,
} from '@lamella/program';
import { KernelCall } from './kernel-call.js';
import { findKernelRule } from './kernels/kernels.js';
import { simplified } from './simplified.js';
import { isConstant, NoKerasForm, type Value } from './value.js';
import { Writer } from './writer.js';

/**
 * The model that computes what `lambda` does in inference, under its name. `note` is told, in a sentence each, what Keras
 * has no operation for; then there is no model.
 * Throws: NOT_CAPTURABLE, NOT_BATCH_POLYMORPHIC, CONSTANTS_TOO_LARGE.
 */
export function lambdaModel(lambda: Lambda, note: (problem: string) => void): Functional | undefined {
  const notes = new Set<string>();
  if (lambda.maskFunction !== null) notes.add('its mask function cannot be written as operations');
  const saved = lambda.saveFunction();
  if (saved.masks.length > 0) notes.add('it reads a mask, which a model of operations does not get');
  const sized = simplified(saved.inference, lambda.label);
  const exported = new LambdaExport(lambda.name, sized, (problem) => notes.add(problem));
  const outputs = exported.run();
  for (const problem of notes) note(problem);
  if (notes.size > 0) return undefined;
  return new Functional({
    name: lambda.name,
    trainable: lambda.trainable,
    inputs: unflatten(saved.inputs, exported.inputs),
    outputs: unflatten(saved.outputs, outputs),
  });
}

class LambdaExport {
  readonly inputs: SymbolicTensor[] = [];
  private readonly values = new Map<ValueId, Value>();
  private readonly writer: Writer;

  constructor(
    private readonly name: string,
    private readonly sized: OpenProgram,
    private readonly note: (problem: string) => void,
  ) {
    const { graph } = sized;
    const anchors: { tensor: SymbolicTensor; sizes: OpenType['shape'] }[] = [];
    for (const { id, kind } of graph.inputs) {
      const type = sized.typeOf(id);
      const tensor = this.standIn(type, kind === 'random' ? 'random' : `input_${this.inputs.length}`);
      this.values.set(id, tensor);
      if (kind === 'random') {
        note('random draws have no Keras operation');
        continue;
      }
      this.inputs.push(tensor);
      anchors.push({ tensor, sizes: type.shape });
    }
    for (const { id, data } of graph.constants) this.values.set(id, { ...sized.typeOf(id), data });
    this.writer = new Writer(name, anchors);
  }

  /** The outputs, all of them made by operations. */
  run(): SymbolicTensor[] {
    for (const node of this.sized.graph.nodes) this.write(node);
    return this.sized.graph.outputs.map(({ id }) => {
      const value = this.values.get(id)!;
      try {
        if (isConstant(value)) return this.writer.made(value);
        return this.inputs.includes(value) ? this.writer.apply('Copy', [value]) : value;
      } catch (cause) {
        this.note(`an output: ${reasonOf(cause)}`);
        return this.standIn(this.sized.typeOf(id), 'missing');
      }
    });
  }

  private write(node: OpenNode): void {
    const types = node.outputs.map((id) => this.sized.typeOf(id));
    try {
      const results = this.results(node, types);
      node.outputs.forEach((id, i) => this.values.set(id, this.checked(results[i], types[i]!)));
    } catch (cause) {
      this.note(`kernel ${node.kernel}: ${reasonOf(cause)}`);
      node.outputs.forEach((id, i) => this.values.set(id, this.standIn(types[i]!, 'missing')));
    }
  }

  private results(node: OpenNode, types: readonly OpenType[]): readonly Value[] {
    const rule = findKernelRule(node.kernel);
    if (rule === undefined) throw new NoKerasForm(withoutForm[node.kernel] ?? 'Keras has no such operation');
    const odd = [...types, ...Object.values(node.inputs).map((id) => this.sized.typeOf(id))].find(
      ({ dtype }) => dtype === 'complex64' || dtype === 'string',
    );
    if (odd !== undefined) throw new NoKerasForm(`${odd.dtype} tensors have no Keras operations`);
    const byName = <T>(of: (id: ValueId) => T): Record<string, T> =>
      Object.fromEntries(Object.entries(node.inputs).map(([name, id]) => [name, of(id)]));
    const call = new KernelCall(
      node,
      types,
      byName((id) => this.values.get(id)!),
      byName((id) => this.sized.typeOf(id)),
      this.writer,
    );
    return [rule(call)].flat() as readonly Value[];
  }

  /** The result in the dtype that the Program says; Keras computes some functions of integers in floats. */
  private checked(result: Value | undefined, { shape: sizes, dtype }: OpenType): Value {
    if (result !== undefined && isConstant(result)) return result;
    const fits =
      result?.rank === sizes.length &&
      result.shape.every((size, axis) => size === null || isPolynomial(sizes[axis]!) || size === sizes[axis]);
    if (!fits) throw new NoKerasForm(`its result would have another shape, [${String(result?.shape)}]`);
    return result.dtype === dtype ? result : this.writer.apply('Cast', [result], { dtype });
  }

  private standIn({ shape: sizes, dtype }: OpenType, name: string): SymbolicTensor {
    const batchShape = sizes.map((size) => (isPolynomial(size) ? null : size));
    // What stands for a tensor that Keras has no operations for is never written.
    const stored = dtype === 'int32' || dtype === 'bool' ? dtype : 'float32';
    return input({ batchShape, dtype: stored, name: `${this.name}_${name}` });
  }
}

/** Keras has these operations, but its files hold no functions for them to call. */
const withoutForm: Readonly<Record<string, string>> = {
  [condKernel]: 'files of Keras hold no functions that keras.ops.cond could call; choose by tf.where',
  [scanKernel]:
    'files of Keras hold no functions that keras.ops.scan could call, and it has too many steps, or nobody knows how many, to be written out',
  [whileKernel]:
    'files of Keras hold no functions that keras.ops.while_loop could call; use scan() of a known length',
};

function reasonOf(cause: unknown): string {
  if (cause instanceof NoKerasForm) return cause.message;
  if (isLamellaError(cause)) return cause.message.split('\n')[0]!;
  throw cause;
}
