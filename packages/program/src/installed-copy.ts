// Where a copy of a package is, and which version, for errors about two of them. In browsers there is only the address.

/** The part of node:fs that is used. */
interface FileSystem {
  existsSync(path: URL): boolean;
  readFileSync(path: URL, encoding: 'utf8'): string;
}

/** `@lamella/core 1.2.0 at node_modules/x/node_modules/@lamella/core`, for the address of a module of it. */
export function describeCopy(url: string): string {
  const { process } = globalThis as {
    readonly process?: { cwd?(): string; getBuiltinModule?(name: string): unknown };
  };
  const files = process?.getBuiltinModule?.('node:fs') as FileSystem | undefined;
  if (files === undefined || !url.startsWith('file:')) return url;
  try {
    for (let folder = new URL('./', url); folder.pathname !== '/'; folder = new URL('../', folder)) {
      const manifest = new URL('package.json', folder);
      if (!files.existsSync(manifest)) continue;
      const { name, version } = JSON.parse(files.readFileSync(manifest, 'utf8')) as Record<string, string>;
      if (version !== undefined) return `${name} ${version} at ${relative(folder, process?.cwd?.() ?? '')}`;
    }
  } catch {
    // A manifest that cannot be read says nothing.
  }
  return url;
}

/** The same with the plugin API of the copy, which two that do not work together differ in. */
export function describeCopyOf({
  url,
  pluginApi,
}: {
  readonly url: string;
  readonly pluginApi: unknown;
}): string {
  return `${describeCopy(url)}, plugin API ${String(pluginApi)}`;
}

/** A folder as seen from the application, where it is inside of it. */
function relative({ pathname }: URL, application: string): string {
  const path = decodeURIComponent(pathname).replace(/\/$/, '');
  return path.startsWith(`${application}/`) ? path.slice(application.length + 1) : path;
}
