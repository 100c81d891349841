// What testLayer asks of a layer, one function a promise. Each throws where the layer breaks it.
import {
  callContext,
  input,
  isTensorSpec,
  Layer,
  mapArguments,
  type CallArguments,
  type SymbolicTensor,
  type SymbolicTree,
  type TensorSpec,
} from '@lamella/core';
import { Functional, type Model } from '@lamella/training';
import {
  fitsShape,
  flatten,
  formatShape,
  type HostTensor,
  mapTree,
  sameShape,
  type Tree,
} from '@lamella/program';
import { assertClose, assertSame } from './assertions.js';
import { leavingNoTensors, type Check, type KitSettings } from './kit.js';
import { eagerly } from './compute.js';
import { throughConfig } from './through-config.js';
import { throughFiles } from './test-layer-files.js';
import { checkGradients } from './test-layer-gradients.js';
import { callLayer, tensorsOf, type LayerCall, type LayerResult } from './test-layer-program.js';

/** One way to make and call a layer. */
export interface LayerCase<Options> {
  /** What is special about it, e.g. "without a bias". */
  readonly name: string;
  readonly options: Options;
  /** What the layer is called on: one tensor, or lists and records of them. */
  readonly inputs: Tree<HostTensor>;
  /** The arguments of the call by name: tensors and plain values. */
  readonly args?: CallArguments<HostTensor>;
  /** The mask of each leaf of the inputs, bool, or null. */
  readonly masks?: readonly (HostTensor | null)[];
  /** What comes out, where the layer has no weights or an initializer without randomness. */
  readonly outputs?: Tree<HostTensor>;
  /** Whether training changes the outputs or the weights. Default: `same`. */
  readonly inTraining?: 'same' | 'differs';
  /** False where a gradient cannot be told from differences, e.g. of steps. Default: true. */
  readonly hasGradient?: boolean;
}

/** What the checks of a case work with. */
export interface LayerSubject extends KitSettings {
  readonly create: () => Layer;
  readonly given: LayerCase<unknown>;
  readonly gradientTolerance: number;
  readonly reload: ((model: Model) => Promise<Layer>) | undefined;
}

function callOf({ inputs, args, masks }: LayerCase<unknown>, training = false): LayerCall {
  return {
    inputs,
    training,
    ...(args !== undefined && { args }),
    ...(masks !== undefined && { masks }),
  };
}

/** What a layer is applied to in a graph. */
interface SymbolicCall {
  readonly inputs: SymbolicTree;
  readonly args: CallArguments<SymbolicTensor>;
  /** The tensors of both, in the order of {@link tensorsOf}. */
  readonly tensors: readonly SymbolicTensor[];
}

/** Symbolic inputs for a case, with the batch unknown or as it is. */
function symbols(given: LayerCase<unknown>, batch: 'unknown' | 'known' = 'unknown'): SymbolicCall {
  const tensors: SymbolicTensor[] = [];
  const symbol = ({ shape, dtype }: HostTensor): SymbolicTensor => {
    const tensor = input({ batchShape: batch === 'known' ? shape : [null, ...shape.slice(1)], dtype });
    tensors.push(tensor);
    return tensor;
  };
  const inputs = mapTree(given.inputs, symbol);
  return { inputs, args: mapArguments(given.args ?? {}, symbol), tensors };
}

function apply(layer: Layer, { inputs, args }: SymbolicCall): readonly SymbolicTensor[] {
  return flatten(layer.apply(inputs, args));
}

/** Throws unless two calls gave the same outputs and losses. */
export function assertAlike(
  what: string,
  actual: LayerResult,
  expected: LayerResult,
  tolerance: number,
): void {
  assertSame(actual.outputs.length, expected.outputs.length, `${what}: number of outputs`);
  expected.outputs.forEach((tensor, i) =>
    assertClose(actual.outputs[i]!, tensor, tolerance, `${what}: output ${i}`),
  );
  expected.losses.forEach((tensor, i) =>
    assertClose(actual.losses[i]!, tensor, tolerance, `${what}: loss ${i}`),
  );
}

