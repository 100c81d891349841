// Names that follow content, for files that belong to another: different bytes never share a name.

/** The first sixteen hexadecimal digits of the SHA-256 of these bytes. */
export async function digest(bytes: Uint8Array): Promise<string> {
  const hash = await globalThis.crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(hash, 0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
