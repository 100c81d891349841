// The conformance suite of file formats: what is written is read, bytes are recognised, damage is an error with a code that changes
// nothing, and what is on disk is whole.
import type { Format, Layer } from '@lamella/core';
import { batchNormalization, dense } from '@lamella/layers';
import { isLamellaError, type HostTensor } from '@lamella/program';
import type { Model } from '@lamella/training';
import type { FileInMemory } from '@lamella/io';
import { assertClose, assertSame } from './assertions.js';
import { floats } from './kernel-case.js';
import { declareKit, settingsOf, type Check, type KitOptions, type KitSettings } from './kit.js';
import { knownOf, type Known } from './known.js';

/** A model that the format must hold. */
export interface FormatCase {
  /** What is special about it, e.g. "with state". */
  readonly name: string;
  /** Makes it anew, with other first values where they are random. */
  readonly create: (known: Known) => Model;
}

/** What {@link testFormat} is told beside the cases. */
export interface TestFormatOptions extends KitOptions {
  /** Whether every change of its bytes is noticed, as by a checksum. Default: false. */
  readonly hasChecksum?: boolean;
}

/** What a format does with a model, or with its weights. */
interface FormatUse {
  readonly of: 'models' | 'weights';
  readonly write: (known: Known, model: Model, name: string) => Promise<FileInMemory>;
  /** Gives the model of a file; weights go into the model given. */
  readonly read: (known: Known, file: FileInMemory, model: Model) => Promise<Model>;
  readonly save: (known: Known, model: Model, path: string) => Promise<void>;
  readonly readPath: (known: Known, path: string, model: Model) => Promise<Model>;
}

interface FormatSubject extends KitSettings {
  readonly format: Format;
  readonly use: FormatUse;
  readonly given: FormatCase;
  readonly hasChecksum: boolean;
  readonly known: () => Promise<Known>;
}

const uses: readonly FormatUse[] = [
  {
    of: 'models',
    write: (known, model, name) => known.encodeModel(model, name),
    read: async (known, file) => (await known.loadModel(file)) as unknown as Model,
    save: (known, model, path) => known.saveModel(model, path),
    readPath: async (known, path) => (await known.loadModel(path)) as unknown as Model,
  },
  {
    of: 'weights',
    write: (known, model, name) => known.encodeWeights(model, name),
    read: async (known, file, model) => {
      await known.loadWeights(model, file);
      return model;
    },
    save: (known, model, path) => known.saveWeights(model, path),
    readPath: async (known, path, model) => {
      await known.loadWeights(model, path);
      return model;
    },
  },
];

const ownCases: readonly FormatCase[] = [
  {
    name: 'of dense layers',
    create: ({ sequential }) =>
      sequential([dense({ units: 2, name: 'hidden' }), dense({ units: 1, name: 'head' })], {
        inputShape: [3],
      }) as unknown as Model,
  },
  {
    name: 'with weights that do not train',
    create: ({ sequential }) =>
      sequential([batchNormalization({ name: 'normal' }), dense({ units: 2, name: 'head' })], {
        inputShape: [3],
      }) as unknown as Model,
  },
];

/**
 * Declares the suite for one format: for the models and the weights that it writes and reads. `furtherCases` come beside the
 * models of the kit.
 *
 * @example
 * import { describe, it } from 'node:test';
 * import { io } from '@lamella/io';
 * import { testFormat } from '@lamella/testing';
 *
 * const safetensors = io.formats!.find(({ name }) => name === 'safetensors')!;
 * testFormat(safetensors, [], { runner: { describe, it } });
 */
export function testFormat(
  format: Format,
  furtherCases: readonly FormatCase[] = [],
  options: TestFormatOptions = {},
): void {
  const settings = settingsOf(options);
  const known = async (): Promise<Known> => {
    const without = await knownOf(settings.plugins, settings.backend);
    if (without.formats.includes(format)) return without;
    return knownOf([...settings.plugins, { name: 'the format', formats: [format] }], settings.backend);
  };
  const able = uses.filter(({ of }) =>
    of === 'models'
      ? format.writeModel !== undefined && format.readModel !== undefined
      : format.writeWeights !== undefined && format.readWeights !== undefined,
  );
  const cases = able.flatMap((use) =>
    [...ownCases, ...furtherCases].map((given) => ({
      name: `${use.of} ${given.name}`,
      subject: { ...settings, format, use, given, known, hasChecksum: options.hasChecksum ?? false },
    })),
  );
  declareKit<FormatSubject>('testFormat', `format "${format.name}"`, cases, formatChecks, options);
}

