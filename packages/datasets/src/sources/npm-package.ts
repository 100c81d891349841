// Files of an npm package that need not be installed: looked for beside this package, then from the working directory.
import { fileMissing } from '@lamella/files';

/** The folder of an installed package. Throws: FILE_MISSING. */
export async function packageFolder(name: string): Promise<string> {
  const { createRequire } = await import('node:module');
  const { dirname, join } = await import('node:path');
  let cause: unknown;
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      return dirname(createRequire(from).resolve(`${name}/package.json`));
    } catch (error) {
      cause = error;
    }
  }
  throw fileMissing(`Package "${name}"`, 'it is not installed', cause);
}
