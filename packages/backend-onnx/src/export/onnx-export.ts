// The plugin: saveModel(net, 'x.onnx') and the export functions, for compose(). It brings no backend; that is onnx().
import type { Format, Plugin } from '@lamella/core';
import { encodeModel } from '../model/onnx-model.js';
import { exportedModel, exportOnnx, type OnnxExportOptions } from './export-onnx.js';
import { exportTrainingStep } from './export-training-step.js';

/** `.onnx` files, which can be written only; options are those of {@link exportOnnx}. */
export const onnxFormat: Format = {
  name: 'onnx',
  extensions: ['.onnx'],
  writeModel: async (model, { options }) =>
    encodeModel(await exportedModel(model, options as OnnxExportOptions)),
};

/** The functions that {@link onnxExport} gives to a composition. */
export interface OnnxExportApi {
  readonly exportOnnx: typeof exportOnnx;
  readonly exportTrainingStep: typeof exportTrainingStep;
}

/** Models as `.onnx` files, for compose(). */
export const onnxExport: Plugin<OnnxExportApi> = {
  name: '@lamella/backend-onnx',
  formats: [onnxFormat],
  api: () => ({ exportOnnx, exportTrainingStep }),
};