const nameOf = ({ extensions }: Format): string => `kit${extensions[0]!}`;

/** The values of all weights. */
async function valuesOf(model: Layer): Promise<HostTensor[]> {
  return (await model.getWeights()).map((values) => values.clone());
}

/** A model whose weights have values that no initializer gives. */
function filled({ given }: FormatSubject, known: Known, low = -1): Model {
  const model = given.create(known);
  model.setWeights(
    model.weights.map(({ shape, dtype }) => floats(shape, low, low + 2).cast(dtype) as HostTensor),
  );
  return model;
}

function assertValues(what: string, actual: readonly HostTensor[], expected: readonly HostTensor[]): void {
  assertSame(actual.length, expected.length, `${what}: number of weights`);
  expected.forEach((values, i) => assertClose(actual[i]!, values, 0, `${what}: weight ${i}`));
}

async function readsWhatItWrites(subject: FormatSubject): Promise<void> {
  const { use, format } = subject;
  const known = await subject.known();
  const model = filled(subject, known);
  const expected = await valuesOf(model);
  const file = await use.write(known, model, nameOf(format));
  assertValues('the model that was written', await valuesOf(model), expected);
  const again = await use.read(known, file, filled(subject, known, 5));
  assertValues('the model that was read', await valuesOf(again), expected);
  const x = floats([2, ...(model.inputs[0]!.shape.slice(1) as number[])]);
  const outputs = async (one: Model): Promise<HostTensor> =>
    (await one.predict(x as never)) as unknown as HostTensor;
  assertClose(await outputs(again), await outputs(model), 0, 'what both predict');
}

async function writesTheSame(subject: FormatSubject): Promise<void> {
  const { use, format } = subject;
  const known = await subject.known();
  const model = filled(subject, known);
  const [first, second] = [
    await use.write(known, model, nameOf(format)),
    await use.write(known, model, nameOf(format)),
  ];
  const at = first.bytes.findIndex((byte, i) => byte !== second.bytes[i]);
  if (at >= 0 || first.bytes.length !== second.bytes.length)
    throw new Error(`the bytes of two files of one model differ, first at ${at}`);
}

async function knowsItsBytes(subject: FormatSubject): Promise<void> {
  const { use, format } = subject;
  const known = await subject.known();
  const { bytes } = await use.write(known, filled(subject, known), nameOf(format));
  assertSame(format.matches!(bytes), true, 'matches() of its own bytes');
  const noise = Uint8Array.from({ length: 512 }, (_, i) => (i * 131 + 89) % 256);
  const words = new TextEncoder().encode('{"a": [1, 2]} some text that is nothing else');
  for (const other of [new Uint8Array(0), noise, words])
    assertSame(format.matches!(other), false, `matches() of ${other.length} bytes that are none of its own`);
}

/** Reads bytes: undefined, or the error. Throws where that has no code, or the model is another then. */
async function damage(
  subject: FormatSubject,
  known: Known,
  file: FileInMemory,
  what: string,
): Promise<unknown> {
  const model = filled(subject, known, 5);
  const before = await valuesOf(model);
  let failure: unknown;
  try {
    await subject.use.read(known, file, model);
  } catch (error) {
    failure = error;
    if (!isLamellaError(error)) throw new Error(`${what}: expected an error with a code`, { cause: error });
    assertValues(`${what} was refused; the model after it`, await valuesOf(model), before);
  }
  return failure;
}

async function refusesDamage(subject: FormatSubject): Promise<void> {
  const { use, format, hasChecksum } = subject;
  const known = await subject.known();
  const file = await use.write(known, filled(subject, known), nameOf(format));
  const { bytes } = file;
  for (const share of [0, 0.25, 0.5, 0.75]) {
    const cut = { ...file, bytes: bytes.slice(0, Math.floor(share * bytes.length)) };
    const what = `a file that ends after ${cut.bytes.length} of ${bytes.length} bytes`;
    if ((await damage(subject, known, cut, what)) === undefined) throw new Error(`${what} was read`);
  }
  for (let i = 0; i < 48; i++) {
    const changed = bytes.slice();
    const at = Math.floor((((i + 1) * 0.6180339887498949) % 1) * bytes.length);
    changed[at]! ^= 1 << (i % 8);
    const what = `a file with byte ${at} changed`;
    const failure = await damage(subject, known, { ...file, bytes: changed }, what);
    if (hasChecksum && failure === undefined) throw new Error(`${what} was read`);
  }
}

