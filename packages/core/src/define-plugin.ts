// How a package makes its plugin. The rules are in check-plugin.ts.
import { pluginApi } from '@lamella/program';
import { checkPlugin } from './check-plugin.js';
import { markCopy } from './copies.js';
import type { Plugin, PluginDefinition } from './plugin.js';

/**
 * A plugin, checked and frozen, with the number of the plugin API that it is written for: what a package exports.
 * Throws: PLUGIN_INVALID, PACKAGE_DUPLICATED.
 *
 * @example
 * import { compose, definePlugin } from '@lamella/core';
 *
 * const greeting = definePlugin({
 *   name: 'acme-greeting',
 *   api: () => ({ greet: (who: string) => `Hello, ${who}` }),
 * });
 * compose({ plugins: [greeting] }).greet('Ada'); // 'Hello, Ada'
 */
export function definePlugin<Api extends object = object>(definition: PluginDefinition<Api>): Plugin<Api> {
  checkPlugin(definition, 'definePlugin()');
  const plugin = { ...definition, pluginApi };
  markCopy(plugin);
  return Object.freeze(plugin);
}
