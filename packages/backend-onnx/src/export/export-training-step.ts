// exportTrainingStep: one training step of a compiled model as an `.onnx` file: forward, loss, metrics, gradients and the
// optimizer's update in one pure graph. Who runs it feeds each new state to the next step.
import {
  getWeightValues,
  type LayerWithEnds,
  type KernelLowerings,
  type Weight,
  checkOptionNames,
  type OptionNames,
} from '@lamella/core';
import { writeFile } from '@lamella/files/write-file';
import type { Captured, HostTensor, NumberDType, Program, Shape, Tree } from '@lamella/program';
import { heldInGraph, inGraphDTypes } from '../graph-dtypes.js';
import { lowerToModel } from '../lower-program.js';
import { encodeModel } from '../model/onnx-model.js';
import { fuseBias } from '../passes/fuse-bias.js';
import { kernelsFor } from '../onnx-lowerings.js';
import { prepareProgram } from '../passes/prepare-program.js';
import { shareConstants } from '../symbolic/share-constants.js';
import { finishExport, type ExportedNames } from './finish-export.js';
import { drawInGraph } from './random-nodes.js';

/** What a model must have beside its ends; `Model` of @lamella/training has it. */
export interface TrainableModel extends LayerWithEnds {
  readonly optimizers: Readonly<Record<string, { readonly variables: readonly Weight[] }>>;
  captureTrainingStep(
    options: Omit<TrainingStepExportOptions, 'random' | 'defaults' | 'lowerings'>,
  ): Captured;
}

/** What data look like, without the batch. */
interface DataLike {
  readonly shape: Shape;
  readonly dtype: NumberDType;
}

export interface TrainingStepExportOptions {
  /** Gradients are those of batches of this size; a graph is for one. */
  readonly batchSize: number;
  /** What the data look like, for a step of the model's own that takes others than its inputs. */
  readonly inputs?: Tree<DataLike>;
  /** What the targets look like. Default: as the losses take them. */
  readonly targets?: Tree<DataLike>;
  /** Whether sample weights are inputs too. Default false. */
  readonly sampleWeights?: boolean;
  /** As in {@link exportOnnx}: dropout and the like. */
  readonly random?: 'inputs' | 'nodes';
  /**
   * Whether the file holds the present values of all state as defaults of the inputs, so that the first step need not be
   * given them. Runtimes of JavaScript know no such defaults, and would ignore what is fed. Default false.
   */
  readonly defaults?: boolean;
  /** As in {@link exportOnnx}. */
  readonly lowerings?: KernelLowerings | undefined;
}

const trainingStepExportNames: OptionNames<TrainingStepExportOptions> = {
  batchSize: true,
  inputs: true,
  targets: true,
  sampleWeights: true,
  random: true,
  defaults: true,
  lowerings: true,
};

/** A cell of state: which input of the graph takes its value, and which output gives the next one. */
export interface ExportedState {
  readonly input: string;
  /** Null for state that the step only reads: the learning rate, frozen weights. */
  readonly output: string | null;
  /** What it belongs to. That of metrics starts at zero, once for each epoch. */
  readonly kind: 'weight' | 'optimizer' | 'metric';
  /** Its present value. */
  readonly value: HostTensor;
}

export interface ExportedTrainingStep {
  /** The file. */
  readonly bytes: Uint8Array;
  readonly states: readonly ExportedState[];
}

