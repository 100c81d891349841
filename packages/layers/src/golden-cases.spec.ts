// What the specs share that compare with real Keras: reading fixtures/keras, configs to objects and back, one test a case.
// No test itself: jest.config.js passes it over.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import {
  callArgumentsOf,
  camelCase,
  clearNames,
  compose,
  input,
  isSerializable,
  isTensorSpec,
  mapArguments,
  snakeCase,
  snakeCaseClass,
  type Backend,
  type CallArguments,
  type ConfigValue,
  type LayerWithEnds,
  type Layer,
  type Serializable,
  type SymbolicTensor,
} from '@lamella/core';
import {
  allocateArray,
  Budget,
  flatten,
  HostTensor,
  sizeOf,
  type NumberDType,
  type SymbolicShape,
  type Tree,
} from '@lamella/program';
import { assertClose, callLayer, type LayerCall } from '@lamella/testing';
import * as constraints from './constraints/index.js';
import * as initializers from './initializers/index.js';
import * as layerClasses from './layer-classes.js';
import { layers } from './layers.js';
import * as regularizers from './regularizers/index.js';

/** The tolerance of all comparisons with Keras: absolute and relative. */
export const tolerance = 1e-5;

export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly dtype: NumberDType;
  readonly data: readonly (number | string | boolean)[];
}

interface GoldenWeight extends GoldenTensor {
  readonly name: string;
  readonly trainable: boolean;
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonRecord = { readonly [key: string]: Json };

interface GoldenLayerCase {
  readonly name: string;
  readonly config: JsonRecord;
  readonly training: boolean;
  readonly inputs: readonly GoldenTensor[];
  readonly args?: CallArguments<GoldenTensor>;
  readonly arg_gradients?: Readonly<Record<string, Tree<GoldenTensor | null>>>;
  readonly input_masks?: readonly (GoldenTensor | null)[];
  readonly weights: readonly GoldenWeight[];
  readonly outputs: readonly GoldenTensor[];
  /** Of one output; of several, `cotangents`. */
  readonly cotangent?: GoldenTensor;
  readonly cotangents?: readonly GoldenTensor[];
  readonly input_gradients: readonly (GoldenTensor | null)[];
  readonly weight_gradients: readonly GoldenWeight[];
  readonly updated_weights?: readonly GoldenWeight[];
  readonly losses?: readonly GoldenTensor[];
  readonly mask?: GoldenTensor | null;
  readonly keras_config: JsonRecord;
  readonly output_shape_symbolic: SymbolicShape;
  readonly other_shapes_symbolic?: readonly SymbolicShape[];
  readonly output_dtype: string;
}

/** A file of fixtures/keras. */
export function readGolden<T>(path: string): T {
  return JSON.parse(
    readFileSync(fileURLToPath(new URL(`../../../fixtures/keras/${path}.json`, import.meta.url)), 'utf8'),
  );
}

export function hostTensor({ shape, dtype, data }: GoldenTensor): HostTensor {
  const array = allocateArray(dtype, sizeOf(shape));
  data.forEach((value, i) => (array[i] = Number(value)));
  return new HostTensor(array, shape, dtype);
}

const families: Readonly<Record<string, object>> = {
  'keras.layers': layerClasses,
  'keras.initializers': initializers,
  'keras.regularizers': regularizers,
  'keras.constraints': constraints,
};

/** A class of this package by Keras' name. */
export function classOf(module: string, className: string): new (options: object) => Serializable {
  const found = Object.values(families[module] ?? {}).find(
    (value: { className?: unknown }) => value.className === className,
  );
  if (found === undefined) throw new Error(`no ${className} in ${module}`);
  return found;
}

/** Keras' config as options, with the objects in it made. */
export function optionsOf(config: JsonRecord): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [camelCase(key), valueOf(value)]));
}

function valueOf(value: Json): unknown {
  if (Array.isArray(value)) return (value as readonly Json[]).map(valueOf);
  if (typeof value !== 'object' || value === null) return value;
  const { module, class_name: className, config } = value as JsonRecord;
  return typeof className === 'string'
    ? new (classOf(module as string, className))(optionsOf(config as JsonRecord))
    : value;
}

/** An object as Keras writes it. */
export function kerasConfig(object: Serializable): JsonRecord {
  return Object.fromEntries(
    Object.entries(object.getConfig())
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [snakeCase(key), kerasValue(value)]),
  );
}

function kerasValue(value: ConfigValue): Json {
  if (Array.isArray(value)) return (value as readonly ConfigValue[]).map(kerasValue);
  if (!isSerializable(value)) return value as Json;
  const { kind, className } = value;
  return {
    module: `keras.${kind}`,
    class_name: className,
    config: kerasConfig(value),
    registered_name: null,
  };
}

/** What Keras writes into configs and Lamella leaves to the files: the dtype policy, what only Keras' own engines use. */
const filesOwn: ReadonlySet<string> = new Set([
  'dtype',
  'build_config',
  'quantization_config',
  'synchronized',
]);

/** Keras' config without what only concerns files, floats as Python's float32 prints them rounded back. */
export function comparable(value: Json): Json {
  if (typeof value === 'number') return Number(value.toPrecision(7));
  if (Array.isArray(value)) return (value as readonly Json[]).map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !filesOwn.has(key))
      .map(([key, item]) => [key, comparable(item)]),
  );
}

