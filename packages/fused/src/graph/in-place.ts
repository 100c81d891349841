// Which outputs may lie where an input lies. Read off the finished loops, so that it holds whatever made them.
import { bytesPerElement } from '@lamella/program';
import type { Access, BufferId, Loop } from '../loop/loop.js';

/*
 * Proof. Let loop w write output o, and no other loop write it. Input i may share its memory when every loop that reads i
 * runs before w, or is w itself and reads i only through the very access by which it writes o. In the first case i is
 * never read after o is written. In the second, each position of w reads element e of i and writes element e of o, and
 * different positions use different e (the store's strides walk row after row without overlap), so no element is read at a
 * position after the one that overwrites it; within one position, or one vector of four, every instruction before the
 * stores has run. A read that is hoisted out of an axis has stride 0 there, hence another access than the store, and a
 * looked-up element (gather) is never accepted. Elements must be of one size, so that element e is the same bytes.
 */

/** Tells whether output number `output` may lie where input number `input` lies. */
export type MayReplace = (output: number, input: number) => boolean;

/** Of all pairs. Buffers 0 to `inputs` - 1 are the inputs, the next ones the outputs. */
export function inPlacePairs(loops: readonly Loop[], inputs: number): MayReplace {
  const uses = new Map<BufferId, { loop: number; access: Access; isGather: boolean }[]>();
  const writes = new Map<BufferId, { loop: number; access: Access }[]>();
  loops.forEach(({ instructions, stores }, loop) => {
    for (const instruction of instructions) {
      if (instruction.kind !== 'load' && instruction.kind !== 'gather') continue;
      const { access } = instruction;
      const list = uses.get(access.buffer) ?? [];
      list.push({ loop, access, isGather: instruction.kind === 'gather' });
      uses.set(access.buffer, list);
    }
    for (const { access } of stores) {
      const list = writes.get(access.buffer) ?? [];
      list.push({ loop, access });
      writes.set(access.buffer, list);
    }
  });
  return (output, input) => {
    const [write, ...others] = writes.get(inputs + output) ?? [];
    if (write === undefined || others.length > 0) return false;
    return (uses.get(input) ?? []).every(
      ({ loop, access, isGather }) =>
        loop < write.loop || (loop === write.loop && !isGather && isSameAccess(access, write.access)),
    );
  };
}

function isSameAccess(a: Access, b: Access): boolean {
  return (
    bytesPerElement(a.element) === bytesPerElement(b.element) &&
    a.offset === b.offset &&
    a.strides.every((stride, axis) => stride === b.strides[axis])
  );
}
