// Makes a loop of fewer axes: those of size 1 go, and neighbours that every access walks through as one become one.
// It changes no value and no order of folding.
import type { Access, Instruction, Loop } from './loop.js';

/** The same loop on as few axes as possible; at least the vector axis stays. */
export function collapse(loop: Loop): Loop {
  const walks = loop.instructions
    .flatMap((instruction) => stridesOf(instruction))
    .concat(loop.stores.map(({ access }) => access.strides));
  const firstFolded = loop.sizes.length - loop.folded;
  /** Lists of axes that become one, outermost first. */
  const groups: number[][] = [];
  loop.sizes.forEach((size, axis) => {
    if (size === 1 && axis !== loop.vector) return;
    const last = groups.at(-1);
    const outer = last?.at(-1);
    const isMerged =
      last !== undefined &&
      outer !== undefined &&
      outer < firstFolded === axis < firstFolded &&
      walks.every((strides) => strides[outer]! === strides[axis]! * size);
    if (isMerged) last.push(axis);
    else groups.push([axis]);
  });
  if (groups.length === loop.sizes.length) return loop;
  const strides = (old: readonly number[]): number[] => groups.map((group) => old[group.at(-1)!]!);
  const access = (old: Access): Access => ({ ...old, strides: strides(old.strides) });
  return {
    sizes: groups.map((group) => group.reduce((size, axis) => size * loop.sizes[axis]!, 1)),
    folded: groups.filter((group) => group[0]! >= firstFolded).length,
    vector: groups.findIndex((group) => group.includes(loop.vector)),
    instructions: loop.instructions.map((instruction): Instruction => {
      if (instruction.kind === 'index') return { ...instruction, strides: strides(instruction.strides) };
      if (instruction.kind === 'load' || instruction.kind === 'gather')
        return { ...instruction, access: access(instruction.access) };
      return instruction;
    }),
    stores: loop.stores.map((store) => ({ ...store, access: access(store.access) })),
  };
}

function stridesOf(instruction: Instruction): (readonly number[])[] {
  if (instruction.kind === 'index') return [instruction.strides];
  return instruction.kind === 'load' || instruction.kind === 'gather' ? [instruction.access.strides] : [];
}
