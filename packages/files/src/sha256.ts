// The checksum by which files that come from elsewhere are known.
import { checksumMismatch } from './errors.js';

/** In lower-case hexadecimal. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Throws: CHECKSUM_MISMATCH. */
export async function checkSha256(subject: string, bytes: Uint8Array, expected: string): Promise<void> {
  const got = await sha256(bytes);
  if (got !== expected) throw checksumMismatch(subject, expected, got);
}
