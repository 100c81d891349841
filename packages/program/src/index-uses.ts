// Which arguments of a Program are indices into an axis, so that who has their values can say which is out of bounds, and whose
// they are. Followed through casts and other shapes only: what a Program computes has no place in the data.
import { attributesOf, findKernel, traitsOf } from './kernels.js';
import type { Program, ValueId } from './program.js';

/** An argument that points into an axis. */
export interface IndexUse {
  /** Its place among the arguments. */
  readonly argument: number;
  /** Of the axis. */
  readonly size: number;
  /** Where it is read: a path of layers. */
  readonly scope: string;
}

/** See the head of this file. */
export function indexUses(program: Program): readonly IndexUse[] {
  const given = program.inputs.filter(({ kind }) => kind === 'argument');
  const argumentOf = new Map<ValueId, number>(given.map(({ id }, i) => [id, i]));
  return program.nodes.flatMap((node) => {
    const isMoved = traitsOf(node.kernel).moves === 'shape' || node.kernel === 'Cast';
    const [first] = Object.values(node.inputs);
    const moved = isMoved && first !== undefined ? argumentOf.get(first) : undefined;
    if (moved !== undefined) argumentOf.set(node.outputs[0]!, moved);
    const { pointsInto } = findKernel(node.kernel) ?? {};
    if (pointsInto === undefined) return [];
    const argument = argumentOf.get(node.inputs['indices']!);
    if (argument === undefined) return [];
    const types = Object.fromEntries(
      Object.entries(node.inputs).map(([name, id]) => [name, program.type(id)]),
    );
    const attributes = attributesOf(node, (id) => program.type(id));
    return [{ argument, size: pointsInto(types, attributes), scope: node.scope }];
  });
}
