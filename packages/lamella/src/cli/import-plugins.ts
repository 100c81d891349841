// The plugins of modules that the command line names: packages and files, found from the folder in which the command runs.
import { pluginInvalid, type Plugin } from '@lamella/core';

/** Everything made with definePlugin() that the modules export. Throws: PLUGIN_INVALID. */
export async function importPlugins(names: readonly string[]): Promise<Plugin[]> {
  const found = new Set<Plugin>();
  for (const name of names) {
    const plugins = Object.values(await imported(name)).filter(isDefinedPlugin);
    if (plugins.length === 0)
      throw pluginInvalid(
        name,
        'it exports no plugin',
        'name a module that exports what definePlugin() gives, by any name',
      );
    for (const plugin of plugins) found.add(plugin);
  }
  return [...found];
}

function isDefinedPlugin(value: unknown): value is Plugin {
  return typeof value === 'object' && value !== null && typeof (value as Plugin).pluginApi === 'number';
}

async function imported(name: string): Promise<object> {
  const { createRequire } = await import('node:module');
  const { join } = await import('node:path');
  const { pathToFileURL } = await import('node:url');
  const { resolve } = createRequire(join(process.cwd(), 'command-line.js'));
  try {
    return (await import(pathToFileURL(resolve(name)).href)) as object;
  } catch (cause) {
    throw pluginInvalid(
      name,
      `it cannot be imported: ${(cause as Error).message.split('\n')[0]}`,
      'install it in this folder, or write ./ before the path of a file',
      cause,
    );
  }
}
