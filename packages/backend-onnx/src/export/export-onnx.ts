// exportOnnx: a model's forward pass as an `.onnx` file for any ONNX runtime, Lambdas included. It cannot be read back.
import {
  callContext,
  hostLayerMisplaced,
  isLayer,
  isInputLayer,
  optionInvalid,
  type LayerWithEnds,
  type Weight,
  checkOptionNames,
  type KernelLowerings,
  type OptionNames,
} from '@lamella/core';
import { writeFile } from '@lamella/files/write-file';
import {
  capture,
  flatten,
  isConcrete,
  shapesAt,
  unflatten,
  withUnknowns,
  type Captured,
  type Shape,
  type NumberDType,
  type SymbolicShape,
} from '@lamella/program';
import { heldInGraph, inGraphDTypes } from '../graph-dtypes.js';
import { lowerToModel, type LoweredModel } from '../lower-program.js';
import { encodeModel, type OnnxModel } from '../model/onnx-model.js';
import { fuseBias } from '../passes/fuse-bias.js';
import { kernelsFor } from '../onnx-lowerings.js';
import { prepareProgram } from '../passes/prepare-program.js';
import { lowerSymbolicToModel } from '../symbolic/lower-symbolic.js';
import { shareConstants } from '../symbolic/share-constants.js';
import { finishExport } from './finish-export.js';
import { drawInGraph } from './random-nodes.js';

export interface OnnxExportOptions {
  /** Exports for batches of this size alone. Default: for all sizes. */
  readonly batchSize?: number;
  /** Shapes, batch included, for inputs some of whose sizes the model leaves open. Default: open in the file too. */
  readonly shapes?: Readonly<Record<string, SymbolicShape>>;
  /**
   * Where the numbers of a sampling Lambda come from: further `inputs` of the graph, whose documentation says what they
   * must hold (the default), or `nodes` that draw their own, differently in each runtime.
   */
  readonly random?: 'inputs' | 'nodes';
  /** Lowerings of kernels beside those of this package. Default: those of the composition's plugins; for the bare function, none. */
  readonly lowerings?: KernelLowerings | undefined;
}

const onnxExportNames: OptionNames<OnnxExportOptions> = {
  batchSize: true,
  shapes: true,
  random: true,
  lowerings: true,
};

/**
 * The model as `.onnx`: inputs are named by the input layers, outputs by the layers they come from, initializers by the
 * weights, nodes by their layers. The batch is open. With a path the file is written too, and replaced whole.
 *
 * Throws: NOT_BATCH_POLYMORPHIC naming the operation that needs a known batch; KERNEL_UNSUPPORTED; DTYPE_UNSUPPORTED;
 * HOST_LAYER_MISPLACED for a model that strings enter; OPTION_INVALID; FILE_NOT_WRITTEN.
 *
 * @example
 * import { input } from '@lamella/core';
 * import { dense } from '@lamella/layers';
 * import { model } from '@lamella/training';
 * import { exportOnnx } from '@lamella/backend-onnx';
 *
 * const x = input({ shape: [4], name: 'x' });
 * const net = model({ inputs: x, outputs: dense({ units: 2 }).apply(x) });
 * const bytes = await exportOnnx(net);
 */
export async function exportOnnx(model: LayerWithEnds, options?: OnnxExportOptions): Promise<Uint8Array>;
export async function exportOnnx(
  model: LayerWithEnds,
  path: string,
  options?: OnnxExportOptions,
): Promise<Uint8Array>;
export async function exportOnnx(
  model: LayerWithEnds,
  pathOrOptions: string | OnnxExportOptions = {},
  more: OnnxExportOptions = {},
): Promise<Uint8Array> {
  const [path, options] =
    typeof pathOrOptions === 'string' ? [pathOrOptions, more] : [undefined, pathOrOptions];
  const bytes = encodeModel(await exportedModel(model, options));
  if (path !== undefined) await writeFile(path, bytes);
  return bytes;
}

