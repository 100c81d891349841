// The plugin: saveModel(net, 'x.onnx') and the export functions, for compose(). It brings no backend; that is onnx().
import type { Composition, Format, Plugin } from '@lamella/core';
import { graphDTypes } from '../graph-dtypes.js';
import { encodeModel } from '../model/onnx-model.js';
import { exportedModel, exportOnnx, type OnnxExportOptions } from './export-onnx.js';
import { exportTrainingStep } from './export-training-step.js';

/** `.onnx` files, which can be written only; options are those of {@link exportOnnx}. */
export const onnxFormat: Format = {
  name: 'onnx',
  extensions: ['.onnx'],
  writeModel: async (model, { options, composition }) =>
    encodeModel(await exportedModel(model, { ...broughtTo(composition), ...(options as OnnxExportOptions) })),
};

/** The functions that {@link onnxExport} gives to a composition: they know the lowerings that its plugins bring. */
export interface OnnxExportApi {
  readonly exportOnnx: typeof exportOnnx;
  readonly exportTrainingStep: typeof exportTrainingStep;
}

/** Models as `.onnx` files, for compose(). */
export const onnxExport: Plugin<OnnxExportApi> = {
  name: '@lamella/backend-onnx',
  formats: [onnxFormat],
  api: (composition) => ({
    exportOnnx: knowing(exportOnnx, composition),
    exportTrainingStep: knowing(exportTrainingStep, composition),
  }),
};

function broughtTo({ lowerings }: Composition): Pick<OnnxExportOptions, 'lowerings'> {
  const brought = lowerings?.get(graphDTypes.name);
  return brought === undefined ? {} : { lowerings: brought };
}

/** An export whose options, which come last, begin with the lowerings of a composition. */
function knowing<F extends typeof exportOnnx | typeof exportTrainingStep>(
  run: F,
  composition: Composition,
): F {
  const more = broughtTo(composition);
  const export_ = run as (...args: readonly unknown[]) => unknown;
  return ((model: unknown, ...rest: readonly [unknown?, unknown?]) =>
    typeof rest[0] === 'string'
      ? export_(model, rest[0], { ...more, ...(rest[1] as object) })
      : export_(model, { ...more, ...(rest[0] as object) })) as F;
}
