// The JSON form of an open Program: what files hold of a Program. Numbers that JSON cannot hold are tagged, large
// constants are base64 of little-endian bytes. Checking what is read is check-json.ts' and happens here on the way in.
import { dtypes, isNumberDType, tfjsDType, type DType } from '../dtype.js';
import { programInvalid } from '../errors.js';
import { isKernelName, kernels } from '../kernels.js';
import type { ConstantData, ProgramOutput, ProgramUpdate, RandomSpec, ValueId } from '../program.js';
import { holdingKernel, isControlFlow } from '../subprograms.js';
import { checkAttributes } from './attribute-kinds.js';
import { constantFromJson, constantToJson } from './constant-json.js';
import {
  integer,
  list,
  member,
  nameOfNumber,
  numberNamed,
  oneOf,
  record,
  shown,
  text,
  type Json,
} from './check-json.js';
import {
  isSplat,
  type OpenAttribute,
  type OpenConstant,
  type OpenProgramGraph,
  type OpenInput,
  type OpenNode,
} from './graph.js';
import { OpenProgram } from './open-program.js';
import { isPolynomial, Polynomial, type Quotient, type Size, type Term } from './size.js';

/** JSON as {@link writeOpenProgram} makes it. */
export type OpenProgramJson = {
  readonly format: 'lamella.program';
  readonly version: 1 | 2;
  readonly unknowns: readonly string[];
} & Readonly<Record<string, Json>>;

const floats = ['float16', 'bfloat16', 'float64'] as const;
const kinds = ['argument', 'state', 'random'] as const;
const distributions = ['uniform', 'normal', 'truncatedNormal', 'bits'] as const;
/** Each is recorded several times before a model runs. The longest loops that are written out have some thousands. */
const mostNodes = 100_000;
const deepest = 16;

/** An open Program as plain data. Version 1, or 2 where there are loops, choices, divided sizes or other floats than float32, which the first version had not. A reader refuses versions it does not know. */
export function writeOpenProgram({ graph, unknowns }: OpenProgram): OpenProgramJson {
  return {
    format: 'lamella.program',
    version: hasControlFlow(graph) || hasDividedSizes(graph) || hasOtherFloats(graph) ? 2 : 1,
    unknowns,
    ...writeGraph(graph),
  };
}

function hasControlFlow({ nodes }: OpenProgramGraph): boolean {
  return nodes.some((node) => isControlFlow(node) || Object.values(node.programs ?? {}).some(hasControlFlow));
}

/** Whether it computes in other floats than float32. */
function hasOtherFloats({ inputs, nodes }: OpenProgramGraph): boolean {
  return (
    inputs.some(({ dtype }) => tfjsDType(dtype) !== dtype) ||
    nodes.some(
      ({ float, programs }) => float !== undefined || Object.values(programs ?? {}).some(hasOtherFloats),
    )
  );
}

function hasDividedSizes({ inputs, constants, nodes }: OpenProgramGraph): boolean {
  return (
    [...inputs, ...constants].some(({ shape }) => isDivided(shape)) ||
    constants.some(({ data }) => isSplat(data) && isDivided(data.splat)) ||
    nodes.some(
      ({ attrs, programs }) => isDivided(attrs) || Object.values(programs ?? {}).some(hasDividedSizes),
    )
  );
}

/** Reads what {@link writeOpenProgram} wrote, which may be hostile. Throws: PROGRAM_INVALID naming the place. */
export function readOpenProgram(json: unknown): OpenProgram {
  const file = record(json, 'the Program');
  if (file['format'] !== 'lamella.program') throw programInvalid('it is no stored Program');
  if (file['version'] !== 1 && file['version'] !== 2)
    throw programInvalid(
      `its format version is ${JSON.stringify(file['version'])}, this release reads versions 1 and 2`,
    );
  const unknowns = list(file['unknowns'], 'unknowns', 8).map((name) => text(name, 'an unknown'));
  return new OpenProgram(new GraphReader(unknowns.length).graph(file, 0), unknowns);
}

