// `npm create lamella-plugin NAME`: reads the arguments, writes the plugin, says what to do next.
import { createPlugin } from './create-plugin.js';
import { commandInvalid, LamellaError } from './errors.js';
import { kinds, type Kind } from './kinds.js';

const help = `npm create lamella-plugin NAME [-- --kind KIND]

Writes a package for a plugin of Lamella into the folder NAME: TypeScript sources, tests that pass at once,
a README, changesets and a workflow for continuous integration.

  NAME    the package, e.g. fourier-features or @acme/fourier-features; a path writes it there
  --kind  ${kinds.join(', ')}; default: ${kinds[0]}
  --name  the package's name, where it is not the folder's
`;

/** Runs the command, and gives its exit status. `print` takes what is said, `complain` what went wrong. */
export async function runCommandLine(
  args: readonly string[],
  print: (text: string) => void = (text) => process.stdout.write(text),
  complain: (text: string) => void = (text) => process.stderr.write(text),
): Promise<number> {
  try {
    const { target, name, kind } = await readArguments(args);
    if (target === undefined) {
      print(help);
      return 0;
    }
    const scoped = /^@[^/\\]+\/[^/\\]+$/.test(target);
    const folder = scoped ? target.split('/')[1]! : target;
    const created = await createPlugin({ folder, kind, name: name ?? (scoped ? target : undefined) });
    print(
      `${created.names.package} is in ${created.folder}: ${created.files.length} files.\n\n` +
        `  cd ${folder}\n  npm install\n  npm test\n\nThen make src/${created.names.kebab}.ts your own; README.md says how to publish it.\n`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof LamellaError)) throw error;
    complain(`${error.message}\n`);
    return 1;
  }
}

async function readArguments(
  args: readonly string[],
): Promise<{ target?: string; name?: string; kind: Kind }> {
  const { parseArgs } = await import('node:util');
  const { values, positionals } = (() => {
    try {
      return parseArgs({
        args: [...args],
        allowPositionals: true,
        options: {
          kind: { type: 'string', default: kinds[0] },
          name: { type: 'string' },
          help: { type: 'boolean', short: 'h', default: false },
        },
      });
    } catch (error) {
      throw commandInvalid(args.join(' '), `NAME, --kind, --name or --help (${(error as Error).message})`);
    }
  })();
  if (positionals.length > 1) throw commandInvalid(positionals.join(' '), 'one name');
  const kind = kinds.find((one) => one === values.kind);
  if (kind === undefined) throw commandInvalid(`--kind ${values.kind}`, `one of ${kinds.join(', ')}`);
  const [target] = positionals;
  return {
    kind,
    ...(!values.help && target !== undefined && { target }),
    ...(values.name !== undefined && { name: values.name }),
  };
}
