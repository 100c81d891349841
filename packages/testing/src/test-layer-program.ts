// One layer as a Program on a backend: outputs, masks, losses and gradients for given inputs, again and again.
// Weights keep their values: what a call would make of them is a result like the others.
import * as tf from '@tensorflow/tfjs-core';
import {
  argumentTensors,
  callContext,
  getWeightValues,
  input,
  mapArguments,
  type Backend,
  type CallArguments,
  type Executable,
  type Layer,
  type SymbolicTensor,
  type Weight,
} from '@lamella/core';
import {
  capture,
  flatten,
  gradients,
  mapTree,
  type Captured,
  type HostTensor,
  type Tree,
} from '@lamella/program';
import { argumentsFor } from './kernel-case.js';
import { runProgram } from './run-program.js';

/** How a layer is called. */
export interface LayerCall {
  readonly inputs: Tree<HostTensor>;
  /** The arguments of the call by name. */
  readonly args?: CallArguments<HostTensor>;
  readonly training?: boolean;
  /** The mask of each leaf of the inputs, bool, or null. */
  readonly masks?: readonly (HostTensor | null)[];
  /** The gradient of each output to start from; where it is not given, there are no gradients. */
  readonly cotangents?: readonly HostTensor[];
}

/** All tensors of a call: the leaves of its inputs, then those among its arguments. */
export function tensorsOf({ inputs, args = {} }: LayerCall): readonly HostTensor[] {
  return [...flatten(inputs), ...argumentTensors(args)];
}

/** What came of a call. */
export interface LayerResult {
  readonly outputs: readonly HostTensor[];
  readonly masks: readonly (HostTensor | null)[];
  /** What the layer and its sublayers add to a model's loss, then the penalty of each weight that has a regularizer. */
  readonly losses: readonly HostTensor[];
  /** By tensor of the call; null for integers, and where nothing depends on it. */
  readonly inputGradients: readonly (HostTensor | null)[];
  /** By weight, in the order of `layer.weights`; null where it does not train, or nothing depends on it. */
  readonly weightGradients: readonly (HostTensor | null)[];
  /** The values of all weights after the call. */
  readonly weights: readonly HostTensor[];
}

type Family = 'outputs' | 'masks' | 'losses' | 'inputGradients' | 'weightGradients';

/** A layer, captured and compiled for one form of call. */
export class LayerProgram {
  private constructor(
    private readonly layer: Layer,
    private readonly captured: Captured,
    private readonly executable: Executable,
    private readonly places: Readonly<Record<Family, readonly (number | null)[]>>,
  ) {}

  /** Builds the layer where needed. Throws what the layer throws. */
  static async create(layer: Layer, call: LayerCall, backend: Backend): Promise<LayerProgram> {
    const places: Record<Family, (number | null)[]> = {
      outputs: [],
      masks: [],
      losses: [],
      inputGradients: [],
      weightGradients: [],
    };
    const results: tf.Tensor[] = [];
    const note = (family: Family, tensor: tf.Tensor | null): void => {
      places[family].push(tensor === null ? null : results.push(tensor) - 1);
    };
    const { masks = [], args = {} } = call;
    layer.ensureBuilt(
      mapTree(call.inputs, ({ shape }) => shape),
      mapArguments(args, ({ shape }) => shape),
    );
    // Layers inside it are built by its first call.
    const symbol = ({ shape, dtype }: HostTensor): SymbolicTensor => input({ batchShape: shape, dtype });
    if (layer.sublayers.some(({ isBuilt }) => !isBuilt))
      layer.apply(mapTree(call.inputs, symbol), mapArguments(args, symbol));
    const tensorCount = tensorsOf(call).length;
    const given = [...tensorsOf(call), ...masks.filter((mask) => mask !== null)];
    const captured = capture(
      (...tensors) => {
        const own = tensors.slice(0, tensorCount);
        const rest = tensors.slice(tensorCount);
        let next = 0;
        const inputs = mapTree(call.inputs, () => own[next++]!);
        const weights = layer.weights.map((weight) => weight.read());
        const losses: tf.Tensor[] = [];
        const context = callContext({
          training: call.training ?? false,
          masks: flatten(inputs).map((_, i) => ((masks[i] ?? null) === null ? null : rest.shift()!)),
          args: mapArguments(args, () => own[next++]!),
          losses,
        });
        const result = layer.invoke(inputs, context);
        const outputs = flatten(result.outputs);
        for (const output of outputs) note('outputs', output);
        for (const mask of result.masks) note('masks', mask);
        for (const loss of losses) note('losses', loss);
        layer.weights.forEach((weight, i) => {
          if (weight.regularizer !== null) note('losses', weight.regularizer.call(weights[i]!));
        });
        if (call.cotangents === undefined) return results;
        const total = outputs
          .map((output, i) => tf.sum(tf.mul(output, call.cotangents![i]!.tensor())))
          .reduce((a, b) => tf.add(a, b));
        const trainable = new Set<Weight>(layer.trainableWeights);
        const found = gradients(total, [...own, ...weights]);
        own.forEach((x, i) => note('inputGradients', x.dtype === 'float32' ? found[i]! : null));
        layer.weights.forEach((weight, i) =>
          note('weightGradients', trainable.has(weight) ? found[own.length + i]! : null),
        );
        return results;
      },
      argumentsFor(given),
      { subject: layer.label },
    );
    return new LayerProgram(layer, captured, await backend.compile(captured.program), places);
  }

  /** Calls the layer on other values of the same shapes, in the order of {@link tensorsOf}. `seed` decides what random layers draw. */
  async run(
    tensors: readonly HostTensor[],
    masks: readonly (HostTensor | null)[] = [],
    seed = 7,
  ): Promise<LayerResult> {
    const { program, slots } = this.captured;
    const state = await getWeightValues(slots as readonly Weight[]);
    const given = [...tensors, ...masks.filter((mask) => mask !== null), ...state];
    const results = await runProgram(this.executable, program, given, { seed, step: 0 });
    const pick = (family: Family): (HostTensor | null)[] =>
      this.places[family].map((place) => (place === null ? null : results[place]!));
    const updates = new Map(program.updates.map(({ input, output }) => [input, results[output]!]));
    const stateInputs = program.inputs.flatMap((input, i) => (input.kind === 'state' ? [i] : []));
    const after = new Map(slots.map((weight, i) => [weight, updates.get(stateInputs[i]!) ?? state[i]!]));
    const weights = this.layer.weights.map(async (weight) => after.get(weight) ?? weight.values());
    return {
      outputs: pick('outputs') as HostTensor[],
      masks: pick('masks'),
      losses: pick('losses') as HostTensor[],
      inputGradients: pick('inputGradients'),
      weightGradients: pick('weightGradients'),
      weights: await Promise.all(weights),
    };
  }

  dispose(): void {
    this.executable.dispose();
  }
}

/** Calls a layer once on a backend. Throws what the layer throws. */
export async function callLayer(layer: Layer, call: LayerCall, backend: Backend): Promise<LayerResult> {
  const program = await LayerProgram.create(layer, call, backend);
  try {
    return await program.run(tensorsOf(call), call.masks);
  } finally {
    program.dispose();
  }
}
