// Loops and choices keep what is needed of them: results that somebody reads, inputs that their Programs read, each once. What
// a loop never changes is no carry, and a value known beforehand is known inside too.
import {
  condKernel,
  scanKernel,
  whileKernel,
  type ConstantData,
  type Program,
  type ProgramNode,
  type ValueId,
  type ValueType,
} from '../program.js';
import { allocateArray } from '../dtype.js';
import { scanNode, scanParts } from '../control-flow/scan-kernel.js';
import { whileParts } from '../control-flow/while-kernel.js';
import { sizeOf } from '../shape.js';
import { inputsRead, renamed, selectInputs, selectOutputs } from './edit-program.js';
import { removeDeadCode } from './remove-dead-code.js';
import { rewrite, sameType, type Rewriter } from './rewriter.js';

/** The same Program with smaller loops and choices. */
export function pruneSubprograms(program: Program): Program {
  if (program.nodes.every((node) => rules[node.kernel] === undefined)) return program;
  const read = new Set([
    ...program.nodes.flatMap((node) => Object.values(node.inputs)),
    ...program.outputs.map(({ id }) => id),
  ]);
  return rewrite(program, (node, rewriter) => {
    const isRead = node.outputs.map((id) => read.has(id));
    return rules[node.kernel]?.(node, isRead, rewriter);
  });
}

type Rule = (
  node: ProgramNode,
  isRead: readonly boolean[],
  rewriter: Rewriter,
) => readonly ValueId[] | undefined;

const rules: Readonly<Record<string, Rule | undefined>> = {
  [condKernel]: pruneCond,
  [scanKernel]: pruneScan,
  [whileKernel]: pruneWhile,
};

function pruneCond(
  node: ProgramNode,
  isRead: readonly boolean[],
  rewriter: Rewriter,
): readonly ValueId[] | undefined {
  const [predicate, ...operands] = Object.values(node.inputs);
  const outputs = indicesOf(isRead);
  const branches = Object.values(node.programs!).map((branch) =>
    removeDeadCode(
      selectOutputs(knownInside(branch, operands, 0, typesOf(operands, rewriter), rewriter), outputs),
    ),
  );
  const read = union(branches.map(inputsRead));
  const { kept, place } = distinct(read, operands);
  const isSame = kept.length === operands.length && outputs.length === node.outputs.length;
  if (isSame || outputs.length === 0) return undefined;
  const [then, otherwise] = branches.map((branch) => selectInputs(branch, kept, place));
  const inputs = Object.fromEntries(
    [predicate!, ...kept.map((i) => operands[i]!)].map((id, i) => [String(i), id]),
  );
  const made = rewriter.addNodes(
    node,
    node.kernel,
    inputs,
    {},
    outputs.map((i) => rewriter.type(node.outputs[i]!)),
    {
      then: then!,
      otherwise: otherwise!,
    },
  );
  return scattered(node, outputs, made);
}

function pruneWhile(
  node: ProgramNode,
  isRead: readonly boolean[],
  rewriter: Rewriter,
): readonly ValueId[] | undefined {
  const { carries, constants } = whileParts(node.inputs, node.attrs);
  const all = [...carries, ...constants];
  const programs = Object.entries(node.programs!).map(
    ([name, inner]) =>
      [name, knownInside(inner, all, carries.length, typesOf(all, rewriter), rewriter)] as const,
  );
  const { condition, body } = Object.fromEntries(programs) as { condition: Program; body: Program };
  const live = liveCarries(body, carries.length, new Set([...indicesOf(isRead), ...inputsRead(condition)]));
  const small = removeDeadCode(selectOutputs(body, live));
  const read = union([inputsRead(condition), inputsRead(small), new Set(live)]);
  const { kept, place } = distinct(read, all, carries.length);
  if (kept.length === all.length || live.length === 0) return undefined;
  const inputs = Object.fromEntries(kept.map((i, k) => [String(k), all[i]!]));
  const made = rewriter.addNodes(
    node,
    node.kernel,
    inputs,
    { ...node.attrs, carries: live.length },
    live.map((i) => rewriter.type(node.outputs[i]!)),
    { condition: selectInputs(condition, kept, place), body: selectInputs(small, kept, place) },
  );
  return scattered(node, live, made);
}