/** Declares a test for each case that real Keras answered for this class: fixtures/keras/layers. */
export function testAgainstKeras(layerClass: { readonly className: string }): void {
  const { className } = layerClass;
  const { cases } = readGolden<{ cases: readonly GoldenLayerCase[] }>(`layers/${snakeCaseClass(className)}`);
  for (const [name, backend] of Object.entries({ cpu, onnx })) {
    describe(`${className} computes what Keras computes, on backend-${name}:`, () => {
      for (const golden of cases) it(golden.name, () => compare(className, golden, backend()));
    });
  }
}

async function compare(className: string, golden: GoldenLayerCase, backend: Backend): Promise<void> {
  // As the oracle does for each case, so that names are numbered from the start.
  clearNames();
  const layer = new (classOf('keras.layers', className))(optionsOf(golden.config)) as Layer;
  const isList = golden.inputs.length > 1;
  const symbolOf = ({ shape, dtype }: GoldenTensor): SymbolicTensor =>
    input({ batchShape: [null, ...shape.slice(1)], dtype });
  const symbols = golden.inputs.map(symbolOf);
  const args = Object.fromEntries(
    Object.entries(golden.args ?? {}).map(([name, value]) => [camelCase(name), value]),
  );
  const symbolicArgs = mapArguments(args, symbolOf);
  const [symbolic, ...others] = flatten(layer.apply(isList ? symbols : symbols[0]!, symbolicArgs));
  expect([symbolic!.shape, symbolic!.dtype]).toEqual([golden.output_shape_symbolic, golden.output_dtype]);
  expect(others.map(({ shape }) => shape)).toEqual(golden.other_shapes_symbolic ?? []);
  expect(layer.weights.map((weight) => [weight.shortName, weight.shape])).toEqual(
    golden.weights.map(({ name, shape }) => [name, shape]),
  );
  expect(comparable(kerasConfig(layer))).toEqual(comparable(golden.keras_config));

  layer.setWeights(golden.weights.map(hostTensor));
  const masks = (golden.input_masks ?? []).map((mask) => (mask === null ? null : hostTensor(mask)));
  const call: LayerCall = {
    inputs: isList ? golden.inputs.map(hostTensor) : hostTensor(golden.inputs[0]!),
    args: mapArguments(args, hostTensor),
    training: golden.training,
    cotangents: (golden.cotangents ?? [golden.cotangent!]).map(hostTensor),
  };
  // Of layers of several inputs that take no masks, the oracle only asks for the mask that comes out.
  const takesMasks = !isList || callArgumentsOf(layer).includes('mask');
  const result = await callLayer(layer, takesMasks ? { ...call, masks } : call, backend);
  compareAll('output', result.outputs, golden.outputs);
  compareAll('gradient of input', result.inputGradients, [
    ...golden.input_gradients,
    ...flatten<GoldenTensor | null>(Object.values(golden.arg_gradients ?? {}), isTensorSpec),
  ]);
  const trained = layer.weights.flatMap((weight, i) => (weight.trainable && layer.trainable ? [i] : []));
  compareAll(
    'gradient of weight',
    trained.map((i) => result.weightGradients[i] ?? HostTensor.zeros(layer.weights[i]!.shape)),
    golden.weight_gradients,
  );
  compareAll('weight after the call', result.weights, golden.updated_weights ?? golden.weights);
  // Keras asks this layer before those inside it, whose loss is added first.
  const isAskedFirst = layer.className === 'GroupQueryAttention';
  const ordered = <T extends { readonly data: ArrayLike<unknown> }>(losses: readonly T[]): readonly T[] =>
    isAskedFirst ? [...losses].sort((a, b) => Number(a.data[0]) - Number(b.data[0])) : losses;
  if (golden.losses !== undefined) compareAll('loss', ordered(result.losses), ordered(golden.losses));
  if (golden.mask !== undefined)
    compareAll('mask', (await callLayer(layer, { ...call, masks }, backend)).masks.slice(0, 1), [
      golden.mask,
    ]);
}

function compareAll(
  what: string,
  actual: readonly (HostTensor | null)[],
  expected: readonly (GoldenTensor | null)[],
): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((golden, i) => {
    const got = actual[i] ?? null;
    if (golden === null) expect(got).toBeNull();
    else if (got === null)
      assertClose(HostTensor.zeros(golden.shape), hostTensor(golden), tolerance, `${what} ${i}`);
    else assertClose(got, hostTensor(golden), tolerance, `${what} ${i}`);
  });
}

/** A model through the bytes of a .keras file and back. */
export async function reload(model: LayerWithEnds): Promise<Layer> {
  // One after the other: jest's loader of modules may lose one that two imports ask for at a time.
  const { io } = await import('@lamella/io');
  const { training } = await import('@lamella/training');
  const composition = compose({ backend: cpu(), plugins: [layers, training, io] });
  const format = composition.formats.find(({ extensions }) => extensions.includes('.keras'))!;
  const context = { file: 'model.keras', composition, options: {}, budget: Budget.ofFile('model.keras', 0) };
  const written = await format.writeModel!(model, context);
  return format.readModel!('bytes' in written ? written.bytes : written, context);
}

/** Applies a layer to two inputs of different shapes, without the batch. */
export function applyTwice(layer: Layer, first: SymbolicShape, second: SymbolicShape): void {
  for (const shape of [first, second]) layer.apply(input({ shape }));
}
