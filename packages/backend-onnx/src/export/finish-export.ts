// What every export ends with: values of the state, names, documentation. Not here: encoding (model/onnx-model.ts).
import type { HostTensor, Program } from '@lamella/program';
import type { LoweredModel } from '../lower-program.js';
import type { OnnxModel, OnnxTensor, OnnxValue } from '../model/onnx-model.js';
import { version } from '../version.js';
import { nameValues, UniqueNames } from './name-values.js';
import { describeRandom } from './random-nodes.js';

export interface ExportParts {
  readonly lowered: LoweredModel;
  /** One that has the inputs and outputs of the lowered model, at any size. */
  readonly program: Program;
  /** The values of the state inputs, in order. */
  readonly values: readonly HostTensor[];
  /** What each output of the Program is called. */
  readonly outputNames: readonly string[];
  /**
   * What becomes of state: `constants` of the graph, `inputs` of it, or inputs with the present values as defaults.
   */
  readonly states: 'constants' | 'inputs' | 'defaults';
  /** The model's name. */
  readonly name: string;
  /** For random inputs without a seed of their own. */
  readonly seed: number | undefined;
  readonly metadata?: (names: ExportedNames) => Readonly<Record<string, string>>;
}

/** What the Program's inputs and outputs are called in the file; undefined for those that it leaves out. */
export interface ExportedNames {
  readonly inputs: readonly (string | undefined)[];
  readonly outputs: readonly (string | undefined)[];
}

/** What an `.onnx` file holds, and what things are called in it. */
export function finishExport(parts: ExportParts): { model: OnnxModel; names: ExportedNames } {
  const { lowered, program, states } = parts;
  const unique = new UniqueNames();
  const known = new Map<string, string>();
  const inputs: (string | undefined)[] = program.inputs.map(() => undefined);
  const outputs: (string | undefined)[] = program.outputs.map(() => undefined);
  for (const { index, name } of lowered.inputs)
    known.set(name, (inputs[index] = unique.take(program.inputs[index]!.name)));
  for (const { index, name } of lowered.outputs)
    known.set(name, (outputs[index] = unique.take(parts.outputNames[index]!)));
  const named = nameValues(lowered.model, known, unique);

  const cells = new Map<string, HostTensor>();
  const docs = new Map<string, string>();
  let next = 0;
  program.inputs.forEach((input, i) => {
    const value = input.kind === 'state' ? parts.values[next++] : undefined;
    const name = inputs[i];
    if (name === undefined) return;
    if (value !== undefined) cells.set(name, value);
    if (input.random !== undefined) docs.set(name, describeRandom(input.random));
  });
  const values = [...cells].map(([name, value]): OnnxTensor => tensorOf(name, value));
  const isInput = ({ name }: OnnxValue): boolean => states !== 'constants' || !cells.has(name);
  const withDoc = (value: OnnxValue): OnnxValue => {
    const doc = docs.get(value.name);
    return doc === undefined ? value : { ...value, doc };
  };
  const names = { inputs, outputs };
  const model: OnnxModel = {
    ...named,
    name: parts.name,
    initializers: states === 'inputs' ? named.initializers : [...values, ...named.initializers],
    inputs: named.inputs.filter(isInput).map(withDoc),
    metadata: {
      'lamella.version': version,
      'lamella.model': parts.name,
      ...randomMetadata(program, inputs, parts.seed),
      ...parts.metadata?.(names),
    },
  };
  return { model, names };
}

function tensorOf(name: string, { data, shape, dtype }: HostTensor): OnnxTensor {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, type: dtype, shape, bytes };
}

/** From which of Lamella's streams each random input comes, for those who want the same numbers. */
function randomMetadata(
  program: Program,
  names: readonly (string | undefined)[],
  seed: number | undefined,
): Record<string, string> {
  const entries = program.inputs.flatMap(({ random }, i) =>
    random === undefined || names[i] === undefined ? [] : [[names[i], { seed, ...random }] as const],
  );
  return entries.length === 0 ? {} : { 'lamella.random': JSON.stringify(Object.fromEntries(entries)) };
}
