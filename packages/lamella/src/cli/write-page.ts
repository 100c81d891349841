// What is in a file, as a page. @lamella/vis, and Graphviz with it, are loaded by this command alone.
import type { Application } from './open-model.js';

/** Writes the page, by default beside the file; gives its path. Throws: what inspectFile() throws; FILE_NOT_WRITTEN. */
export async function writePage(
  file: string,
  out: string | undefined,
  { inspectFile }: Application,
): Promise<string> {
  const { saveInspectionPage } = await import('@lamella/vis');
  const path = out ?? `${file.replace(/[/\\]+$/, '')}.html`;
  await saveInspectionPage(await inspectFile(file, { statistics: true }), path);
  return path;
}
