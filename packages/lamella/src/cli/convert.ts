// From one file to another: what the first holds is loaded by a composition, and saved as the ending of the
// second says. No format is known here.
import type { SaveOptions } from '@lamella/io';
import { openModel, type Application, type OpenOptions } from './open-model.js';

export interface ConvertOptions extends OpenOptions {
  /** How `.keras` files store Lambdas. */
  readonly lambda?: SaveOptions['lambda'];
  /** Whether to write the weights alone where the second could hold a model too. */
  readonly weights?: boolean;
}

/** What a conversion has written. */
export type Converted = 'model' | 'weights';

/** Reads one file and writes another. Throws: what loading and saving them throws; OPTION_INVALID for weights without a model. */
export async function convert(
  from: string,
  to: string,
  options: ConvertOptions,
  app: Application,
): Promise<Converted> {
  const { saveModel, saveWeights } = app;
  const { lambda, weights } = options;
  const net = await openModel(from, options, app);
  if (weights === true || holdsWeightsAlone(to, app)) {
    await saveWeights(net, to);
    return 'weights';
  }
  await saveModel(net, to, lambda === undefined ? {} : { lambda });
  return 'model';
}

function holdsWeightsAlone(path: string, { formats }: Application): boolean {
  const [longest] = formats
    .flatMap((format) => format.extensions.map((extension) => ({ format, extension })))
    .filter(({ extension }) => path.toLowerCase().endsWith(extension))
    .sort((a, b) => b.extension.length - a.extension.length);
  return longest !== undefined && longest.format.writeModel === undefined;
}
