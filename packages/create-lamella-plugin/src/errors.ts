// The errors of the scaffold, in the form of all of Lamella's. This package depends on nothing, so that it starts at once.

/** `[CODE] Subject: problem` and how to mend it. */
export class LamellaError extends Error {
  override readonly name = 'LamellaError';

  constructor(
    readonly code: string,
    problem: string,
    fix: string,
  ) {
    super(`[${code}] ${problem}\nFix: ${fix}`);
  }
}

export const targetNotEmpty = (folder: string): LamellaError =>
  new LamellaError(
    'TARGET_NOT_EMPTY',
    `"${folder}": expected a new or an empty folder, got one with files in it.`,
    'name another folder, or move its files away; nothing was written.',
  );

export const pluginNameInvalid = (name: string, problem: string): LamellaError =>
  new LamellaError(
    'PLUGIN_NAME_INVALID',
    `"${name}": ${problem}.`,
    'name it as npm wants packages named, e.g. fourier-features or @acme/fourier-features.',
  );

export const commandInvalid = (argument: string, expected: string): LamellaError =>
  new LamellaError(
    'COMMAND_INVALID',
    `"${argument}": expected ${expected}.`,
    'see npm create lamella-plugin -- --help.',
  );