function writeGraph(graph: OpenProgramGraph): Record<string, Json> {
  return {
    inputs: graph.inputs.map(({ shape, random, ...input }) => ({
      ...input,
      shape: shape.map(writeAttribute),
      ...(random && { random: { ...random } }),
    })),
    constants: graph.constants.map(({ id, dtype, shape, data }) => ({
      id,
      dtype,
      shape: shape.map(writeAttribute),
      ...(isSplat(data) ? { splat: writeAttribute(data.splat) } : constantToJson(data)),
    })),
    nodes: graph.nodes.map(({ kernel, inputs, attrs, outputs, scope, float, programs }) => ({
      kernel,
      inputs: { ...inputs },
      attrs: writeAttribute(attrs),
      outputs: [...outputs],
      scope,
      ...(float && { float }),
      ...(programs && {
        programs: Object.fromEntries(
          Object.entries(programs).map(([name, inner]) => [name, writeGraph(inner)]),
        ),
      }),
    })),
    outputs: graph.outputs.map(({ id, name }) => ({ id, name })),
    updates: graph.updates.map(({ output, input }) => ({ output, input })),
  };
}

/** Coefficient and powers, and then, where there are any, the quotients. */
function writeTerm({ coefficient, powers, quotients }: Term): Json {
  const divided = quotients?.map(({ unknown, offset, divisor }) => [unknown, offset, divisor]);
  return [coefficient, ...powers, ...(divided === undefined ? [] : [divided])];
}

/** Plain JSON; `{ "$": ... }` stands for what JSON has no word for. */
function writeAttribute(value: OpenAttribute): Json {
  if (isPolynomial(value)) return { $: 'polynomial', terms: value.terms.map(writeTerm) };
  if (typeof value === 'number') {
    const name = nameOfNumber(value);
    return name === undefined ? value : { $: name };
  }
  if (Array.isArray(value)) return value.map((item) => writeAttribute(item as OpenAttribute));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, writeAttribute(item as OpenAttribute)]),
  );
}

class GraphReader {
  private nodes = 0;

  constructor(private readonly unknowns: number) {}

  graph(json: Json, depth: number): OpenProgramGraph {
    if (depth > deepest) throw programInvalid(`Programs are nested more than ${deepest} deep`);
    const file = record(json, 'a Program');
    const known = new Set<ValueId>();
    const define = (id: Json | undefined, where: string): ValueId => {
      const value = integer(id, where, 0, 2 ** 31 - 1);
      if (known.has(value)) throw programInvalid(`value %${value} is defined twice`);
      known.add(value);
      return value;
    };
    const use = (id: Json | undefined, where: string): ValueId => {
      const value = integer(id, where, 0, 2 ** 31 - 1);
      if (!known.has(value)) throw programInvalid(`${where} reads value %${value} before it is computed`);
      return value;
    };
    const inputs = list(file['inputs'], 'inputs', mostNodes).map((entry) => this.input(entry, define));
    const constants = list(file['constants'], 'constants', mostNodes).map((entry) =>
      this.constant(entry, define),
    );
    const nodes = list(file['nodes'], 'nodes', mostNodes).map((entry) =>
      this.node(entry, define, use, depth),
    );
    const outputs = list(file['outputs'], 'outputs', mostNodes).map((entry): ProgramOutput => {
      const output = record(entry, 'an output');
      return { id: use(output['id'], 'an output'), name: text(output['name'], 'an output') };
    });
    const updates = list(file['updates'] ?? [], 'updates', mostNodes).map((entry): ProgramUpdate => {
      const update = record(entry, 'an update');
      return {
        output: integer(update['output'], 'an update', 0, outputs.length - 1),
        input: integer(update['input'], 'an update', 0, inputs.length - 1),
      };
    });
    return { inputs, constants, nodes, outputs, updates };
  }

