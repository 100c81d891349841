// The node backend: replay on @tensorflow/tfjs-node, that is libtensorflow, which runs one kernel at a time.
// The package is an optional peer: nothing is imported before the first Program is compiled.
import { backendUnavailable, replayBackend, type Backend } from '@lamella/core';
import { isModuleMissing, Program } from '@lamella/program';

const packageName = '@tensorflow/tfjs-node';
let backend: Backend | undefined;

/** The backend that runs Programs with libtensorflow. Throws when it compiles: BACKEND_UNAVAILABLE. */
export function node(): Backend {
  backend ??= replayBackend({ name: 'node', load });
  return backend;
}

/**
 * Loads tfjs-node; for applications that choose a backend by what is there.
 * Throws: BACKEND_UNAVAILABLE when the package or its native library is missing.
 */
export async function loadNode(): Promise<void> {
  const nothing = new Program({ values: [], inputs: [], constants: [], nodes: [], outputs: [] });
  (await node().compile(nothing)).dispose();
}

async function load(): Promise<string> {
  await restoreIsNullOrUndefined();
  try {
    await import(packageName);
    return 'tensorflow';
  } catch (cause) {
    throw unavailable(cause);
  }
}

/** tfjs-node calls util.isNullOrUndefined, which Node 23 removed (tensorflow/tfjs issue 8609). */
async function restoreIsNullOrUndefined(): Promise<void> {
  const { default: util } = (await import('node:util')) as unknown as {
    default: { isNullOrUndefined?: (value: unknown) => boolean };
  };
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
}

function unavailable(cause: unknown): Error {
  const { message } = cause as { message?: string };
  if (isModuleMissing(cause) && (message ?? '').includes(`'${packageName}'`)) {
    return backendUnavailable(
      'node',
      '@tensorflow/tfjs-node is not installed',
      'npm install @tensorflow/tfjs-node, or use cpu() of @lamella/backend-cpu',
      cause,
    );
  }
  return backendUnavailable(
    'node',
    `@tensorflow/tfjs-node is installed but its native library does not load (${(message ?? String(cause)).split('\n')[0]})`,
    'run npm rebuild @tensorflow/tfjs-node --build-addon-from-source where its download is reachable, or use cpu() of @lamella/backend-cpu',
    cause,
  );
}
