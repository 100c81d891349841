// Where the documentation site is built.
import { join } from 'node:path';
import { root } from '../run/commands.mjs';

export const siteFolder = join(root, 'out-docs');
