// The number of the contract that plugins are written for: see docs/adr/013-plugins.md. It is no version of a package.

/** Goes up when something that plugins rely on is taken away, or comes to mean something else. */
export const pluginApi = 1;
