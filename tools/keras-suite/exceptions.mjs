// Cases whose files do not say what Keras computed by, or cannot: each is named with its reason, and none is passed over unseen.
import { readFileSync } from 'node:fs';
import { unzip, writeZip } from '@lamella/files';

/** Cases by their test, and why other numbers come out here. */
const byTest = new Map([
  [
    'ImageOpsCorrectnessTest::test_resize_uint8_round_saturate',
    'uint8 is int32 inside of models, so what cubic curves overshoot is not cut at 0 and 255',
  ],
  [
    'ImageOpsCorrectnessTest::test_perspective_transform_bilinear',
    'its corners nearly lie on one line: in float32 Keras itself is 4e-4 from the exact numbers',
  ],
]);

/**
 * Why a case may differ; nothing where it may not.
 * @param {{ test?: string, cls: string, call?: readonly unknown[] }} about
 * @returns {{ status: 'random' | 'named', text: string } | undefined}
 */
export function exceptionOf({ test = '', cls }) {
  if (cls === 'elastic_transform') return { status: 'random', text: 'noise of another generator' };
  const [, name = ''] = /::(.*)$/.exec(test) ?? [];
  const reason = byTest.get(name);
  return reason === undefined ? undefined : { status: 'named', text: reason };
}

/**
 * A file of Keras with `channels_first` where it holds null. Keras' tests change the default, `keras.config.image_data_format()`, while
 * they run, and files do not hold that. Nothing where no operation of images leaves it open.
 * @param {string} path
 * @returns {{ name: string, bytes: Uint8Array } | undefined}
 */
export function asChannelsFirst(path) {
  const members = unzip(readFileSync(path), path);
  const config = new TextDecoder().decode(members.get('config.json'));
  const changed = config.replaceAll('"data_format": null', '"data_format": "channels_first"');
  if (changed === config || !config.includes('"keras.src.ops.image"')) return undefined;
  members.set('config.json', new TextEncoder().encode(changed));
  return { name: path, bytes: writeZip(Object.fromEntries(members)) };
}
