// The number of the contract between plugins and Lamella, and between copies of its packages: see docs/adr/013-plugins.md. It is
// no version of a package.

/** Goes up when something that plugins rely on is taken away, or comes to mean something else, and when copies share other state. */
export const pluginApi = 1;
