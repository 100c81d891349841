// Where the native build of ONNX Runtime is: the package of this platform, `@lamella/onnxruntime-linux-x64` and so on, which holds
// its library and what calls it; else onnxruntime-node and koffi, as in the repository of Lamella.
import type * as koffi from 'koffi';
import { isMissing } from '../errors.js';

export type Koffi = Pick<typeof koffi, 'load' | 'decode' | 'proto' | 'address'>;

export interface NativePackage {
  /** The path of ONNX Runtime's library. */
  readonly library: string;
  readonly koffi: Koffi;
}

/** The name of the package for this platform, whether or not there is one. */
export function nativePackage(): string {
  return `@lamella/onnxruntime-${process.platform}-${process.arch}`;
}

/** The package of this platform, or undefined where it is not installed. */
export async function findNativePackage(): Promise<NativePackage | undefined> {
  try {
    return (await import(nativePackage())) as NativePackage;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The same out of onnxruntime-node and koffi. Throws where one of them is not installed. */
export async function developmentPackage(): Promise<NativePackage> {
  const { createRequire } = await import('node:module');
  const { dirname, join } = await import('node:path');
  const { default: koffi } = await import('koffi');
  const folder = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const { platform, arch } = process;
  const file =
    platform === 'win32' ? 'onnxruntime.dll' : `libonnxruntime.${platform === 'darwin' ? '1.dylib' : 'so.1'}`;
  return { library: join(folder, 'bin', 'napi-v6', platform, arch, file), koffi };
}