async function refusesOthers(subject: FormatSubject): Promise<void> {
  const { use, format } = subject;
  const known = await subject.known();
  const model = filled(subject, known, 5);
  const before = await valuesOf(model);
  // The last weight alone is another one's: a reader that sets as it goes has set the others by then.
  const written = filled(subject, known);
  const other = known.sequential(
    [...written.sublayers.slice(0, -1), dense({ units: 7, name: model.sublayers.at(-1)!.name })],
    { inputShape: model.inputs[0]!.shape.slice(1) as number[] },
  ) as unknown as Model;
  const file = await use.write(known, other, nameOf(format));
  try {
    await use.read(known, file, model);
  } catch (error) {
    if (!isLamellaError(error)) throw new Error('expected an error with a code', { cause: error });
    assertValues('a file was refused; the model after it', await valuesOf(model), before);
    return;
  }
  throw new Error('weights of other shapes were read');
}

async function isWholeOnDisk(subject: FormatSubject): Promise<void> {
  const { mkdtemp, readdir, rm } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const { join } = await import('node:path');
  const { use, format } = subject;
  const known = await subject.known();
  const folder = await mkdtemp(join(tmpdir(), 'lamella-format-'));
  try {
    const path = join(folder, nameOf(format));
    await use.save(known, filled(subject, known, -3), path);
    const model = filled(subject, known);
    await use.save(known, model, path);
    const { siblings = {} } = await use.write(known, model, nameOf(format));
    const again = await use.readPath(known, path, filled(subject, known, 5));
    assertValues('read from disk', await valuesOf(again), await valuesOf(model));
    const expected = new Set([nameOf(format), ...Object.keys(siblings)]);
    const found = await readdir(folder);
    const missing = [...expected].filter((name) => !found.includes(name));
    if (missing.length > 0)
      throw new Error(`${missing.join(', ')} is not in the folder: ${found.join(', ')}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function isInspected(subject: FormatSubject): Promise<void> {
  const { use, format } = subject;
  const known = await subject.known();
  const model = filled(subject, known);
  const { weights } = await known.inspectFile(await use.write(known, model, nameOf(format)));
  const listed = (shapes: readonly (readonly number[])[]): string =>
    shapes
      .map((shape) => `[${shape.join(', ')}]`)
      .sort()
      .join(' ');
  assertSame(
    listed(weights.map(({ shape }) => shape)),
    listed(model.weights.map(({ shape }) => shape)),
    'the shapes of the weights that inspectFile() lists',
  );
}

async function holdsALayer({ format, known: make }: FormatSubject): Promise<void> {
  const known = await make();
  const layer = dense({ units: 2, name: 'alone' });
  layer.ensureBuilt([null, 3]);
  const expected = await valuesOf(layer);
  const again = await known.loadModel<Layer>(await known.encodeModel(layer, nameOf(format)));
  assertSame(again.label, layer.label, 'the layer that was read');
  assertValues('the layer that was read', await valuesOf(again), expected);
}

const formatChecks: readonly Check<FormatSubject>[] = [
  { name: 'reads what it writes, to the last bit', run: readsWhatItWrites },
  { name: 'writes the same bytes again', run: writesTheSame },
  {
    name: 'knows its bytes from others',
    applies: ({ format }) => format.matches !== undefined,
    run: knowsItsBytes,
  },
  { name: 'refuses damaged bytes with a code, and changes nothing', run: refusesDamage },
  {
    name: 'refuses weights that do not fit, and changes nothing',
    applies: ({ use }) => use.of === 'weights',
    run: refusesOthers,
  },
  { name: 'is whole on disk, in place of what was there', run: isWholeOnDisk },
  {
    name: 'holds a layer that is no model',
    applies: ({ format, use }) => format.writeLayer !== undefined && use.of === 'models',
    run: holdsALayer,
  },
  {
    name: 'says what is in a file',
    applies: ({ format }) => format.inspect !== undefined,
    run: isInspected,
  },
];
