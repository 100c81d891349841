// A Program as views of nodes: its inputs and constants as sources, its kernels as the table says, its outputs as nodes each
// of its own. Not here: fusing and running.
import {
  attributesOf,
  kernelUnsupported,
  scopeLabel,
  type ConstantData,
  type DType,
  type Program,
  type ValueId,
} from '@lamella/program';
import type { Element } from '../loop/loop.js';
import { kernels, supports } from '../kernels/table.js';
import { copy, isWhole, splat, whole, type Node, type SourceNode, type View } from './graph.js';
import { elementOf } from './group-loops.js';
import { isComputed } from './groups.js';

/** A Program in views. */
export interface LoweredProgram {
  /** One for each input of the Program. */
  readonly inputs: readonly SourceNode[];
  /** One for each output; every node is computed and appears once. */
  readonly outputs: readonly Node[];
  readonly constants: ReadonlyMap<SourceNode, ConstantData>;
}

/** Throws: KERNEL_UNSUPPORTED naming the kernel and the layer it came from. */
export function lowerProgram(program: Program): LoweredProgram {
  const views = new Map<ValueId, View>();
  const constants = new Map<SourceNode, ConstantData>();
  const inputs = program.inputs.map(({ id, storage }): SourceNode => {
    const { shape, dtype } = program.type(id);
    const source: SourceNode = {
      kind: 'source',
      shape,
      dtype,
      element: (storage as Element | undefined) ?? elementOf(dtype),
    };
    views.set(id, whole(source));
    return source;
  });
  for (const { id, data } of program.constants) {
    const { shape, dtype } = program.type(id);
    const value = uniformValue(data);
    if (value !== undefined) {
      views.set(id, splat(value, dtype, shape));
      continue;
    }
    const source: SourceNode = { kind: 'source', shape, dtype, element: elementOf(dtype) };
    constants.set(source, data);
    views.set(id, whole(source));
  }
  for (const node of program.nodes) {
    const kernel = kernels.get(node.kernel);
    if (kernel === undefined || !supports(node, program)) {
      const fix = 'run it on another backend';
      throw kernelUnsupported(scopeLabel(node.scope), node.kernel, 'form in fused loops', fix);
    }
    const given = Object.fromEntries(Object.entries(node.inputs).map(([name, id]) => [name, views.get(id)!]));
    const outputs = node.outputs.map((id) => program.type(id));
    const results = kernel.lower({
      inputs: given,
      attrs: attributesOf(node, (id) => program.type(id)),
      outputs,
    });
    node.outputs.forEach((id, i) => views.set(id, withDType(results[i]!, outputs[i]!.dtype)));
  }
  const taken = new Set<Node>();
  const outputs = program.outputs.map(({ id }) => {
    const view = views.get(id)!;
    const own = isComputed(view.node) && isWhole(view) && !taken.has(view.node) ? view : copy(view);
    taken.add(own.node);
    return own.node;
  });
  return { inputs, outputs, constants };
}

/** Splats may be given as any dtype; everything else a kernel gives has the dtype of its output. */
function withDType(view: View, dtype: DType): View {
  const { node } = view;
  return node.kind === 'splat' && node.dtype !== dtype ? { ...view, node: { ...node, dtype } } : view;
}

/** The value that all elements of a constant have; undefined when they differ. */
function uniformValue(data: ConstantData): number | undefined {
  const first = data[0];
  if (typeof first !== 'number') return undefined;
  return [...(data as Iterable<number>)].every((value) => Object.is(value, first)) ? first : undefined;
}
