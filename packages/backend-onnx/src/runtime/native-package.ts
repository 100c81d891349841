// Where the native build of ONNX Runtime is: the package of this platform, `@lamella/onnxruntime-linux-x64` and so on, which holds
// its library and what calls it; else onnxruntime-node and koffi, as in the repository of Lamella.
import type * as koffi from 'koffi';
import { isModuleMissing } from '@lamella/program';
import type { NativeBuild } from '../errors.js';

export type Koffi = Pick<typeof koffi, 'load' | 'decode' | 'proto' | 'address'>;

export interface NativePackage {
  /** The path of ONNX Runtime's library. */
  readonly library: string;
  readonly koffi: Koffi;
}

/** What there are packages for, Linux with glibc; a release makes them (tools/release/native-packages.mjs). */
export const nativePlatforms: readonly string[] = [
  'linux-x64',
  'linux-arm64',
  'darwin-arm64',
  'win32-x64',
  'win32-arm64',
];

/** This platform, and the package for it where there is one. */
export function nativeBuild(): NativeBuild {
  const platform = `${process.platform}-${process.arch}`;
  if (isWithoutGlibc()) return { platform: `${platform} without glibc`, package: undefined };
  return { platform, package: nativePlatforms.includes(platform) ? packageOf(platform) : undefined };
}

function packageOf(platform: string): string {
  return `@lamella/onnxruntime-${platform}`;
}

function isWithoutGlibc(): boolean {
  if (process.platform !== 'linux') return false;
  const { header } = process.report.getReport() as unknown as {
    readonly header: { readonly glibcVersionRuntime?: string };
  };
  return header.glibcVersionRuntime === undefined;
}

/** The package of this platform, or undefined where it is not installed. */
export async function findNativePackage(): Promise<NativePackage | undefined> {
  const platform = `${process.platform}-${process.arch}`;
  if (!nativePlatforms.includes(platform)) return undefined;
  try {
    return (await import(packageOf(platform))) as NativePackage;
  } catch (error) {
    if (isModuleMissing(error)) return undefined;
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