/**
 * One training step as `.onnx`. Inputs: those of the model, `y_0` and so on, then state under the names of weights;
 * outputs: `loss` and the metrics by name, then the new state, whose outputs are named `<weight>:next`. The file's metadata
 * `lamella.states` maps the one to the other. Metrics, the loss too, are running means since their state was zero; a
 * learning rate that follows a schedule is state that the caller sets.
 *
 * Throws: NOT_COMPILED, KERNEL_UNSUPPORTED, DTYPE_UNSUPPORTED, OPTION_INVALID, FILE_NOT_WRITTEN.
 *
 * @example
 * import { input } from '@lamella/core';
 * import { dense } from '@lamella/layers';
 * import { model } from '@lamella/training';
 * import { exportTrainingStep } from '@lamella/backend-onnx';
 *
 * const x = input({ shape: [4], name: 'x' });
 * const net = model({ inputs: x, outputs: dense({ units: 2, name: 'out' }).apply(x) });
 * net.compile({ optimizer: 'sgd', loss: 'mse' });
 * const { states } = await exportTrainingStep(net, { batchSize: 8 });
 * states.find(({ input }) => input === 'out/kernel')?.output; // 'out/kernel:next'
 */
export async function exportTrainingStep(
  model: TrainableModel,
  options: TrainingStepExportOptions,
): Promise<ExportedTrainingStep>;
export async function exportTrainingStep(
  model: TrainableModel,
  path: string,
  options: TrainingStepExportOptions,
): Promise<ExportedTrainingStep>;
export async function exportTrainingStep(
  model: TrainableModel,
  ...rest: [TrainingStepExportOptions] | [string, TrainingStepExportOptions]
): Promise<ExportedTrainingStep> {
  const [path, options] = rest.length === 1 ? [undefined, rest[0]] : rest;
  checkOptionNames('exportTrainingStep()', options, trainingStepExportNames);
  const { batchSize, random, defaults, lowerings, ...data } = options;
  const { program, slots } = inGraphDTypes(model.captureTrainingStep({ batchSize, ...data }));
  const alone = lowerToModel(fuseBias(prepareProgram(program)), {
    keepArguments: true,
    lowerings: kernelsFor('exportTrainingStep()', lowerings),
  });
  const lowered = random === 'nodes' ? drawInGraph(alone, program) : alone;
  const weights = slots as readonly Weight[];
  const values = (await getWeightValues(weights)).map(heldInGraph);
  const ofOptimizers = new Set(Object.values(model.optimizers).flatMap(({ variables }) => variables));
  const kindOf = (slot: Weight): ExportedState['kind'] =>
    model.weights.includes(slot) ? 'weight' : ofOptimizers.has(slot) ? 'optimizer' : 'metric';
  const statesOf = (known: ExportedNames): ExportedState[] =>
    pairs(program, known).map(({ slot, ...pair }) => ({
      ...pair,
      kind: kindOf(weights[slot]!),
      value: values[slot]!,
    }));
  const { model: graph, names } = finishExport({
    lowered: { ...lowered, model: shareConstants(lowered.model) },
    program,
    values,
    outputNames: outputNames(program),
    states: defaults === true ? 'defaults' : 'inputs',
    name: model.name,
    seed: (model as { readonly seed?: number }).seed,
    metadata: (known) => ({
      'lamella.batch_size': String(batchSize),
      'lamella.states': JSON.stringify(
        Object.fromEntries(statesOf(known).map(({ input, output, kind }) => [input, { output, kind }])),
      ),
    }),
  });
  const bytes = encodeModel(graph);
  if (path !== undefined) await writeFile(path, bytes);
  return { bytes, states: statesOf(names) };
}

/** The logs by name; what is the next value of a state is called by it. */
function outputNames(program: Program): string[] {
  const updated = new Set(program.updates.map(({ output }) => output));
  return program.outputs.map(({ name }, i) => (updated.has(i) ? `${name}:next` : name));
}

function pairs(
  program: Program,
  { inputs, outputs }: ExportedNames,
): { input: string; output: string | null; slot: number }[] {
  let next = 0;
  return program.inputs.flatMap(({ kind }, i) => {
    if (kind !== 'state') return [];
    const slot = next++;
    const update = program.updates.find(({ input }) => input === i);
    const output = update === undefined ? null : (outputs[update.output] ?? null);
    return inputs[i] === undefined ? [] : [{ input: inputs[i], output, slot }];
  });
}
