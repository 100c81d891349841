// The errors of this package.
import { backendUnavailable } from '@lamella/core';
import {
  isModuleMissing,
  kernelUnsupported,
  lamellaError,
  loopTooLong,
  nodesWithin,
  scopeLabel,
  whileKernel,
  type LamellaError,
  type Program,
  type ProgramNode,
} from '@lamella/program';

type Place = Pick<ProgramNode, 'kernel' | 'scope'>;

/** `KERNEL_UNSUPPORTED`: ONNX has no such operation, or its lowering is not written yet. */
export function loweringMissing(node: Place): LamellaError {
  return kernelUnsupported(
    scopeLabel(node.scope),
    node.kernel,
    'lowering to ONNX',
    'use another operation, run the model on cpu() of @lamella/backend-cpu, or add a plugin that brings onnxLowerings() for it',
  );
}

/** `KERNEL_UNSUPPORTED`: there is a lowering, but not for these attributes. */
export function loweringFailed(node: Place, cause: Error): LamellaError {
  return kernelUnsupported(
    scopeLabel(node.scope),
    node.kernel,
    `lowering to ONNX for its attributes: ${cause.message}`,
  );
}

/** The module that pages import. */
const inPages = `in the page, await loadOnnx({ wasm: () => import('onnxruntime-web/wasm') }) first, and serve ort-wasm-simd-threaded.wasm beside the bundle`;

/** ONNX Runtime's library for a platform: the package that holds it, or none. */
export interface NativeBuild {
  readonly platform: string;
  readonly package: string | undefined;
}

/** `BACKEND_UNAVAILABLE`: no runtime that may be used is installed, or none loads. `causes` says why, runtime by runtime. */
export function onnxUnavailable(
  platform: 'node' | 'browser',
  native: NativeBuild,
  causes: { readonly native?: unknown; readonly wasm?: unknown },
): LamellaError {
  const failed = (['native', 'wasm'] as const).filter((runtime) => runtime in causes);
  const names = { native: native.package, wasm: 'onnxruntime-web' };
  const problems = failed.map((runtime) => {
    const name = names[runtime];
    if (name !== undefined) return whyNot(name, causes[runtime]);
    return `ONNX Runtime comes in no native build for ${native.platform}`;
  });
  const installed = failed.flatMap((runtime) => names[runtime] ?? []);
  const wasmAlone = installed.length === 0 ? ["use onnx({ runtime: 'wasm' }) with onnxruntime-web"] : [];
  const fixes =
    platform === 'browser' ? [inPages] : [...installed.map((name) => `npm install ${name}`), ...wasmAlone];
  return backendUnavailable(
    'onnx',
    problems.join('; '),
    `${fixes.join(', or ')}, or use cpu() of @lamella/backend-cpu`,
    failed.length === 1 ? causes[failed[0]!] : new AggregateError(Object.values(causes)),
  );
}

function whyNot(name: string, cause: unknown): string {
  if (isModuleMissing(cause)) return `${name} is not installed`;
  return `${name} does not load (${String((cause as Error).message ?? cause).split('\n')[0]})`;
}

/** `NOT_BATCH_POLYMORPHIC`: the graph does not follow the batch, or another unknown size, in a way that ONNX could say. */
export function notPolymorphic(subject: string, problem: string): LamellaError {
  return lamellaError('NOT_BATCH_POLYMORPHIC', {
    subject,
    problem: `it has no ONNX graph for every batch size: ${problem}`,
    fix: 'use operations that take the size from their input (-1 in tf.reshape, tf.mean), or export for one size with batchSize',
  });
}

/**
 * `SESSION_FAILED`: ONNX Runtime refuses the graph of a Program. Names the layer where the message names an operator, as that
 * of the native runtime does.
 */
export function sessionFailed(program: Program, cause: unknown): LamellaError {
  return lamellaError('SESSION_FAILED', {
    subject: culprit(program, cause),
    problem: `ONNX Runtime builds no session of its graph: ${reason(cause)}`,
    fix: 'use other operations there, or run the model on cpu() of @lamella/backend-cpu; where the operations are ordinary, report it',
    cause,
  });
}

/**
 * `RUN_FAILED`: ONNX Runtime gives up in the middle of a run, for want of memory most often; `LOOP_TOO_LONG`, where a loop has not
 * ended. Names the layer as above.
 */
export function runFailed(program: Program, cause: unknown): LamellaError {
  if (isTooLong(program, cause)) return loopTooLong(culprit(program, cause));
  return lamellaError('RUN_FAILED', {
    subject: culprit(program, cause),
    problem: `ONNX Runtime fails as it runs: ${reason(cause)}`,
    fix: 'use smaller batches, or give the process more memory; nothing of the model has changed',
    cause,
  });
}

function reason(cause: unknown): string {
  return String((cause as Error | undefined)?.message ?? cause).split('\n')[0]!;
}

/** The layer that an error of ONNX Runtime names. */
function culprit({ nodes }: Program, cause: unknown): string {
  const text = reason(cause);
  const named = nodes.filter(({ scope }) => scope !== '' && text.includes(`${scope}/`));
  const node = named.sort((a, b) => b.scope.length - a.scope.length)[0];
  return scopeLabel(node?.scope ?? '');
}

/** Whether it is what the lowering of a loop fails with that has not ended: the second place of something that has one. */
function isTooLong(program: Program, cause: unknown): boolean {
  const isLoop = [...nodesWithin(program)].some(({ kernel }) => kernel === whileKernel);
  return isLoop && /idx=1 must be within the inclusive range \[-1,0\]/.test(reason(cause));
}