function pruneScan(
  node: ProgramNode,
  isRead: readonly boolean[],
  rewriter: Rewriter,
): readonly ValueId[] | undefined {
  const parts = scanParts(node.inputs, node.attrs);
  const { carries, sequences, constants } = parts;
  const all = [...carries, ...sequences, ...constants];
  const types = typesOf(all, rewriter).map((type, i) =>
    i >= carries.length && i < carries.length + sequences.length
      ? { ...type, shape: type.shape.slice(1) }
      : type,
  );
  const body = knownInside(node.programs!['body']!, all, carries.length, types, rewriter);
  const unchanged = indicesOf(carries.map((_, i) => body.outputs[i]!.id === body.inputs[i]!.id));
  const stays = new Set(unchanged);
  const results = indicesOf(isRead).filter((i) => i >= carries.length);
  const first = new Map<ValueId, number>();
  for (const i of results) if (!first.has(body.outputs[i]!.id)) first.set(body.outputs[i]!.id, i);
  const needed = new Set([
    ...indicesOf(isRead).filter((i) => i < carries.length && !stays.has(i)),
    ...first.values(),
  ]);
  const live = liveCarries(body, carries.length, needed).filter((i) => !stays.has(i));
  const outputs = [...live, ...first.values()];
  const small = removeDeadCode(selectOutputs(body, outputs));
  const read = new Set([...inputsRead(small), ...live]);
  const ends = [carries.length, carries.length + sequences.length];
  const { kept, place } = distinct(read, all, ...ends);
  const isSame =
    kept.length === all.length && outputs.length === node.outputs.length && unchanged.length === 0;
  if (isSame) return undefined;
  // What a step takes: carries that change, elements, then carries that do not, and constants.
  const isElement = (i: number): boolean => i >= ends[0]! && i < ends[1]!;
  const order = [
    ...live,
    ...kept.filter(isElement),
    ...kept.filter((i) => !live.includes(i) && !isElement(i)),
  ];
  const { inputs, attrs } = scanNode({
    ...parts,
    carries: live.map((i) => all[i]!),
    sequences: kept.filter(isElement).map((i) => all[i]!),
    constants: order.filter((i) => !live.includes(i) && !isElement(i)).map((i) => all[i]!),
  });
  const made =
    outputs.length === 0
      ? []
      : rewriter.addNodes(
          node,
          node.kernel,
          inputs,
          attrs,
          outputs.map((i) => rewriter.type(node.outputs[i]!)),
          { body: selectInputs(small, order, place) },
        );
  const byOutput = new Map(outputs.map((i, k) => [i, made[k]!]));
  return node.outputs.map((id, i) => {
    if (stays.has(i)) return carries[i]!;
    const inner = body.outputs[i]!.id;
    return byOutput.get(i) ?? (i >= carries.length ? byOutput.get(first.get(inner) ?? -1) : undefined) ?? id;
  });
}

function typesOf(ids: readonly ValueId[], rewriter: Rewriter): ValueType[] {
  return ids.map((id) => rewriter.type(id));
}

function indicesOf(flags: readonly boolean[]): number[] {
  return flags.flatMap((flag, i) => (flag ? [i] : []));
}

function union(sets: readonly ReadonlySet<number>[]): Set<number> {
  return new Set(sets.flatMap((set) => [...set]));
}

/** The new outputs in the places of the old ones; the others are read by nobody. */
function scattered(node: ProgramNode, outputs: readonly number[], made: readonly ValueId[]): ValueId[] {
  return node.outputs.map((id, i) => made[outputs.indexOf(i)] ?? id);
}

/**
 * The inputs that are read, without those that are the same value as an earlier one of the same part; `place` says which stands
 * for each. Parts end before `ends`; what comes before the first end is never merged.
 */
function distinct(
  read: ReadonlySet<number>,
  all: readonly ValueId[],
  ...ends: readonly number[]
): { kept: number[]; place: ReadonlyMap<number, number> } {
  const place = new Map<number, number>();
  const kept: number[] = [];
  const known = new Map<string, number>();
  for (const i of [...read].sort((a, b) => a - b)) {
    const part = ends.filter((end) => i >= end).length;
    const key = ends.length > 0 && part === 0 ? `carry ${i}` : `${part} ${all[i]!}`;
    const earlier = known.get(key);
    place.set(i, earlier ?? i);
    if (earlier !== undefined) continue;
    known.set(key, i);
    kept.push(i);
  }
  return { kept, place };
}

/** Carries that the outputs `needed` depend on, from step to step. */
function liveCarries(body: Program, count: number, needed: ReadonlySet<number>): number[] {
  const live = new Set(needed);
  for (let before = -1; before !== live.size;) {
    before = live.size;
    const outputs = [...live].filter((i) => i < body.outputs.length);
    for (const i of inputsRead(removeDeadCode(selectOutputs(body, outputs)))) if (i < count) live.add(i);
  }
  return [...live].filter((i) => i < count).sort((a, b) => a - b);
}

/** Constants of several numbers are copied up to this many elements. */
const largest = 64;

/** The Program with what is known of its inputs, from number `start` on, as values of its own. */
function knownInside(
  program: Program,
  all: readonly ValueId[],
  start: number,
  types: readonly ValueType[],
  rewriter: Rewriter,
): Program {
  const values = [...program.values];
  const constants = [...program.constants];
  const fills: ProgramNode[] = [];
  const replaced = new Map<ValueId, ValueId>();
  for (const i of inputsRead(program)) {
    const type = types[i]!;
    const known = i < start ? undefined : knownData(all[i]!, type, rewriter);
    if (known === undefined) continue;
    const id = values.push(type) - 1;
    replaced.set(program.inputs[i]!.id, id);
    if (typeof known === 'object') constants.push({ id, data: known });
    else {
      const attrs = { shape: type.shape, value: known, dtype: type.dtype };
      fills.push({ kernel: 'Fill', inputs: {}, attrs, outputs: [id], scope: '' });
    }
  }
  if (replaced.size === 0) return program;
  return renamed(program, replaced).with({
    values,
    constants,
    nodes: [...fills, ...renamed(program, replaced).nodes],
  });
}

/** Values known beforehand: numbers, or one number for all elements. */
function knownData(id: ValueId, type: ValueType, rewriter: Rewriter): ConstantData | number | undefined {
  const { dtype } = type;
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') return undefined;
  const data = rewriter.constant(id);
  if (data !== undefined && data.length <= largest && sameType(rewriter.type(id), type)) return data;
  const splat = rewriter.splat(id);
  const size = sizeOf(type.shape);
  if (splat === undefined || size === 0 || (size > 1 && dtype === 'bool')) return undefined;
  return size === 1 ? allocateArray(dtype, 1).fill(splat) : splat;
}
