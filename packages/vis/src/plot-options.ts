// The options of pictures of models, under Keras' names.
import { checkOptionNames, optionInvalid, type OptionNames } from '@lamella/core';

const directions = ['TB', 'LR', 'BT', 'RL'] as const;
const splines = ['ortho', 'curved', 'polyline', 'spline', 'line'] as const;

/** What a picture of a model shows. Source: keras.utils.plot_model. */
export interface PlotOptions {
  /** Whether to show shapes. Default false. */
  readonly showShapes?: boolean;
  /** Whether to show the dtypes of outputs. Default false. */
  readonly showDtype?: boolean;
  /** Whether to show the layers' names beside their classes. Default false, and true in modelToDot(), as in Keras. */
  readonly showLayerNames?: boolean;
  /** From where to where it goes: `TB`, from top to bottom, `LR`, `BT` or `RL`. Default `TB`. */
  readonly rankdir?: (typeof directions)[number];
  /** Whether models inside are drawn as what they are made of, each in a frame. Default false. */
  readonly expandNested?: boolean;
  /** The size: so many dots for each inch of it. Default 96, at which text has the size of text on a page, and Keras' 200 for a `.png`. */
  readonly dpi?: number;
  /** Whether to show the activations of layers that have one. Default false. */
  readonly showLayerActivations?: boolean;
  /** Whether to show which layers train. Default false. */
  readonly showTrainable?: boolean;
  /** How lines run: `ortho`, `curved`, `polyline`, `spline` or `line`. Default `ortho`, which is `polyline` for more than 200 arrows. */
  readonly splines?: (typeof splines)[number];
}

const names: OptionNames<PlotOptions> = {
  showShapes: true,
  showDtype: true,
  showLayerNames: true,
  rankdir: true,
  expandNested: true,
  dpi: true,
  showLayerActivations: true,
  showTrainable: true,
  splines: true,
};

/** The options with their defaults. Throws: OPTION_INVALID, OPTION_UNKNOWN. */
export function plotOptions(
  subject: string,
  options: PlotOptions,
  showLayerNames = false,
): Required<PlotOptions> {
  checkOptionNames(subject, options, names);
  const all = {
    showShapes: false,
    showDtype: false,
    showLayerNames,
    rankdir: 'TB',
    expandNested: false,
    dpi: 96,
    showLayerActivations: false,
    showTrainable: false,
    splines: 'ortho',
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  } as Required<PlotOptions>;
  for (const [name, value] of Object.entries(all))
    if (name.startsWith('show') || name === 'expandNested') {
      if (typeof value !== 'boolean') throw optionInvalid(subject, name, 'true or false', value);
    }
  if (!directions.includes(all.rankdir))
    throw optionInvalid(subject, 'rankdir', `one of ${directions.join(', ')}`, all.rankdir);
  if (!splines.includes(all.splines))
    throw optionInvalid(subject, 'splines', `one of ${splines.join(', ')}`, all.splines);
  if (!(Number.isFinite(all.dpi) && all.dpi > 0))
    throw optionInvalid(subject, 'dpi', 'a positive number', all.dpi);
  return all;
}
