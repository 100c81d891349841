// The names of a plugin in all the forms in which its files hold them, from the name of its package.
import { pluginNameInvalid } from './errors.js';

/** The names that templates have, and what stands for them. */
export interface PluginNames {
  /** The package, e.g. `@acme/fourier-features`. */
  readonly package: string;
  /** Its folder and its module, e.g. `fourier-features`. */
  readonly kebab: string;
  /** Its class, e.g. `FourierFeatures`. */
  readonly pascal: string;
  /** Its function, e.g. `fourierFeatures`. */
  readonly camel: string;
  /** What stands before `>` in files: the scope, or the package, e.g. `acme`. */
  readonly prefix: string;
}

const packageName = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;

/** The names that follow from a package's. Throws: PLUGIN_NAME_INVALID. */
export function pluginNames(name: string): PluginNames {
  if (!packageName.test(name) || name.length > 214)
    throw pluginNameInvalid(
      name,
      'npm takes lower-case letters, digits, ".", "_" and "-", 214 of them at most',
    );
  const [last = '', scope] = name.split('/').reverse();
  const words = last
    .replace(/^lamella-/, '')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const [first = ''] = words;
  if (!/^[a-z]/.test(first))
    throw pluginNameInvalid(name, 'a class is named for it, so it begins with a letter');
  const pascal = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
  return {
    package: name,
    kebab: words.join('-'),
    pascal,
    camel: first + pascal.slice(first.length),
    prefix: (scope ?? last).replace(/^@/, ''),
  };
}