async function infersShapes({ create, given, backend }: LayerSubject): Promise<void> {
  const layer = create();
  const unknown = apply(layer, symbols(given));
  const known = apply(create(), symbols(given, 'known'));
  const { outputs } = await callLayer(layer, callOf(given), backend);
  assertSame(unknown.length, outputs.length, 'number of outputs');
  outputs.forEach(({ shape, dtype }, i) => {
    assertSame(unknown[i]!.dtype, dtype, `inferred dtype of output ${i}`);
    if (!fitsShape(shape, unknown[i]!.shape) || !sameShape(shape, known[i]!.shape as number[])) {
      throw new Error(
        `output ${i} has shape ${formatShape(shape)}, but ${formatShape(known[i]!.shape)} was inferred, ` +
          `and ${formatShape(unknown[i]!.shape)} for an unknown batch`,
      );
    }
  });
  // A layer's own computeOutputs must agree with what capturing its call finds.
  const specOf = ({ shape, dtype }: SymbolicTensor): TensorSpec => ({ shape, dtype });
  const call = symbols(given);
  const specs = [mapTree(call.inputs, specOf), mapArguments(call.args, specOf)] as const;
  const listed = (outputs: Tree<TensorSpec>): string =>
    flatten(outputs, isTensorSpec)
      .map(({ shape, dtype }) => dtype + formatShape(shape))
      .join(' ');
  const captured = Layer.prototype.computeOutputs.call(layer, ...specs);
  assertSame(
    listed(layer.computeOutputs(...specs)),
    listed(captured),
    'what computeOutputs says, against what a capture finds',
  );
}

async function survivesConfig(subject: LayerSubject): Promise<void> {
  const { create, given, backend, plugins } = subject;
  const layer = create();
  const again = await throughConfig(layer, given.options, plugins);
  const call = callOf(given, given.inTraining === 'differs');
  const expected = await callLayer(layer, call, backend);
  // Layers inside it are built by a call, not by building it.
  apply(again, symbols(given));
  again.setWeights(await layer.getWeights());
  assertAlike('made from its config', await callLayer(again, call, backend), expected, 0);
}

async function obeysTraining({ create, given, backend }: LayerSubject): Promise<void> {
  const layer = create();
  const [inference, training] = [
    await callLayer(layer, callOf(given), backend),
    await callLayer(layer, callOf(given, true), backend),
  ];
  for (const [i, weight] of layer.weights.entries())
    assertClose(
      inference.weights[i]!,
      await weight.values(),
      0,
      `${weight.name} after a call outside training`,
    );
  const isSame = ([a, b]: readonly [readonly HostTensor[], readonly HostTensor[]]): boolean =>
    a.every(({ data }, i) => data.every((value, k) => Object.is(value, b[i]!.data[k])));
  const differs =
    !isSame([inference.outputs, training.outputs]) || !isSame([inference.weights, training.weights]);
  if (differs !== (given.inTraining === 'differs'))
    throw new Error(
      `in training the layer ${differs ? 'does otherwise' : 'does the same'}, unlike its case says`,
    );
}

async function sharesWeights({ create, given, backend }: LayerSubject): Promise<void> {
  const layer = create();
  const [first, second] = [symbols(given), symbols(given)];
  const outputs = [...apply(layer, first), ...apply(layer, second)];
  assertSame(layer.inboundNodes.length, 2, 'number of calls');
  const model = new Functional({ inputs: [...first.tensors, ...second.tensors], outputs });
  assertSame(model.weights.length, layer.weights.length, 'number of weights of a model that uses it twice');
  const call = callOf(given);
  const alone = await callLayer(layer, call, backend);
  const tensors = tensorsOf(call);
  const masks = tensors.map((_, i) => call.masks?.[i] ?? null);
  const twice = await callLayer(
    model,
    { inputs: [...tensors, ...tensors], masks: [...masks, ...masks] },
    backend,
  );
  const both = { ...alone, outputs: [...alone.outputs, ...alone.outputs], losses: [] };
  assertAlike('used twice', twice, both, 0);
}

