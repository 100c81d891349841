// The error codes of this package.
import {
  describeStructure,
  formatShape,
  isLamellaError,
  lamellaError,
  scopeLabel,
  structureDifferences,
  suggest,
  type LamellaError,
  type SymbolicShape,
  type TreeStructure,
} from '@lamella/program';
import type { BufferType } from './buffer.js';
import type { TensorSpec } from './tensor-spec.js';

/** `NAME_INVALID`: a name that files or graphs cannot carry. */
export function nameInvalid(subject: string, name: unknown): LamellaError {
  return lamellaError('NAME_INVALID', {
    subject,
    problem: `expected a non-empty name without "/", got ${JSON.stringify(name)}`,
    fix: 'choose another name',
  });
}

/** `NAME_DUPLICATE`: two layers of one model, or two weights of one layer, with the same name. */
export function nameDuplicate(
  subject: string,
  name: string,
  count: number,
  what: 'layers' | 'weights' = 'layers',
): LamellaError {
  return lamellaError('NAME_DUPLICATE', {
    subject,
    problem: `${count} different ${what} are named "${name}"`,
    fix:
      what === 'layers'
        ? 'give each layer of a model a name of its own'
        : 'name each weight of a layer differently',
  });
}

/** `INPUT_INVALID`: something else than symbolic tensors where a graph is built. */
export function inputInvalid(subject: string, problem: string, fix?: string): LamellaError {
  return lamellaError('INPUT_INVALID', { subject, problem, ...(fix !== undefined && { fix }) });
}

/** `DATA_INVALID`: data of a form that cannot be taken. */
export function dataInvalid(subject: string, problem: string, fix?: string): LamellaError {
  return lamellaError('DATA_INVALID', { subject, problem, ...(fix !== undefined && { fix }) });
}

/** `LAYER_NOT_ADAPTED`: a layer asked for what it learns of data, before it has seen any. */
export function layerNotAdapted(subject: string, what: string): LamellaError {
  return lamellaError('LAYER_NOT_ADAPTED', {
    subject,
    problem: `it does not know ${what} yet`,
    fix: 'call adapt() on data first, or give it when the layer is made',
  });
}

/** `TOKEN_UNKNOWN`: a token that a vocabulary without a place for unknown ones does not have. */
export function tokenUnknown(subject: string, token: string): LamellaError {
  return lamellaError('TOKEN_UNKNOWN', {
    subject,
    problem: `expected tokens of its vocabulary, got ${JSON.stringify(token)}`,
    fix: 'give it numOovIndices of 1 or more, or the token in its vocabulary',
  });
}

/** `HOST_LAYER_MISPLACED`: strings, or what computes with them, where a compiled part of the model stands. */
export function hostLayerMisplaced(
  subject: string,
  problem: string,
  fix = 'apply layers that look up, hash and split to the inputs of the model, before all others',
): LamellaError {
  return lamellaError('HOST_LAYER_MISPLACED', { subject, problem, fix });
}

/** `STRUCTURE_MISMATCH`: tensors nested otherwise than expected. `names` are those of the leaves, where they have names. */
export function structureMismatch(
  subject: string,
  expected: TreeStructure,
  given: TreeStructure,
  names: readonly string[] = [],
): LamellaError {
  return lamellaError('STRUCTURE_MISMATCH', {
    subject,
    problem: `expected inputs nested as ${describeStructure(expected)}, got ${describeStructure(given)}`,
    details: [
      ...structureDifferences(expected, given).map((line) => `  ${line}`),
      ...(names.length === 0 ? [] : [`Its inputs are ${names.map((name) => `"${name}"`).join(', ')}.`]),
    ],
    fix: 'pass inputs nested like those that it was built for, or make another layer',
  });
}

/** `ARGUMENT_UNKNOWN`: an argument of a call that the layer's class does not take. */
export function argumentUnknown(subject: string, name: string, known: readonly string[]): LamellaError {
  return lamellaError('ARGUMENT_UNKNOWN', {
    subject,
    problem: `its calls take no "${name}". ${suggest(name, [...new Set([...known, 'training', 'mask'])])}`,
    fix: 'leave it out, or list it in the static callArguments of the class',
  });
}

/** `MASK_INVALID`: a mask that does not fit what it is for. */
export function maskInvalid(subject: string, problem: string): LamellaError {
  return lamellaError('MASK_INVALID', {
    subject,
    problem,
    fix: 'a mask has the shape of its tensor, or the first sizes of it',
  });
}

/** `GRAPH_DISCONNECTED`: an output that cannot be computed from the inputs. */
export function graphDisconnected(
  subject: string,
  problem: string,
  details: readonly string[],
): LamellaError {
  return lamellaError('GRAPH_DISCONNECTED', {
    subject,
    problem,
    details,
    fix: 'add the missing tensor to inputs, or build the outputs from the given inputs',
  });
}

