// The errors of this package.
import { backendUnavailable } from '@lamella/core';
import { kernelUnsupported, lamellaError, type LamellaError, type ProgramNode } from '@lamella/program';

type Place = Pick<ProgramNode, 'kernel' | 'scope'>;

/** `KERNEL_UNSUPPORTED`: ONNX has no such operation, or its lowering is not written yet. */
export function loweringMissing(node: Place): LamellaError {
  return kernelUnsupported(
    subjectOf(node),
    node.kernel,
    'lowering to ONNX',
    'use another operation, or run the model on cpu() of @lamella/backend-cpu',
  );
}

/** `KERNEL_UNSUPPORTED`: there is a lowering, but not for these attributes. */
export function loweringFailed(node: Place, cause: Error): LamellaError {
  return kernelUnsupported(
    subjectOf(node),
    node.kernel,
    `lowering to ONNX for its attributes: ${cause.message}`,
  );
}

/** `BACKEND_UNAVAILABLE`: onnxruntime-node is not installed, or its native library does not load. */
export function onnxUnavailable(cause: unknown): LamellaError {
  const { code, message } = cause as { code?: string; message?: string };
  const isMissing = code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND';
  return backendUnavailable(
    'onnx',
    isMissing
      ? 'onnxruntime-node is not installed'
      : `onnxruntime-node does not load (${String(message ?? cause).split('\n')[0]})`,
    'npm install onnxruntime-node --onnxruntime-node-install=skip, or use cpu() of @lamella/backend-cpu',
    cause,
  );
}

/** `NOT_BATCH_POLYMORPHIC`: the graph does not follow the batch, or another unknown size, in a way that ONNX could say. */
export function notPolymorphic(subject: string, problem: string): LamellaError {
  return lamellaError('NOT_BATCH_POLYMORPHIC', {
    subject,
    problem: `it has no ONNX graph for every batch size: ${problem}`,
    fix: 'use operations that take the size from their input (-1 in tf.reshape, tf.mean), or export for one size with batchSize',
  });
}

function subjectOf(node: Place): string {
  return node.scope === '' ? 'Program' : `Layer "${node.scope}"`;
}
