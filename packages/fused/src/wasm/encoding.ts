// Numbers and lists in WebAssembly's binary form. Source: WebAssembly Core Specification 2.0, section 5.2.

/** An unsigned integer in LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}

/** A signed 32-bit integer in LEB128. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const isSignBitRight = (low & 0x40) === 0 ? rest === 0 : rest === -1;
    if (isSignBitRight) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/** The eight bytes of a float64, little-endian. */
export function float64Bytes(value: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value, true);
  return bytesOf(view);
}

/** The four bytes of a float32, little-endian. */
export function float32Bytes(value: number): number[] {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value, true);
  return bytesOf(view);
}

/** The four bytes of an int32, little-endian. */
export function int32Bytes(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >> 24) & 0xff];
}

/** A name: its length and its UTF-8 bytes. */
export function name(text: string): number[] {
  return sized([...new TextEncoder().encode(text)]);
}

/** A list: how many, then the items. */
export function list(items: readonly (readonly number[])[]): number[] {
  const bytes = unsigned(items.length);
  for (const item of items) for (const byte of item) bytes.push(byte);
  return bytes;
}

/** Bytes behind their number. */
export function sized(bytes: readonly number[]): number[] {
  return unsigned(bytes.length).concat(bytes);
}

function bytesOf(view: DataView): number[] {
  return [...new Uint8Array(view.buffer)];
}
