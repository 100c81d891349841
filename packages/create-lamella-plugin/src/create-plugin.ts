// Writes a plugin from its templates: whole, or not at all.
import { targetNotEmpty } from './errors.js';
import type { Kind } from './kinds.js';
import { manifest } from './manifest.js';
import { pluginNames, type PluginNames } from './plugin-names.js';

export interface CreatePluginOptions {
  /** The folder to write: new, or empty. */
  readonly folder: string;
  /** The name of the package. Default: the folder's last part. */
  readonly name?: string;
  readonly kind: Kind;
}

export interface CreatedPlugin {
  readonly folder: string;
  readonly names: PluginNames;
  /** The files, from the folder, in order. */
  readonly files: readonly string[];
}

/** Template files that npm would take for its own, and what they are called in the plugin. */
const renamed: Readonly<Record<string, string>> = { gitignore: '.gitignore' };

/**
 * Writes a package for a plugin: sources, tests, a README, changesets and a workflow.
 *
 * Throws: TARGET_NOT_EMPTY, and nothing is written; PLUGIN_NAME_INVALID.
 */
export async function createPlugin({ folder, name, kind }: CreatePluginOptions): Promise<CreatedPlugin> {
  const { mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, writeFile } =
    await import('node:fs/promises');
  const { basename, dirname, join, resolve } = await import('node:path');
  const { fileURLToPath } = await import('node:url');

  const target = resolve(folder);
  const names = pluginNames(name ?? basename(target));
  const found = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    if (error.code === 'ENOTDIR') throw targetNotEmpty(folder);
    throw error;
  });
  if (found !== undefined && found.length > 0) throw targetNotEmpty(folder);

  const root = new URL('../', import.meta.url);
  const { version } = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as {
    version: string;
  };
  const contents = new Map([['package.json', manifest(kind, names, version)]]);
  for (const part of ['common', kind]) {
    const templates = fileURLToPath(new URL(`templates/${part}/`, root));
    for (const entry of await readdir(templates, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const parts = path.slice(templates.length).split(/[\\/]/);
      const place = parts.map((one) => filled(renamed[one] ?? one, names)).join('/');
      contents.set(place, filled(await readFile(path, 'utf8'), names));
    }
  }

  await mkdir(dirname(target), { recursive: true });
  const draft = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    for (const [place, content] of contents) {
      await mkdir(dirname(join(draft, place)), { recursive: true });
      await writeFile(join(draft, place), content);
    }
    if (found !== undefined) await rmdir(target);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
  return { folder: target, names, files: [...contents.keys()].sort() };
}

/** A template with the plugin's names in place of its own, which are names of code, so that templates are code. */
function filled(template: string, names: PluginNames): string {
  return template
    .replaceAll('template-package', names.package)
    .replaceAll('template-prefix', names.prefix)
    .replaceAll('template-name', names.kebab)
    .replaceAll('TemplateName', names.pascal)
    .replaceAll('templateName', names.camel);
}
