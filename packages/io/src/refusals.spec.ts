// What the specs share that read hostile files: archives with another config, and how they must be refused.
// No test itself: jest.config.js passes it over.
import { expect } from '@jest/globals';
import { unzip, writeZip } from '@lamella/files';
import { isLamellaError } from '@lamella/program';
import type { Model } from '@lamella/training';
import { bytesOf, composed } from './keras-fixtures.spec.js';

export type Json = { [key: string]: unknown };

export const text = new TextEncoder();

/** The fixture mlp.keras with another config.json, as text or as what is to be made of the parsed one. */
export function archive(
  change: (config: Json) => Json | string,
  members: Record<string, Uint8Array> = {},
): Uint8Array {
  const parts = unzip(bytesOf('mlp.keras'), 'mlp.keras');
  const config = change(JSON.parse(new TextDecoder().decode(parts.get('config.json'))) as Json);
  const written = typeof config === 'string' ? config : JSON.stringify(config);
  return writeZip({ ...Object.fromEntries(parts), 'config.json': text.encode(written), ...members });
}

/** The stored layers of a model. */
export function layersOf(config: Json): Json[] {
  return (config['config'] as Json)['layers'] as Json[];
}

/** mlp.keras whose layer `hidden` is changed. */
export function withHidden(change: (layer: Json) => void): Uint8Array {
  return archive((config) => {
    change(layersOf(config)[1]!);
    return config;
  });
}

export function load(bytes: Uint8Array, name = 'hostile.keras', options: object = {}): Promise<Model> {
  return composed().loadModel({ name, bytes }, options);
}

/** Loading fails with this code, after little work, and gives no model. */
export async function refused(
  bytes: Uint8Array,
  code: string,
  message: string | RegExp = '',
  name?: string,
): Promise<void> {
  const began = process.cpuUsage();
  const error: unknown = await load(bytes, name).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(isLamellaError(error) ? error.code : error).toBe(code);
  expect((error as Error).message).toMatch(message);
  // Units: microseconds of the processor, which a busy machine does not stretch.
  expect(process.cpuUsage(began).user).toBeLessThan(10e6);
}
