// The pixels of PNG and JPEG files. Decoding is fast-png's and jpeg-js' work; here they become as many channels of 8 bits as are asked for.
import { fileInvalid } from '@lamella/files';

/** Rows of pixels of `channels` values from 0 to 255. */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: ArrayLike<number>;
}

/** The most pixels of an image, so that a small file cannot ask for more. */
const maximumPixels = 100_000_000;
/** What red, green and blue count for in gray. */
const luma = [0.299, 0.587, 0.114];

/** The pixels of an image with 1, 3 or 4 channels. Throws: FILE_INVALID. */
export async function decodeImage(path: string, bytes: Uint8Array, channels: 1 | 3 | 4): Promise<Pixels> {
  const kind = kindOf(bytes);
  if (kind === undefined) throw fileInvalid(path, 'it is no PNG and no JPEG', 'convert it to PNG');
  try {
    return withChannels(await (kind === 'png' ? decodePng(bytes) : decodeJpeg(bytes)), channels);
  } catch (error) {
    throw fileInvalid(path, `decoding failed: ${(error as Error).message}`, undefined, error);
  }
}

function kindOf(bytes: Uint8Array): 'png' | 'jpeg' | undefined {
  const starts = (...head: number[]): boolean => head.every((byte, i) => bytes[i] === byte);
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png';
  return starts(0xff, 0xd8, 0xff) ? 'jpeg' : undefined;
}

async function decodePng(bytes: Uint8Array): Promise<Pixels> {
  const { decode } = await import('fast-png');
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length < 24 ? 0 : head.getUint32(16) * head.getUint32(20);
  if (count > maximumPixels) throw new RangeError(`it has ${count} pixels, more than ${maximumPixels}`);
  const { width, height, depth, channels, data, palette } = decode(bytes);
  const values = depth < 8 ? unpacked(data, width * channels, height, depth) : data;
  if (palette === undefined) {
    // Of 16 bits the high ones count; fewer than 8 spread over the range.
    const scale = depth === 16 ? 1 / 256 : 255 / (2 ** Math.min(depth, 8) - 1);
    return {
      width,
      height,
      channels,
      data: scale === 1 ? values : Array.from(values, (v) => Math.floor(v * scale)),
    };
  }
  const colors = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const color = palette[values[i]!];
    if (color === undefined) throw new RangeError(`it has no color ${values[i]}`);
    colors.set(color.slice(0, 3), 3 * i);
  }
  return { width, height, channels: 3, data: colors };
}

/** Values of fewer than 8 bits, from rows that begin at whole bytes. */
function unpacked(data: ArrayLike<number>, perRow: number, rows: number, depth: number): Uint8Array {
  const stride = Math.ceil((perRow * depth) / 8);
  return Uint8Array.from({ length: perRow * rows }, (_, i) => {
    const bit = (i % perRow) * depth;
    const byte = data[Math.floor(i / perRow) * stride + (bit >> 3)]!;
    return (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
  });
}

async function decodeJpeg(bytes: Uint8Array): Promise<Pixels> {
  const { default: jpeg } = await import('jpeg-js');
  const { width, height, data } = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    maxResolutionInMP: maximumPixels / 1e6,
  });
  return { width, height, channels: data.length / (width * height), data };
}

/** Alpha is left out or opaque, gray is repeated, and colors turn gray, rounded down as libpng does. */
function withChannels(image: Pixels, channels: number): Pixels {
  const { height, width, channels: from, data } = image;
  if (from === channels) return image;
  const made = new Uint8Array(height * width * channels);
  for (let i = 0; i < made.length; i++)
    made[i] = channelOf(data, Math.floor(i / channels) * from, from, i % channels, channels);
  return { height, width, channels, data: made };
}

function channelOf(data: ArrayLike<number>, at: number, from: number, channel: number, to: number): number {
  const hasAlpha = from % 2 === 0;
  if (channel === 3) return hasAlpha ? data[at + from - 1]! : 255;
  if (from < 3) return data[at]!;
  if (to > 1) return data[at + channel]!;
  return Math.floor(luma.reduce((sum, weight, c) => sum + weight * data[at + c]!, 1e-6));
}