  private input(json: Json, define: (id: Json | undefined, where: string) => ValueId): OpenInput {
    const entry = record(json, 'an input');
    const kind = oneOf(entry['kind'], kinds, "an input's kind");
    const { storage } = entry;
    if (storage !== undefined && !isNumberDType(storage))
      throw programInvalid(`an input is stored as ${JSON.stringify(storage)}`);
    return {
      id: define(entry['id'], 'an input'),
      name: text(entry['name'], 'an input'),
      kind,
      ...this.type(entry, 'an input'),
      ...(storage !== undefined && { storage }),
      ...(kind === 'random' && { random: readRandom(entry['random']) }),
    };
  }

  private constant(json: Json, define: (id: Json | undefined, where: string) => ValueId): OpenConstant {
    const entry = record(json, 'a constant');
    const { shape, dtype: stored } = this.type(entry, 'a constant');
    const dtype = tfjsDType(stored);
    if (dtype !== stored) throw programInvalid(`a constant is of dtype ${stored}`);
    const id = define(entry['id'], 'a constant');
    if (entry['splat'] !== undefined)
      return { id, shape, dtype, data: { splat: this.size(entry['splat'], `constant %${id}`) } };
    if (shape.some(isPolynomial)) throw programInvalid(`constant %${id} has values and yet no fixed shape`);
    const data: ConstantData = constantFromJson(entry, dtype, shape as readonly number[], `constant %${id}`);
    return { id, shape, dtype, data };
  }

  private node(
    json: Json,
    define: (id: Json | undefined, where: string) => ValueId,
    use: (id: Json | undefined, where: string) => ValueId,
    depth: number,
  ): OpenNode {
    if (++this.nodes > mostNodes) throw programInvalid(`it has more than ${mostNodes} nodes`);
    const entry = record(json, 'a node');
    const kernel = text(entry['kernel'], 'a kernel');
    const holder = holdingKernel(kernel);
    const isKnown = holder !== undefined || (isKernelName(kernel) && !('uncapturable' in kernels[kernel]));
    if (!isKnown) throw programInvalid(`it calls the unknown kernel ${JSON.stringify(kernel.slice(0, 60))}`);
    const inputs = Object.entries(record(entry['inputs'], `the inputs of ${kernel}`)).map(
      ([name, id]): [string, ValueId] => [member(name), use(id, kernel)],
    );
    const attrs = this.attribute(entry['attrs'] ?? {}, kernel, 0);
    if (typeof attrs !== 'object' || attrs === null || Array.isArray(attrs) || isPolynomial(attrs))
      throw programInvalid(`the attributes of ${kernel} are no record`);
    checkAttributes(kernel, attrs as Record<string, OpenAttribute>);
    const stored =
      entry['programs'] === undefined ? {} : record(entry['programs'], `the Programs of ${kernel}`);
    const names = holder?.programs ?? [];
    if (Object.keys(stored).some((name) => !names.includes(name)))
      throw programInvalid(
        `${kernel} holds ${names.length === 0 ? 'no Programs' : `only ${names.join(' and ')}`}`,
      );
    const programs = names.map((name) => [name, this.held(stored[name], depth + 1)] as const);
    return {
      kernel,
      inputs: Object.fromEntries(inputs),
      attrs: attrs as Record<string, OpenAttribute>,
      ...(programs.length > 0 && { programs: Object.fromEntries(programs) }),
      outputs: list(entry['outputs'], `the outputs of ${kernel}`, mostNodes).map((id) => define(id, kernel)),
      scope: text(entry['scope'] ?? '', `the scope of ${kernel}`),
      ...(entry['float'] !== undefined && {
        float: oneOf(entry['float'], floats, `the floats of ${kernel}`),
      }),
    };
  }

