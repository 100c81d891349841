// plotModel(): a picture of a model, as text or in a file. Source: keras.utils.plot_model, keras.utils.model_to_dot.
import type { Layer } from '@lamella/core';
import { writeFile } from '@lamella/files';
import { dotToSvg } from './dot-to-svg.js';
import { pictureUnknown } from './errors.js';
import { graphOfModel } from './graph-of-model.js';
import { graphToDot } from './graph-to-dot.js';
import { plotOptions, type PlotOptions } from './plot-options.js';
import { svgToPng } from './svg-to-png.js';

/**
 * A model in Graphviz' DOT language. Throws: LAYER_NOT_BUILT, OPTION_INVALID, OPTION_UNKNOWN.
 * Source: keras.utils.model_to_dot.
 *
 * @example
 * import { input } from '@lamella/core';
 * import { dense } from '@lamella/layers';
 * import { Functional } from '@lamella/training';
 * import { modelToDot } from '@lamella/vis';
 *
 * const x = input({ shape: [3], name: 'x' });
 * const dot = modelToDot(new Functional({ inputs: x, outputs: dense({ units: 2 }).apply(x) }));
 * dot.includes('layer_0 -> layer_1;'); // true
 */
export function modelToDot(model: Layer, options: PlotOptions = {}): string {
  return graphToDot(graphOfModel(model), plotOptions('modelToDot()', options, true));
}

/** A picture of a model as SVG, for pages and notebooks. Throws: LAYER_NOT_BUILT, OPTION_INVALID, OPTION_UNKNOWN, PICTURE_FAILED. */
export async function modelToSvg(model: Layer, options: PlotOptions = {}): Promise<string> {
  return dotToSvg(graphToDot(graphOfModel(model), plotOptions('modelToSvg()', options)));
}

/** Keras' `dpi`, of pictures that are pixels. */
const pixelsPerInch = 200;

/**
 * Draws a model into a file that ends in `.svg`, `.png` or `.dot`: a box a layer, with what options ask for, and an arrow a tensor.
 * Lambdas list the operations of their Programs. Pixels are drawn by `@resvg/resvg-js`, which is installed beside, in Node; they are
 * Keras' 200 an inch unless `dpi` says otherwise. Source: keras.utils.plot_model.
 *
 * Throws: FORMAT_UNKNOWN, LAYER_NOT_BUILT, OPTION_INVALID, OPTION_UNKNOWN, PICTURE_FAILED, RASTERIZER_UNAVAILABLE, FILE_NOT_WRITTEN.
 */
export async function plotModel(model: Layer, toFile: string, options: PlotOptions = {}): Promise<void> {
  const ending = /\.(svg|png|dot|gv)$/i.exec(toFile)?.[1]?.toLowerCase();
  if (ending === undefined) throw pictureUnknown(toFile);
  const isPng = ending === 'png';
  const all = isPng ? { ...options, dpi: options.dpi ?? pixelsPerInch } : options;
  const dot = graphToDot(graphOfModel(model), plotOptions('plotModel()', all));
  await writeFile(toFile, await pictureOf(dot, ending));
}

async function pictureOf(dot: string, ending: string): Promise<Uint8Array> {
  if (ending === 'png') return svgToPng(await dotToSvg(dot));
  return new TextEncoder().encode(ending === 'svg' ? await dotToSvg(dot) : dot);
}
