// What the repository's ESLint configuration takes from here: the boundaries and the local rules.
import { fileHeader } from './rules/file-header.js';
import { fileName } from './rules/file-name.js';

export { boundaries, depConstraints } from './boundaries.js';

/** The local rules, as a plugin. @type {import('eslint').ESLint.Plugin} */
export const house = { meta: { name: 'house' }, rules: { 'file-header': fileHeader, 'file-name': fileName } };