/** `GRAPH_CYCLIC`: a graph whose nodes wait for each other. */
export function graphCyclic(subject: string, path: readonly string[]): LamellaError {
  return lamellaError('GRAPH_CYCLIC', { subject, problem: `its graph has a cycle: ${path.join(' -> ')}` });
}

/** `DTYPE_POLICY_UNKNOWN`: a dtype policy that is none, or one of quantized weights. */
export function dtypePolicyUnknown(subject: string, problem: string, fix: string): LamellaError {
  return lamellaError('DTYPE_POLICY_UNKNOWN', { subject, problem, fix });
}

/** `LAYER_NOT_BUILT`: weights, an input or an output asked of a layer that has not seen an input. */
export function layerNotBuilt(subject: string, problem: string): LamellaError {
  return lamellaError('LAYER_NOT_BUILT', {
    subject,
    problem,
    fix: 'call apply() on an input first, or build() with its shape',
  });
}

/** `LAYER_ALREADY_BUILT`: weights added, or another input shape, after the build. */
export function layerAlreadyBuilt(subject: string, problem: string): LamellaError {
  return lamellaError('LAYER_ALREADY_BUILT', { subject, problem, fix: 'create weights in build() only' });
}

/** `LAYER_UNKNOWN`: a layer's name or class that is not there. */
export function layerUnknown(
  subject: string,
  name: string,
  known: Iterable<string>,
  fix?: string,
): LamellaError {
  return lamellaError('LAYER_UNKNOWN', {
    subject,
    problem: `no layer "${name}". ${suggest(name, known)}`,
    ...(fix !== undefined && { fix }),
  });
}

/**
 * What went wrong when a layer was called, told with the layer's name: `LAYER_FAILED` for an error that is not coded; a
 * coded one keeps its code, and stays as it is where it names a layer, a weight or an input already.
 */
export function callFailed(subject: string, inputs: readonly TensorSpec[], cause: unknown): unknown {
  const shapes = inputs.map((tensor) => `${tensor.dtype}${formatShape(tensor.shape)}`).join(', ');
  const problem = (text: string): string => `its call() failed on ${shapes}: ${text}`;
  if (!isLamellaError(cause)) {
    return lamellaError('LAYER_FAILED', {
      subject,
      problem: problem(cause instanceof Error ? cause.message : String(cause)),
      fix: 'mend call(); the original error is the cause',
      cause,
    });
  }
  const isNamed = cause.subject.includes('"') && !cause.subject.startsWith('Kernel "');
  if (isNamed) return cause;
  const [first, ...details] = cause.message.split('\n');
  return lamellaError(cause.code, {
    subject,
    problem: problem(first!.replace(`[${cause.code}] `, '')),
    details,
    cause,
  });
}

/** `PACKAGE_DUPLICATED`: objects of two copies of this package in one graph or composition. */
export function packageDuplicated(subject: string, locations: readonly string[]): LamellaError {
  return lamellaError('PACKAGE_DUPLICATED', {
    subject,
    problem: 'it was made by a copy of @lamella/core that does not work with the one in use',
    details: locations.map((location) => `  ${location}`),
    fix: 'install one version of it: "npm ls @lamella/core" shows who brings which; update the package that asks for an older one, or ask its author for a newer range',
  });
}

/** `IDENTIFIER_UNKNOWN`: a string that names no known activation, loss, initializer and so on. */
export function identifierUnknown(
  subject: string,
  what: string,
  name: string,
  known: Iterable<string>,
  fix?: string,
): LamellaError {
  return lamellaError('IDENTIFIER_UNKNOWN', {
    subject,
    problem: `unknown ${what} "${name}". ${suggest(name, known)}`,
    ...(fix !== undefined && { fix }),
  });
}

/** `OPTION_INVALID`: an option outside what is allowed. */
export function optionInvalid(subject: string, option: string, expected: string, got: unknown): LamellaError {
  return lamellaError('OPTION_INVALID', {
    subject,
    problem: `${option}: expected ${expected}, got ${describe(got)}`,
  });
}

/** `OPTION_INVALID`: a value where options by name are expected, as Python takes its first argument. */
export function optionsUnnamed(subject: string, got: unknown, names: readonly string[]): LamellaError {
  return lamellaError('OPTION_INVALID', {
    subject,
    problem: `options: expected an object, got ${describe(got)}`,
    ...(names.length > 0 && {
      fix: `name what is given, as in { ${names[0]!}: ${asJson(got) ?? '...'} }; its options are ${names.slice(0, 5).join(', ')}`,
    }),
  });
}

/** `OPTION_UNKNOWN`: an option that does not exist. */
export function optionUnknown(subject: string, option: string, known: readonly string[]): LamellaError {
  return lamellaError('OPTION_UNKNOWN', {
    subject,
    problem: `unknown option "${option}". ${suggest(option, known)}`,
    fix: 'leave it out, or write it as it is called',
  });
}

