// The checksums that archives and event files carry. They find damage, not malice; for that there is sha256.

function tableOf(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = (value & 1) === 0 ? value >>> 1 : polynomial ^ (value >>> 1);
    return value;
  });
}

function checksum(bytes: Uint8Array, table: Uint32Array): number {
  let value = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) value = table[(value ^ bytes[i]!) & 0xff]! ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

const [zip, castagnoli] = [tableOf(0xedb88320), tableOf(0x82f63b78)];

/** CRC-32 of bytes, an unsigned integer. Source: ISO 3309; PKWARE's .ZIP File Format Specification 6.3, 4.4.7. */
export function crc32(bytes: Uint8Array): number {
  return checksum(bytes, zip);
}

/** CRC-32C (Castagnoli) of bytes, an unsigned integer: that of TFRecords. Source: RFC 3720, B.4. */
export function crc32c(bytes: Uint8Array): number {
  return checksum(bytes, castagnoli);
}
