// The functions of ONNX Runtime's C API that this package calls, in its shared library. The API is
// a table of pointers whose order never changes (onnxruntime_c_api.h). Not here: what they are called for (native-runtime.ts).
import type * as koffi from 'koffi';
import type { Koffi } from './native-package.js';

/** An address in this process. */
export type Pointer = bigint;
type Argument = Pointer | number | string | null | BigUint64Array | BigInt64Array | Uint8Array;

/** Every function with a result of type OrtStatus* is called through this: null is success. */
const status = 'void *';
/** Versions of the API from this one on have all functions below. */
const apiVersion = 16;

const functions = {
  GetErrorMessage: [2, 'const char *', ['void *']],
  CreateEnv: [3, status, ['int', 'str', 'void *']],
  CreateSessionFromArray: [8, status, ['void *', 'void *', 'size_t', 'void *', 'void *']],
  Run: [9, status, ['void *', 'void *', 'void *', 'void *', 'size_t', 'void *', 'size_t', 'void *']],
  CreateSessionOptions: [10, status, ['void *']],
  SetSessionLogSeverityLevel: [22, status, ['void *', 'int']],
  SetSessionGraphOptimizationLevel: [23, status, ['void *', 'int']],
  SetIntraOpNumThreads: [24, status, ['void *', 'int']],
  SetInterOpNumThreads: [25, status, ['void *', 'int']],
  CreateTensorWithDataAsOrtValue: [
    49,
    status,
    ['void *', 'void *', 'size_t', 'void *', 'size_t', 'int', 'void *'],
  ],
  CreateCpuMemoryInfo: [69, status, ['int', 'int', 'void *']],
  ReleaseStatus: [93, 'void', ['void *']],
  ReleaseSession: [95, 'void', ['void *']],
  ReleaseValue: [96, 'void', ['void *']],
  ReleaseSessionOptions: [100, 'void', ['void *']],
  AddSessionConfigEntry: [130, status, ['void *', 'str', 'str']],
} as const satisfies Record<string, readonly [index: number, result: string, args: readonly string[]]>;

type Name = keyof typeof functions;
type Fallible = { [N in Name]: (typeof functions)[N][1] extends typeof status ? N : never }[Name];

/** A function of the library; `async` calls it on another thread. */
interface NativeFunction {
  (...args: Argument[]): unknown;
  async(...args: [...Argument[], (error: Error | null, result: unknown) => void]): void;
}

/** The library, loaded. */
export class NativeLibrary {
  readonly version: string;
  private readonly table: Readonly<Record<Name, NativeFunction>>;
  /** What koffi loaded is unloaded when it is collected. */
  private readonly loaded: koffi.LibraryHandle;

  /** Throws where `file` is no library that this machine can load. */
  constructor(file: string, { load, decode, proto }: Koffi) {
    this.loaded = load(file);
    keepLoaded(file, load);
    const base: Pointer = this.loaded.func('OrtGetApiBase', 'const void *', [])();
    const at = (table: Pointer, index: number): Pointer => decode(table, 8 * index, 'void *');
    this.version = decode(at(base, 1), proto('const char *', []))();
    const getApi = decode(at(base, 0), proto('const void *', ['uint32_t']));
    const api: Pointer | null = getApi(apiVersion);
    if (api === null) throw new Error(`it has no version ${apiVersion} of the C API`);
    this.table = Object.fromEntries(
      Object.entries(functions).map(([name, [index, result, args]]) => [
        name,
        decode(at(api, index), proto(result, [...args])),
      ]),
    ) as typeof this.table;
  }

  /** Calls a function that may fail. Throws with ONNX Runtime's message. */
  call(name: Fallible, ...args: Argument[]): void {
    this.check(this.table[name](...args) as Pointer | null);
  }

  /** As {@link call}, on another thread. Arrays among the arguments must not change before it ends. */
  callAside(name: Fallible, ...args: Argument[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.table[name].async(...args, (error, status) => {
        try {
          if (error !== null) throw error;
          this.check(status as Pointer | null);
          resolve();
        } catch (cause) {
          reject(cause as Error);
        }
      });
    });
  }

  /** Calls a function that creates something, which its last argument, a pointer to a pointer, takes. */
  create(name: Fallible, ...args: Argument[]): Pointer {
    const created = new BigUint64Array(1);
    this.call(name, ...args, created);
    return created[0]!;
  }

  private check(failure: Pointer | null): void {
    if (failure === null) return;
    const message = this.table.GetErrorMessage(failure) as string;
    this.table.ReleaseStatus(failure);
    throw new Error(message);
  }

  release(name: Extract<Name, `Release${string}`>, pointer: Pointer): void {
    this.table[name](pointer);
  }
}

/**
 * Loads a library once more, for good. What koffi loaded it unloads when the process, or a worker, ends, and threads of ONNX Runtime
 * may still be in it then.
 */
function keepLoaded(file: string, load: Koffi['load']): void {
  if (process.platform === 'win32') load('kernel32.dll').func('LoadLibraryW', 'void *', ['str16'])(file);
  else load(null).func('dlopen', 'void *', ['str', 'int'])(file, lazyBinding);
}

/** RTLD_LAZY, on Linux and macOS. */
const lazyBinding = 1;
