// What changed between the models of two files, with an exit code as diff's. @lamella/vis is loaded by this command alone.
import { openModel, type Application, type OpenOptions } from './open-model.js';

export interface DiffOptions extends OpenOptions {
  /** Whether to give data, for programs, in place of text. */
  readonly json?: boolean;
}

/** The differences as text or JSON, and whether there are none. Throws: what loading the files throws. */
export async function diff(
  before: string,
  after: string,
  options: DiffOptions,
  app: Application,
): Promise<{ readonly isSame: boolean; readonly text: string }> {
  const { diffModels, printDifferences } = await import('@lamella/vis');
  const differences = await diffModels(
    await modelOf(before, options, app),
    await modelOf(after, options, app),
  );
  const text = options.json === true ? asJson(differences) : printDifferences(differences);
  return { isSame: differences.isSame, text };
}

/** One of two files may hold the model, and the other weights alone. */
async function modelOf(file: string, options: DiffOptions, app: Application): ReturnType<typeof openModel> {
  const { model: _, ...alone } = options;
  const holdsModel = (await app.inspectFile(file)).model !== undefined;
  return openModel(file, holdsModel ? alone : options, app);
}

/** JSON has no NaN and no infinities: they stand there by their names. */
function asJson(value: object): string {
  const isOdd = (item: unknown): boolean => typeof item === 'number' && !Number.isFinite(item);
  return JSON.stringify(value, (_, item: unknown) => (isOdd(item) ? String(item) : item), 2);
}
