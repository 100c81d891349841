// One copy of this package works with tfjs at a time: each counts running captures and draws for itself.
// Found out at a capture, never at import.
import * as tf from '@tensorflow/tfjs-core';
import { packageDuplicated } from './errors.js';
import { describeCopy } from './installed-copy.js';

const key = Symbol.for('lamella.program.copy');

interface Copy {
  readonly url: string;
}

/** This copy, and where it was loaded from. */
const own: Copy = { url: import.meta.url.replace(/[?#].*$/, '') };

/**
 * Makes this copy the one that captures; tells whether it was not before.
 * The same file loaded anew, as test runners and development servers do, takes over from itself.
 * Throws: PACKAGE_DUPLICATED when a copy from elsewhere captured before.
 */
export function claimCapture(): boolean {
  const process = globalThis as { [key]?: Copy };
  const holder = process[key];
  if (holder === own) return false;
  if (holder !== undefined && holder.url !== own.url)
    throw packageDuplicated('@lamella/program', [holder.url, own.url].map(describeCopy));
  process[key] = own;
  return true;
}

/** Warns when tensors are made by another copy of tfjs-core than the one that this package calls; they share one engine. */
export function reportSecondTfjs(tensor: tf.Tensor, warn: (message: string) => void = console.warn): void {
  if (tensor.constructor === tf.Tensor) return;
  warn(packageDuplicated('@tensorflow/tfjs-core', [`Lamella uses version ${tf.version_core}`]).message);
}
