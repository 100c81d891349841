// What can be begun; each is a folder of templates/.

/** The kinds of plugin that a scaffold exists for. */
export const kinds = ['layer', 'function', 'optimizer', 'backend', 'format'] as const;

/** One of {@link kinds}. */
export type Kind = (typeof kinds)[number];