/** What {@link exportOnnx} encodes. Throws: as that. */
export async function exportedModel(
  model: LayerWithEnds,
  options: OnnxExportOptions = {},
): Promise<OnnxModel> {
  checkOptionNames('exportOnnx()', options, onnxExportNames);
  if (!isLayer(model)) throw optionInvalid('exportOnnx()', 'model', 'a model', typeof model);
  if (model.hostPart?.isNeeded === true)
    throw hostLayerMisplaced(
      model.label,
      'strings are looked up in host memory before it, and an .onnx file holds only what is compiled',
      'export what stands behind: model({ inputs: lookup.output, outputs })',
    );
  checkOptions(model, options);
  const shapes = inputShapes(model, options);
  const captured = new Map<string, Captured>();
  const captureAt = (sized: readonly Shape[]): Captured => {
    const found = captured.get(JSON.stringify(sized)) ?? captureForward(model, sized);
    captured.set(JSON.stringify(sized), found);
    return found;
  };
  const lowered = lower(model, shapes, options, (sized) => captureAt(sized).program);
  const { program, slots } = captured.values().next().value!;
  return finishExport({
    lowered,
    program,
    values: await Promise.all(
      (slots as readonly Weight[]).map(async (weight) => heldInGraph(await weight.values())),
    ),
    outputNames: model.outputs.map((tensor) => tensor.name),
    states: 'constants',
    name: model.name,
    seed: (model as { readonly seed?: number }).seed,
  }).model;
}

function lower(
  model: LayerWithEnds,
  shapes: readonly SymbolicShape[],
  options: OnnxExportOptions,
  programAt: (shapes: readonly Shape[]) => Captured['program'],
): LoweredModel {
  const transform = options.random === 'nodes' ? drawInGraph : undefined;
  const lowerings = kernelsFor('exportOnnx()', options.lowerings);
  if (shapes.every(isConcrete)) {
    const program = programAt(shapes);
    const alone = lowerToModel(fuseBias(prepareProgram(program)), { keepArguments: true, lowerings });
    const lowered = transform?.(alone, program) ?? alone;
    return { ...lowered, model: shareConstants(lowered.model) };
  }
  const args = model.inputs.map(({ name }, i) => ({ name, shape: shapes[i]! }));
  return withUnknowns(args, {
    subject: model.label,
    probe: programAt,
    derive: (unknowns) =>
      lowerSymbolicToModel((sizes) => programAt(shapesAt(args, unknowns, sizes)), {
        unknowns: unknowns.names,
        subject: model.label,
        lowerings,
        ...(transform && { transform }),
      }),
  });
}

function captureForward(model: LayerWithEnds, shapes: readonly Shape[]): Captured {
  const captured = capture(
    (...tensors) =>
      flatten(
        model.invoke(unflatten(model.inputStructure, tensors), callContext({ overridesTraining: true }))
          .outputs,
      ),
    model.inputs.map((tensor, i) => {
      const { layer } = tensor.node;
      const storage = (isInputLayer(layer) ? layer.dtype : tensor.dtype) as NumberDType;
      return { name: tensor.name, shape: shapes[i]!, dtype: tensor.dtype, storage };
    }),
    { subject: model.label },
  );
  return inGraphDTypes(captured);
}

function inputShapes(model: LayerWithEnds, { batchSize, shapes = {} }: OnnxExportOptions): SymbolicShape[] {
  return model.inputs.map(({ name, shape }) => {
    const [batch, ...rest] = Object.hasOwn(shapes, name) ? shapes[name]! : shape;
    return [batch ?? batchSize ?? null, ...rest];
  });
}

function checkOptions(model: LayerWithEnds, { batchSize, random, shapes = {} }: OnnxExportOptions): void {
  if (batchSize !== undefined && !(Number.isInteger(batchSize) && batchSize > 0))
    throw optionInvalid('exportOnnx()', 'batchSize', 'a positive whole number', batchSize);
  if (random !== undefined && random !== 'inputs' && random !== 'nodes')
    throw optionInvalid('exportOnnx()', 'random', '"inputs" or "nodes"', random);
  const names = model.inputs.map(({ name }) => name);
  const unknown = Object.keys(shapes).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw optionInvalid('exportOnnx()', 'shapes', `names of inputs (${names.join(', ')})`, unknown);
}
