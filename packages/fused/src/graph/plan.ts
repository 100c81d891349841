// The order of loops, and where everything between them lies. State that a Program updates is read, wherever possible, before
// the loop that writes its new value, so that the new value may take its place.
import { bytesPerElement, sizeOf, type ConstantData, type Program } from '@lamella/program';
import { FreeList } from '../memory/free-list.js';
import type { BufferId, Loop } from '../loop/loop.js';
import { inputsOf, type Node } from './graph.js';
import { groupLoops, elementOf } from './group-loops.js';
import { groupNodes, sortGroups, type Group } from './groups.js';
import { lowerProgram } from './lower-program.js';
import { whole } from './graph.js';

/** A constant, and its place in the block of the compiled Program. Units: bytes. */
export interface PlacedConstant {
  readonly buffer: BufferId;
  readonly offset: number;
  readonly data: ConstantData;
  readonly dtype: 'float32' | 'int32' | 'bool';
}

/** Loops and the buffers they work on. */
export interface Plan {
  readonly loops: readonly Loop[];
  /** Buffers are numbered: the inputs, the outputs, then what the Program keeps to itself. */
  readonly buffers: number;
  /** The places of what the Program keeps to itself in its block, by buffer. Units: bytes. */
  readonly offsets: ReadonlyMap<BufferId, number>;
  readonly constants: readonly PlacedConstant[];
  /** The size of the block. Units: bytes. */
  readonly blockSize: number;
}

const alignment = 64;

/** Plans a Program. Throws: KERNEL_UNSUPPORTED. */
export function planProgram(program: Program): Plan {
  const { inputs, outputs, constants } = lowerProgram(program);
  const groups = ordered(groupNodes(outputs.map(whole)), program, inputs, outputs);
  const buffers = new Map<Node, BufferId>();
  let count = 0;
  for (const node of [...inputs, ...outputs, ...constants.keys()]) buffers.set(node, count++);
  const firstOwn = inputs.length + outputs.length;
  for (const node of storedNodes(groups)) if (!buffers.has(node)) buffers.set(node, count++);

  const loopsOfGroup = groups.map((group) => groupLoops(group, (node) => buffers.get(node)));
  const offsets = new Map<BufferId, number>();
  let end = 0;
  const placed = [...constants].map(([node, data]): PlacedConstant => {
    const buffer = buffers.get(node)!;
    const offset = end;
    offsets.set(buffer, offset);
    end += paddedSize(node);
    return { buffer, offset, data, dtype: node.dtype as PlacedConstant['dtype'] };
  });
  const scratch = placeScratch(groups, buffers, firstOwn + constants.size, end);
  for (const [buffer, offset] of scratch.offsets) offsets.set(buffer, offset);
  return {
    loops: loopsOfGroup.flat(),
    buffers: count,
    offsets,
    constants: placed,
    blockSize: Math.max(end, scratch.end),
  };
}

/** Nodes that another group, or another loop of the same, reads. */
function storedNodes(groups: readonly Group[]): Node[] {
  const groupOf = new Map<Node, Group>();
  for (const group of groups) for (const node of [...group.nodes, ...group.inlined]) groupOf.set(node, group);
  const stored = new Set<Node>();
  for (const group of groups) {
    for (const reader of [...group.nodes, ...group.inlined]) {
      for (const { node } of inputsOf(reader)) {
        const producer = groupOf.get(node);
        if (producer !== undefined && producer !== group) stored.add(node);
      }
    }
  }
  return [...stored];
}

/** Groups so that readers of updated state come before its writer, unless they need what it writes. */
function ordered(
  groups: readonly Group[],
  program: Program,
  inputs: readonly Node[],
  outputs: readonly Node[],
): Group[] {
  const groupOf = new Map<Node, Group>();
  for (const group of groups) for (const node of [...group.nodes, ...group.inlined]) groupOf.set(node, group);
  const needs = new Map(groups.map((group) => [group, new Set<Group>()]));
  const readers = new Map<Node, Set<Group>>();
  for (const group of groups) {
    for (const reader of [...group.nodes, ...group.inlined]) {
      for (const { node } of inputsOf(reader)) {
        const producer = groupOf.get(node);
        if (producer !== undefined && producer !== group) needs.get(group)!.add(producer);
        readers.set(node, (readers.get(node) ?? new Set()).add(group));
      }
    }
  }
  const reaches = (from: Group, to: Group, seen = new Set<Group>()): boolean => {
    const open = [from];
    for (let group = open.pop(); group !== undefined; group = open.pop()) {
      if (group === to) return true;
      if (seen.has(group)) continue;
      seen.add(group);
      open.push(...needs.get(group)!);
    }
    return false;
  };
  for (const { output, input } of program.updates) {
    const writer = groupOf.get(outputs[output]!)!;
    for (const reader of readers.get(inputs[input]!) ?? []) {
      if (reader !== writer && !reaches(reader, writer)) needs.get(writer)!.add(reader);
    }
  }
  return sortGroups(groups, (group) => needs.get(group)!);
}

function paddedSize(node: Node): number {
  const bytes = sizeOf(node.shape) * bytesPerElement(elementOf(node.dtype));
  return Math.max(1, Math.ceil(bytes / alignment)) * alignment;
}

/** Places what lies between groups from its first writer to its last reader; places are used again after. */
function placeScratch(
  groups: readonly Group[],
  buffers: ReadonlyMap<Node, BufferId>,
  firstScratch: BufferId,
  start: number,
): { offsets: Map<BufferId, number>; end: number } {
  const lastUse = new Map<Node, number>();
  const isScratch = (node: Node): boolean => (buffers.get(node) ?? -1) >= firstScratch;
  groups.forEach((group, i) => {
    for (const node of [...group.nodes, ...group.inlined]) {
      if (isScratch(node)) lastUse.set(node, i);
      for (const { node: input } of inputsOf(node)) if (isScratch(input)) lastUse.set(input, i);
    }
  });
  const free = new FreeList(start, Number.MAX_SAFE_INTEGER);
  const offsets = new Map<BufferId, number>();
  const open = new Set<Node>();
  let end = start;
  groups.forEach((group, i) => {
    for (const node of group.nodes) {
      if (!isScratch(node)) continue;
      const size = paddedSize(node);
      const address = free.take(size)!;
      offsets.set(buffers.get(node)!, address);
      end = Math.max(end, address + size);
      open.add(node);
    }
    for (const node of open) {
      if (lastUse.get(node)! > i) continue;
      free.give({ address: offsets.get(buffers.get(node)!)!, size: paddedSize(node) });
      open.delete(node);
    }
  });
  return { offsets, end };
}
