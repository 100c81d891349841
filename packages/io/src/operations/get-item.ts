// x[key] as Python means it: integers drop their axis, None adds one, an ellipsis stands for the axes between, and slices
// have a start, a stop and a step of either sign.
import * as tf from '@tensorflow/tfjs-core';
import type { OperandValue, OperationCall } from './operation-definition.js';

/** Throws: OPERATION_INVALID for keys that are tensors, and for those beyond the tensor. */
export function getItem(x: tf.Tensor, key: OperandValue, call: OperationCall): tf.Tensor {
  const parts = spread(key.kind === 'list' ? key.items : [key], x.rank, call);
  const begin: number[] = [];
  const end: number[] = [];
  const steps: number[] = [];
  const shape: number[] = [];
  for (const part of parts) {
    if (part.kind === 'plain') {
      shape.push(1);
      continue;
    }
    const size = x.shape[begin.length]!;
    if (part.kind === 'number') {
      const at = part.value < 0 ? part.value + size : part.value;
      if (!Number.isSafeInteger(at) || at < 0 || at >= size)
        throw call.fail(`index ${part.value} is beyond an axis of ${size}`);
      begin.push(at);
      end.push(at + 1);
      steps.push(1);
      continue;
    }
    const { start, stop, step } = bounds(part, size, call);
    const count = Math.max(0, Math.ceil((stop - start) / step));
    begin.push(start);
    end.push(stop);
    steps.push(step);
    shape.push(count);
  }
  return tf.reshape(strided(x, begin, end, steps), shape);
}

type Part = Extract<OperandValue, { kind: 'number' | 'slice' | 'plain' }>;

/** One part for each axis, and those that add one. */
function spread(items: readonly OperandValue[], rank: number, call: OperationCall): Part[] {
  const whole: Part = { kind: 'slice', parts: [nothing, nothing, nothing] };
  const used = items.filter((item) => item.kind === 'number' || item.kind === 'slice').length;
  if (used > rank) throw call.fail(`a key of ${used} parts for a tensor of rank ${rank}`);
  const rest = Array<Part>(rank - used).fill(whole);
  const at = items.findIndex((item) => item.kind === 'ellipsis');
  return items
    .flatMap((item, i): OperandValue[] => (i === at ? rest : [item]))
    .concat(at < 0 ? rest : [])
    .map((item): Part => {
      if (item.kind === 'number' || item.kind === 'slice' || (item.kind === 'plain' && item.value === null))
        return item as Part;
      throw call.fail('only integers, slices, None and one ellipsis can be a key');
    });
}

const nothing = { kind: 'plain', value: null } as const;

function bounds(
  slice: Extract<OperandValue, { kind: 'slice' }>,
  size: number,
  call: OperationCall,
): { start: number; stop: number; step: number } {
  const [start, stop, step] = slice.parts.map((part): number | null => {
    if (part.kind === 'plain' && part.value === null) return null;
    if (part.kind === 'number' && Number.isSafeInteger(part.value)) return part.value;
    throw call.fail('a slice has bounds that are no integers');
  }) as [number | null, number | null, number | null];
  const by = step ?? 1;
  if (by === 0) throw call.fail('a slice has step 0');
  const clamp = (value: number): number => {
    const counted = value < 0 ? value + size : value;
    return by > 0 ? Math.min(size, Math.max(0, counted)) : Math.min(size - 1, Math.max(-1, counted));
  };
  return {
    start: start === null ? (by > 0 ? 0 : size - 1) : clamp(start),
    stop: stop === null ? (by > 0 ? size : -1) : clamp(stop),
    step: by,
  };
}

function strided(x: tf.Tensor, begin: number[], end: number[], steps: number[]): tf.Tensor {
  const backwards = steps.flatMap((step, axis) => (step < 0 ? [axis] : []));
  if (backwards.length > 0) {
    const mirror = (at: number, axis: number): number => x.shape[axis]! - 1 - at;
    const flip = (list: number[]): number[] =>
      list.map((at, axis) => (steps[axis]! < 0 ? mirror(at, axis) : at));
    return strided(tf.reverse(x, backwards), flip(begin), flip(end), steps.map(Math.abs));
  }
  const sizes = begin.map((at, axis) => Math.max(0, end[axis]! - at));
  const cut = tf.slice(x, begin, sizes);
  if (steps.every((step) => step === 1)) return cut;
  return tf.stridedSlice(
    cut,
    begin.map(() => 0),
    sizes,
    steps,
  );
}
