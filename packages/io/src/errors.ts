// The error codes of this package; that of a file which is not what its name says belongs to @lamella/files.
import { lamellaError, type LamellaError } from '@lamella/program';

export { fileInvalid } from '@lamella/files';

/** The first lines of a list that a file may make as long as it likes. */
function firstOf(lines: readonly string[], most: number): string[] {
  return lines.length <= most
    ? [...lines]
    : [...lines.slice(0, most), `  ... and ${lines.length - most} more`];
}

/** `FORMAT_UNKNOWN`: a file name whose ending no format has. */
export function formatUnknown(file: string, what: string, extensions: readonly string[]): LamellaError {
  return lamellaError('FORMAT_UNKNOWN', {
    subject: `"${file}"`,
    problem: `no format can ${what} a file with this ending`,
    fix: `use one of ${extensions.join(', ')}`,
  });
}

/** `WEIGHTS_MISMATCH`: weights that do not fit; lists every one at once. Nothing was loaded. */
export function weightsMismatch(
  file: string,
  counts: string,
  details: readonly string[],
  fix?: string,
): LamellaError {
  return lamellaError('WEIGHTS_MISMATCH', {
    subject: `"${file}"`,
    problem: `it does not fit this model: ${counts}`,
    details: [...firstOf(details, 40), 'Nothing was loaded.'],
    ...(fix !== undefined && { fix }),
  });
}

/** `NOT_RESTORED`: a warning: a model was loaded, and what stands in the list is not as it was saved. */
export function notRestored(file: string, lines: readonly string[]): LamellaError {
  return lamellaError('NOT_RESTORED', {
    subject: `"${file}"`,
    problem: 'the model is loaded, and not everything is as it was saved',
    details: firstOf(
      lines.map((line) => `  ${line}`),
      20,
    ),
    fix: 'compile the model anew where its training goes on; { compile: false } and { includeOptimizer: false } leave that part out',
  });
}

/** `NOT_SERIALIZABLE`: something in a model that no file can hold. */
export function notSerializable(subject: string, problem: string, fix: string): LamellaError {
  return lamellaError('NOT_SERIALIZABLE', { subject, problem, fix });
}

/** `COMPILE_NOT_SAVED`: what compile() was given and a file cannot hold; as a warning, the file is written without it. */
export function compileNotSaved(
  file: string,
  lost: readonly { readonly option: string; readonly error: LamellaError }[],
): LamellaError {
  return lamellaError('COMPILE_NOT_SAVED', {
    subject: `"${file}"`,
    problem: `the model is saved, without the ${lost.map(({ option }) => option).join(', ')} of compile()`,
    details: lost.map(({ error: { subject, parts } }) => `  ${subject}: ${parts.problem}`),
    fix: `${lost[0]!.error.parts.fix ?? 'use what can be stored'}; or compile the loaded model anew, with its own optimizer: compile({ optimizer: net.optimizer, loss })`,
  });
}

/** `FUNCTION_UNKNOWN`: functions that a file names and nobody registered; lists all of them at once. */
export function functionsUnknown(file: string, details: readonly string[]): LamellaError {
  return lamellaError('FUNCTION_UNKNOWN', {
    subject: `"${file}"`,
    problem: `it refers to ${details.length === 1 ? 'a function that is' : 'functions that are'} not registered`,
    details: firstOf(details, 40),
    fix: "list the plugin or function that provides it in compose({ plugins }), or pass loadModel(path, { functions: { 'name': fn } })",
  });
}

/** `CLASS_UNKNOWN`: classes that a file names and the composition does not know; lists all of them at once. */
export function classesUnknown(file: string, details: readonly string[], fix: string): LamellaError {
  return lamellaError('CLASS_UNKNOWN', {
    subject: `"${file}"`,
    problem: 'it holds classes that this composition does not know',
    details: firstOf(details, 40),
    fix,
  });
}

/** `FUNCTION_DRIFTED`: a registered function that computes something else than when the file was written. */
export function functionDrifted(subject: string, name: string, difference: string): LamellaError {
  return lamellaError('FUNCTION_DRIFTED', {
    subject,
    problem: `function "${name}" computes something else than when this file was written (- saved, + now)`,
    details: difference.split('\n').map((line) => `  ${line}`),
    fix: "restore the function, give the new one another name, or pass loadModel(path, { onDrift: 'useSaved' })",
  });
}

/** `OPERATION_INVALID`: an operation of a stored graph with arguments or options that cannot be. */
export function operationInvalid(subject: string, problem: string): LamellaError {
  return lamellaError('OPERATION_INVALID', {
    subject,
    problem,
    fix: 'change the model in Keras, and save it again',
  });
}

/** `KERNEL_UNSUPPORTED`: Lambdas that operations of Keras cannot stand for; lists every reason at once. */
export function lambdasNotExportable(subject: string, details: readonly string[]): LamellaError {
  return lamellaError('KERNEL_UNSUPPORTED', {
    subject,
    problem: 'its Lambdas hold what Keras has no operations for',
    details: firstOf(details, 40),
    fix: "write them with other operations, or save without { lambda: 'keras_ops' }: Lamella then runs their Programs",
  });
}