/** `BACKEND_MISSING`: something to run and nothing to run it on. */
export function backendMissing(subject: string): LamellaError {
  return lamellaError('BACKEND_MISSING', {
    subject,
    problem: 'expected a backend, got none',
    fix: 'create it through compose({ backend, plugins }), or pass { backend: cpu() } from @lamella/backend-cpu',
  });
}

/** `PLUGIN_INVALID`: plugins that do not fit together. */
export function pluginInvalid(name: string, problem: string, fix?: string, cause?: unknown): LamellaError {
  return lamellaError('PLUGIN_INVALID', {
    subject: `Plugin "${name}"`,
    problem,
    ...(fix !== undefined && { fix }),
    ...(cause !== undefined && { cause }),
  });
}

/** `RANK_MISMATCH`: a tensor with too few or too many dimensions. */
export function rankMismatch(subject: string, expected: string, shape: SymbolicShape): LamellaError {
  return lamellaError('RANK_MISMATCH', {
    subject,
    problem: `expected ${expected}, got rank ${shape.length} (${formatShape(shape)})`,
  });
}

/** `BACKEND_UNAVAILABLE`: a backend whose optional package or native library is not there. */
export function backendUnavailable(
  name: string,
  problem: string,
  fix: string,
  cause?: unknown,
): LamellaError {
  return lamellaError('BACKEND_UNAVAILABLE', {
    subject: `Backend "${name}"`,
    problem,
    fix,
    ...(cause !== undefined && { cause }),
  });
}

/** `EXECUTABLE_DISPOSED`: a compiled Program run after it was disposed of. */
export function executableDisposed(): LamellaError {
  return lamellaError('EXECUTABLE_DISPOSED', {
    subject: 'Executable',
    problem: 'it has been disposed of',
    fix: 'compile the program again',
  });
}

/** `EXECUTABLE_INVALID`: buffers that cannot be a Program's inputs or outputs. */
export function executableInvalid(subject: string, problem: string): LamellaError {
  return lamellaError('EXECUTABLE_INVALID', { subject, problem });
}

/** `OUTPUT_ALIASED`: what a run writes is something else that it reads or writes, too. */
export function outputAliased(subject: string, other: string): LamellaError {
  return lamellaError('OUTPUT_ALIASED', {
    subject,
    problem: `its memory is that of ${other}, too`,
    fix: 'give each output, and each state that is updated, a buffer of its own',
  });
}

/** `BUFFER_DISPOSED`: a buffer that is read, written or run with after it was disposed of. */
export function bufferDisposed({ dtype, shape }: BufferType): LamellaError {
  return lamellaError('BUFFER_DISPOSED', {
    subject: `Buffer ${dtype}${formatShape(shape)}`,
    problem: 'it has been disposed of',
    fix: 'read what is needed before dispose(), or make another with buffer() of the backend',
  });
}

/** `BUFFER_FOREIGN`: a buffer of another backend than the one that runs; `other` is undefined for plain host memory. */
export function bufferForeign(subject: string, backend: string, other: string | undefined): LamellaError {
  return lamellaError('BUFFER_FOREIGN', {
    subject,
    problem: `expected a buffer of backend "${backend}", got ${other === undefined ? 'plain host memory' : `one of "${other}"`}`,
    fix: 'make one with buffer() of the backend that compiled the program, and write() the values that read() gives',
  });
}

/** `WEIGHT_AWAY`: values asked for at once that lie in memory of a device. */
export function weightAway(name: string, backend = 'none'): LamellaError {
  return lamellaError('WEIGHT_AWAY', {
    subject: `Weight "${name}"`,
    problem: `expected values in host memory, got them in memory of backend "${backend}"`,
    fix: 'use (await weight.values()).tensor() outside a capture',
  });
}

function describe(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'number' || value === undefined) return String(value);
  if (typeof value === 'bigint') return `${value}n`;
  return asJson(value) ?? typeof value;
}

/** The value as JSON; undefined for one that JSON has no words for, or that contains itself. */
function asJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** `INDEX_OUT_OF_RANGE`: data that points past the end of an axis. */
export function indexOutOfRange(
  scope: string,
  size: number,
  at: {
    readonly index: number;
    readonly row: number;
    readonly position: number;
    readonly name: string;
  },
): LamellaError {
  return lamellaError('INDEX_OUT_OF_RANGE', {
    subject: scopeLabel(scope),
    problem: `expected indices from ${-size} to ${size - 1}, got ${at.index} in row ${at.row} of "${at.name}", at position ${at.position}`,
    details: ['An index below 0 counts from the end.'],
    fix: 'correct the data, or give the layer as many rows as there are numbers',
  });
}
