// Which build of ONNX Runtime runs: chosen and loaded when it is first needed; nothing here runs at import.
// eslint-disable-next-line @nx/enforce-module-boundaries -- not another file's name: package.json chooses between two.
import { platform } from '#platform';
import { onnxUnavailable } from '../errors.js';
import { encodeModel } from '../model/onnx-model.js';
import type { Runtime, RuntimeName } from './runtime.js';
import { ortOf, ScriptRuntime, type Ort } from './script-runtime.js';

/** Where the files of onnxruntime-web are: the URL of their folder, or of each. */
export type WasmPaths = string | { readonly wasm: string; readonly mjs?: string };

export interface RuntimeOptions {
  /** Default: `native` where it loads, else `wasm`. */
  readonly runtime?: RuntimeName | undefined;
  /** What the wasm runtime of this process is told, if this is the first time that it is needed. */
  readonly threads?: number | undefined;
  readonly wasmPaths?: WasmPaths | undefined;
  /** Imports onnxruntime-web, which a bundle for browsers holds where the application imports it. Default in Node: that package. */
  readonly wasm?: (() => Promise<unknown>) | undefined;
}

/** Loads the runtime that was asked for, or the first that loads. Throws: BACKEND_UNAVAILABLE with every reason and remedy. */
export async function loadRuntime({ runtime, ...options }: RuntimeOptions = {}): Promise<Runtime> {
  if (runtime === 'wasm') return loadWasm(options).catch((cause) => fail({ wasm: cause }));
  if (platform.loadNative === undefined && runtime === undefined)
    return loadWasm(options).catch((cause) => fail({ wasm: cause }));
  return loadNative().catch((native: unknown) =>
    runtime === 'native' ? fail({ native }) : loadWasm(options).catch((wasm) => fail({ native, wasm })),
  );
}

function fail(causes: { readonly native?: unknown; readonly wasm?: unknown }): never {
  throw onnxUnavailable(platform.name, platform.nativeBuild(), causes);
}

let native: Promise<Runtime> | undefined;

/** Once a process, but again after it failed: it may have been installed meanwhile. */
function loadNative(): Promise<Runtime> {
  native ??= importNative();
  native.catch(() => (native = undefined));
  return native;
}

async function importNative(): Promise<Runtime> {
  if (platform.loadNative === undefined) throw new Error('it is made for Node');
  return platform.loadNative();
}

let wasm: Promise<Runtime> | undefined;

/** Once a process, for good: onnxruntime-web takes its settings from the first session, and does not start twice. */
async function loadWasm({
  wasm: importWasm = platform.importWasm,
  ...options
}: RuntimeOptions): Promise<Runtime> {
  if (wasm === undefined && importWasm === undefined) throw new Error('nothing imports it');
  wasm ??= importWasm!().then((module) => startWasm(ortOf(module), options));
  return wasm;
}

async function startWasm(ort: Ort, { threads = 1, wasmPaths }: RuntimeOptions): Promise<Runtime> {
  const settings = ort.env.wasm;
  const isShared = threads > 1 && (await platform.cores()) > 1;
  settings.numThreads = isShared ? threads : 1;
  // Threads start from a file of their own: in a bundle they would start the whole application again.
  const paths = wasmPaths ?? (isShared && platform.name === 'browser' ? './' : undefined);
  if (paths !== undefined) settings.wasmPaths = await absolute(paths);
  await startSession(ort);
  return new ScriptRuntime('wasm', settings.numThreads, ort);
}

/** The importing succeeds without the WebAssembly file, or where it cannot run; a first session does not. */
async function startSession(ort: Ort): Promise<void> {
  const type = { type: 'float32', shape: [1] } as const;
  const identity = { type: 'Identity', name: 'y', inputs: ['x'], outputs: ['y'], attributes: {} };
  const values = { inputs: [{ name: 'x', ...type }], outputs: [{ name: 'y', ...type }] };
  const model = encodeModel({ nodes: [identity], initializers: [], ...values });
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['wasm'],
    logSeverityLevel: 4,
  });
  await session.release();
}

async function absolute(paths: WasmPaths): Promise<string | { wasm: string; mjs?: string }> {
  const base = await platform.base();
  const urlOf = (path: string): string => new URL(path, base).href;
  if (typeof paths === 'string') return urlOf(paths.endsWith('/') ? paths : `${paths}/`);
  return { wasm: urlOf(paths.wasm), ...(paths.mjs !== undefined && { mjs: urlOf(paths.mjs) }) };
}
