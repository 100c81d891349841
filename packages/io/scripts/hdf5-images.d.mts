// Types of hdf5-images.mjs, for the tests.

export interface Message {
  readonly type: number;
  readonly bytes: readonly number[];
}

export class Hdf5Image {
  get end(): number;
  put(bytes: readonly number[]): number;
  object(messages: readonly Message[]): number;
  block(messages: readonly Message[]): { readonly at: number; readonly length: number };
  file(root: number): Uint8Array;
}

export function continuation(at: number, length: number): Message;
export function link(name: string, address: number): Message;
export function nothing(): Message;
export function texts(
  name: string,
  shape: readonly number[],
  width: number,
  data: readonly number[],
): Message;
export function longTexts(
  name: string,
  items: readonly { readonly length: number; readonly heap: number; readonly index: number }[],
): Message;
export function heapHead(size: number): number[];
export function heapItem(index: number, size: number): number[];
export function floats(shape: readonly number[], address: number, size: number): Message[];
export function symbolTable(
  image: Hdf5Image,
  links: readonly { readonly offset: number; readonly address: number }[],
  names: string,
): Message;