async function capturesWhatItComputes({ create, given, backend, tolerance }: LayerSubject): Promise<void> {
  const layer = create();
  const call = callOf(given);
  const captured = await callLayer(layer, call, backend);
  const outputs = await eagerly(() => {
    const masks = flatten(call.inputs).map((_, i) => call.masks?.[i]?.tensor() ?? null);
    const args = mapArguments(call.args ?? {}, (tensor) => tensor.tensor());
    const inputs = mapTree(call.inputs, (tensor) => tensor.tensor());
    return layer.invoke(inputs, callContext({ masks, args })).outputs;
  });
  assertAlike('replayed', captured, { ...captured, outputs, losses: [] }, tolerance);
}

async function givesOutputs({ create, given, backends, tolerance }: LayerSubject): Promise<void> {
  const expected = flatten(given.outputs!);
  for (const backend of backends) {
    const { outputs } = await callLayer(create(), callOf(given), backend);
    assertSame(outputs.length, expected.length, 'number of outputs');
    expected.forEach((tensor, i) =>
      assertClose(outputs[i]!, tensor, tolerance, `output ${i} on ${backend.name}`),
    );
  }
}

async function hasRightGradients(subject: LayerSubject): Promise<void> {
  const { create, given, backend, gradientTolerance } = subject;
  await checkGradients(create(), callOf(given), backend, gradientTolerance);
  if (given.inTraining === 'differs')
    await checkGradients(create(), callOf(given, true), backend, gradientTolerance);
}

/** The layer applied once, as a model of the tensors that the case has. */
export function modelOf(subject: LayerSubject): { readonly layer: Layer; readonly model: Functional } {
  const symbolic = symbols(subject.given);
  const layer = subject.create();
  return {
    layer,
    model: new Functional({ inputs: symbolic.tensors, outputs: [...apply(layer, symbolic)] }),
  };
}

/** What a model of {@link modelOf} computes for the case. */
export function callModel({ given, backend }: LayerSubject, model: Layer): Promise<LayerResult> {
  return callLayer(model, { ...callOf(given), inputs: tensorsOf(callOf(given)), args: {} }, backend);
}

async function survivesFiles(subject: LayerSubject): Promise<void> {
  const { layer, model } = modelOf(subject);
  const { reload } = subject;
  const expected = await callModel(subject, model);
  const ways = reload === undefined ? throughFiles(model, layer, subject) : [() => reload(model)];
  for (const way of ways) {
    const again = await way();
    if (again !== undefined) assertAlike('saved and loaded', await callModel(subject, again), expected, 0);
  }
}

async function leavesNoTensors({ create, given, backend }: LayerSubject): Promise<void> {
  const use = async (): Promise<void> => {
    const layer = create();
    apply(layer, symbols(given));
    await callLayer(layer, callOf(given, true), backend);
    layer.getConfig();
  };
  await use();
  await leavingNoTensors(use, 'after building, applying and running');
}

/** All promises, in the order in which they are worth reading. */
export const layerChecks: readonly Check<LayerSubject>[] = [
  {
    name: 'gives the expected outputs',
    applies: ({ given }) => given.outputs !== undefined,
    run: givesOutputs,
  },
  { name: 'infers the shapes and dtypes that it computes', run: infersShapes },
  { name: 'comes back from its config, and computes the same', run: survivesConfig },
  {
    name: 'has the gradients that finite differences have',
    applies: ({ given }) => given.hasGradient !== false,
    run: hasRightGradients,
  },
  { name: 'does otherwise in training exactly where its case says so', run: obeysTraining },
  { name: 'shares its weights where it is applied twice', run: sharesWeights },
  { name: 'computes the same captured and at once', run: capturesWhatItComputes },
  { name: 'predicts the same after its model was saved and loaded', run: survivesFiles },
  { name: 'leaves no tfjs tensor behind', run: leavesNoTensors },
];
