// Copies of this package work together where they share their state, which is that of a plugin API. Found out at a capture, never
// at import.
import * as tf from '@tensorflow/tfjs-core';
import { packageDuplicated } from './errors.js';
import { describeCopyOf } from './installed-copy.js';
import { pluginApi } from './plugin-api.js';

const key = Symbol.for('lamella.program.copy');

interface Copy {
  readonly url: string;
  readonly pluginApi: number;
}

/** This copy, and where it was loaded from. */
const own: Copy = { url: import.meta.url.replace(/[?#].*$/, ''), pluginApi };

/**
 * Whether this copy has to make tfjs ready for captures: no other has. The same file loaded anew, as test runners and development
 * servers do, takes over from itself. Throws: PACKAGE_DUPLICATED when a copy of another plugin API captured before.
 */
export function claimCapture(): boolean {
  const process = globalThis as { [key]?: Copy };
  const holder = process[key];
  if (holder === own) return false;
  if (holder !== undefined && holder.pluginApi !== pluginApi)
    throw packageDuplicated('@lamella/program', [holder, own].map(describeCopyOf));
  if (holder !== undefined && holder.url !== own.url) return false;
  process[key] = own;
  return true;
}

/** Warns when tensors are made by another copy of tfjs-core than the one that this package calls; they share one engine. */
export function reportSecondTfjs(tensor: tf.Tensor, warn: (message: string) => void = console.warn): void {
  if (tensor.constructor === tf.Tensor) return;
  warn(packageDuplicated('@tensorflow/tfjs-core', [`Lamella uses version ${tf.version_core}`]).message);
}
