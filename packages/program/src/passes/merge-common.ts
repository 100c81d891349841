// Common sub-expressions: nodes that do the same to the same values are done once, and equal constants are kept once.
import { traitsOf } from '../kernels.js';
import type { Attribute, ConstantData, Program, ProgramNode, ValueId, ValueType } from '../program.js';
import { rewrite } from './rewriter.js';

/** The same Program with each computation done once. Nodes that hold Programs stay as they are. */
export function mergeCommon(program: Program): Program {
  const merged = mergeConstants(program);
  const seen = new Map<string, ProgramNode>();
  return rewrite(merged, (node) => {
    if (node.programs !== undefined) return undefined;
    const key = nodeKey(node);
    const known = seen.get(key);
    if (known !== undefined) return known.outputs;
    seen.set(key, node);
    return undefined;
  });
}

/** What a node does, as text: equal for nodes that give equal values. */
function nodeKey(node: ProgramNode): string {
  const { a, b } = node.inputs;
  const inputs = isSwapped(node, (id) => id)
    ? `a:${b},b:${a}`
    : Object.entries(node.inputs)
        .map(([name, id]) => `${name}:${id}`)
        .sort()
        .join();
  return `${node.kernel}(${inputs})${attributeKey(node.attrs)}`;
}

/** Whether inputs `a` and `b` of the node may change places, and are in descending order by `rank`. */
export function isSwapped(node: ProgramNode, rank: (id: ValueId) => number): boolean {
  const { a, b } = node.inputs;
  return (
    traitsOf(node.kernel).commutative === true && a !== undefined && b !== undefined && rank(a) > rank(b)
  );
}

/** An attribute as text, with its keys in order and NaN, infinities and -0 told apart. */
export function attributeKey(value: Attribute | Readonly<Record<string, Attribute>>): string {
  if (Array.isArray(value)) return `[${value.map(attributeKey).join()}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([p], [q]) => (p < q ? -1 : 1));
    return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${attributeKey(inner)}`).join()}}`;
  }
  return typeof value === 'number' ? (Object.is(value, -0) ? '-0' : String(value)) : JSON.stringify(value);
}

function mergeConstants(program: Program): Program {
  const byHash = new Map<string, { id: ValueId; data: ConstantData }[]>();
  const same = new Map<ValueId, ValueId>();
  const constants = program.constants.filter((constant) => {
    const hash = constantHash(constant.data, program.type(constant.id));
    const candidates = byHash.get(hash) ?? [];
    const known = candidates.find((candidate) => sameData(candidate.data, constant.data));
    if (known !== undefined) {
      same.set(constant.id, known.id);
      return false;
    }
    byHash.set(hash, [...candidates, constant]);
    return true;
  });
  if (same.size === 0) return program;
  const current = (id: ValueId): ValueId => same.get(id) ?? id;
  const nodes = program.nodes.map((node) => ({
    ...node,
    inputs: Object.fromEntries(Object.entries(node.inputs).map(([name, id]) => [name, current(id)])),
  }));
  const outputs = program.outputs.map((output) => ({ ...output, id: current(output.id) }));
  return program.with({ constants, nodes, outputs });
}

const hashStart = 0x811c9dc5;

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x01000193);
  return mixed ^ (mixed >>> 15);
}

/** A checksum of a text. */
export function textHash(text: string): number {
  let hash = hashStart;
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i));
  return hash >>> 0;
}

/** Type and a checksum of the bits; equal for equal constants. */
export function constantHash(data: ConstantData, type: ValueType): string {
  let hash = hashStart;
  const add = (word: number): void => {
    hash = mix(hash, word);
  };
  if (data instanceof Float32Array) {
    for (const word of new Int32Array(data.slice().buffer)) add(word);
  } else {
    for (const value of data) {
      if (typeof value === 'number') add(value);
      else for (let i = 0; i < value.length; i++) add(value.charCodeAt(i));
    }
  }
  return `${type.dtype}[${type.shape.join()}]${hash >>> 0}`;
}

/** Whether two constants hold the same values, NaN equal to NaN and -0 not to 0. */
export function sameData(a: ConstantData, b: ConstantData): boolean {
  return (
    a === b ||
    (a.length === b.length && (a as readonly unknown[]).every((value, i) => Object.is(value, b[i])))
  );
}