  /** A Program within a node gets everything from the node, and changes no state. */
  private held(json: Json | undefined, depth: number): OpenProgramGraph {
    const graph = this.graph(json ?? null, depth);
    const other = graph.inputs.find(({ kind }) => kind !== 'argument');
    if (other !== undefined)
      throw programInvalid(
        `a Program within a node has the ${other.kind} input "${other.name.slice(0, 60)}"`,
      );
    if (graph.updates.length > 0) throw programInvalid('a Program within a node updates state');
    return graph;
  }

  private type(entry: Readonly<Record<string, Json>>, where: string): { shape: Size[]; dtype: DType } {
    return {
      dtype: oneOf(entry['dtype'], dtypes, `the dtype of ${where}`),
      shape: list(entry['shape'], `the shape of ${where}`, 16).map((size) =>
        this.size(size, `the shape of ${where}`),
      ),
    };
  }

  private size(json: Json, where: string): Size {
    const size = this.attribute(json, where, 0);
    if (typeof size === 'number' || isPolynomial(size)) return size;
    throw programInvalid(`${where}: expected a number, got ${shown(json)}`);
  }

  private attribute(json: Json, where: string, depth: number): OpenAttribute {
    if (depth > deepest) throw programInvalid(`attributes of ${where} are nested more than ${deepest} deep`);
    if (Array.isArray(json))
      return (json as readonly Json[]).map((item) => this.attribute(item, where, depth + 1));
    if (typeof json !== 'object' || json === null) return json;
    const entry = record(json, `an attribute of ${where}`);
    const tag = entry['$'];
    if (tag === undefined)
      return Object.fromEntries(
        Object.entries(entry).map(([key, item]) => [member(key), this.attribute(item, where, depth + 1)]),
      );
    if (tag === 'polynomial') return this.polynomial(entry['terms'], where);
    const value = numberNamed(tag);
    if (value === undefined)
      throw programInvalid(`an attribute of ${where} has the unknown tag ${JSON.stringify(tag)}`);
    return value;
  }

  private polynomial(json: Json | undefined, where: string): Polynomial {
    const terms = list(json, `a size in ${where}`, 64).map((term) => {
      const [coefficient, ...rest] = list(term, `a size in ${where}`, 10);
      const last = rest.at(-1);
      const divided = Array.isArray(last) ? (last as readonly Json[]) : undefined;
      const powers = divided === undefined ? rest : rest.slice(0, -1);
      if (powers.length !== this.unknowns)
        throw programInvalid(
          `a size in ${where} has ${powers.length} unknowns, the Program has ${this.unknowns}`,
        );
      return {
        coefficient: integer(coefficient, `a size in ${where}`, -(2 ** 40), 2 ** 40),
        powers: powers.map((power) => integer(power, `a size in ${where}`, 0, 4)),
        ...(divided && { quotients: divided.map((entry) => this.quotient(entry, where)) }),
      };
    });
    return new Polynomial(terms);
  }

  private quotient(json: Json, where: string): Quotient {
    const [unknown, offset, divisor] = list(json, `a size in ${where}`, 3);
    const by = integer(divisor, `a size in ${where}`, 1, 2 ** 20);
    return {
      unknown: integer(unknown, `a size in ${where}`, 0, this.unknowns - 1),
      offset: integer(offset, `a size in ${where}`, 0, by - 1),
      divisor: by,
    };
  }
}

function isDivided(value: OpenAttribute): boolean {
  if (isPolynomial(value)) return value.terms.some(({ quotients }) => quotients !== undefined);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((item) => isDivided(item as OpenAttribute));
}

function readRandom(json: Json | undefined): RandomSpec {
  const entry = record(json, 'a random input');
  const { seed } = entry;
  return {
    distribution: oneOf(entry['distribution'], distributions, 'a distribution'),
    stream: text(entry['stream'], 'a random stream'),
    ...(seed !== undefined && { seed: integer(seed, 'a seed', 0, 2 ** 32 - 1) }),
  };
}
