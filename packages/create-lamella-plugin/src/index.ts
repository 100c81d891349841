export { createPlugin, type CreatedPlugin, type CreatePluginOptions } from './create-plugin.js';
export { kinds, type Kind } from './kinds.js';
export { runCommandLine } from './run-command-line.js';
