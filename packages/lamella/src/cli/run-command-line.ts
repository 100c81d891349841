// The command `lamella` as a function: arguments in, lines and an exit code out. It ends no process.
import type { ParseArgsConfig } from 'node:util';
import { printInspection } from '@lamella/io';
import { isLamellaError, printable } from '@lamella/program';
import { composition, use } from '../composition.js';
import { describeBackend } from '../default-backend.js';
import { outputNotWritten } from '../errors.js';
import { convert, type ConvertOptions } from './convert.js';
import { diff, type DiffOptions } from './diff.js';
import { importPlugins } from './import-plugins.js';
import type { Application } from './open-model.js';
import { writePage } from './write-page.js';

/** Where a command's lines go. */
export interface CommandOutput {
  /** Takes what was asked for; the command fails where this does. Default: {@link printTo} standard output. */
  readonly print?: (text: string) => void | Promise<void>;
  /** Takes warnings and errors. Default: console.error. */
  readonly printError?: (text: string) => void;
}

/** 0: done; 1: it failed; 2: the arguments say nothing that can be done. Of diff, 1: the two differ; 2: it failed. */
export type ExitCode = 0 | 1 | 2;

const help = `Usage: lamella <command>

  inspect FILE       says what is in a file of a model or of weights; loads nothing of it, runs nothing
  diff A B           says what changed from one model to another: layers, weights, Lambdas, what compile() was given
  convert IN OUT     reads a model or weights, and writes what the ending of OUT says
  backend            says what models run on here: the backend, its library, its version, its threads

Options of inspect
  --html             writes a page instead, to FILE.html or the file that is named next: graph, layers, histograms, Lambdas

Options of convert
  --model FILE       the model of the weights in IN, where IN holds weights alone
  --weights          writes weights alone where OUT could hold a model too (.h5)
  --lambda KIND      how a .keras file stores Lambdas: program (default), or keras_ops for plain Keras

Options of diff
  --model FILE       the model of the weights, where A or B holds weights alone
  --json             gives data for programs

Options of all
  --plugin NAME      a package, or a module of this folder, whose plugins bring what the file names; again for more

  --help             prints this
  --version          prints the version

Reads  .keras .h5 .json, and weights: .weights.h5 .weights.json .safetensors .h5
Writes .keras .h5 .json .onnx, and weights: .weights.h5 .weights.json .safetensors .h5

Exit codes: 0 done, 1 failed, 2 wrong usage; of diff: 0 the same, 1 different, 2 failed`;

interface Command {
  /** What its arguments are called, in their order. */
  readonly files: readonly string[];
  /** What may follow them. */
  readonly more?: readonly string[];
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** What it ends with where it fails. Default 1. */
  readonly failure?: ExitCode;
  /** What it ends with, or what is wrong with its arguments. */
  run(files: readonly string[], values: Values, output: Required<CommandOutput>): Promise<ExitCode | string>;
}

type Values = Readonly<Record<string, unknown>>;

const plugin = { type: 'string', multiple: true } as const;

/** What a command works with: only what the command line names is imported, never what a file names. */
async function applicationOf({ plugin: names }: Values): Promise<Application> {
  if (!Array.isArray(names)) return composition;
  return use(...(await importPlugins(names as readonly string[])));
}

const commands = new Map<string, Command>([
  [
    'inspect',
    {
      files: ['FILE'],
      more: ['OUT'],
      options: { plugin, html: { type: 'boolean' } },
      async run([file = '', out], values, { print }) {
        const app = await applicationOf(values);
        if (values['html'] === true) {
          await print(printable(`${await writePage(file, out, app)}: a page, from ${file}`));
          return 0;
        }
        if (out !== undefined) return `inspect takes FILE, got 2 arguments: it writes to OUT with --html`;
        await print(printInspection(await app.inspectFile(file)));
        return 0;
      },
    },
  ],
  [
    'diff',
    {
      files: ['A', 'B'],
      failure: 2,
      options: { model: { type: 'string' }, json: { type: 'boolean' }, plugin },
      async run([before = '', after = ''], values, { print, printError }) {
        const warn = (message: string): void => printError(withoutControls(message));
        const options = { ...(values as DiffOptions), warn };
        const { isSame, text } = await diff(before, after, options, await applicationOf(values));
        await print(withoutControls(text));
        return isSame ? 0 : 1;
      },
    },
  ],
  [
    'convert',
    {
      files: ['IN', 'OUT'],
      options: {
        model: { type: 'string' },
        weights: { type: 'boolean' },
        lambda: { type: 'string' },
        plugin,
      },
      async run([from = '', to = ''], values, { print, printError }) {
        const warn = (message: string): void => printError(withoutControls(message));
        const app = await applicationOf(values);
        const written = await convert(from, to, { ...(values as ConvertOptions), warn }, app);
        await print(printable(`${to}: ${written === 'model' ? 'a model' : 'weights'}, from ${from}`));
        return 0;
      },
    },
  ],
  [
    'backend',
    {
      files: [],
      options: {},
      async run(_files, _values, { print }) {
        await print(printable(await describeBackend()));
        return 0;
      },
    },
  ],
]);

/** Prints lines to a stream and waits for each. Throws: FILE_NOT_WRITTEN, but where nobody reads them any more. */
export function printTo(stream: NodeJS.WritableStream): (text: string) => Promise<void> {
  // What a write says it says to its callback, too.
  stream.on('error', () => undefined);
  return (text) =>
    new Promise((resolve, reject) => {
      stream.write(`${text}\n`, (error?: NodeJS.ErrnoException | null) => {
        if (!error || error.code === 'EPIPE') resolve();
        else reject(outputNotWritten(error));
      });
    });
}

/** Runs the command that the arguments name; those of a process are `process.argv.slice(2)`. */
export async function runCommandLine(argv: readonly string[], output: CommandOutput = {}): Promise<ExitCode> {
  const { print = printTo(process.stdout), printError = console.error } = output;
  try {
    const outcome = await run(argv, { print, printError });
    if (typeof outcome === 'number') return outcome;
    printError(outcome);
    return 2;
  } catch (error) {
    // Without a code it is a defect of ours, and its stack says where.
    printError(
      withoutControls(isLamellaError(error) ? error.message : String((error as Error).stack ?? error)),
    );
    return commands.get(argv[0] ?? '')?.failure ?? 1;
  }
}

/** What it ends with, or what is wrong with the arguments. */
async function run(argv: readonly string[], output: Required<CommandOutput>): Promise<ExitCode | string> {
  const [name, ...rest] = argv;
  const printed = async (text: string): Promise<ExitCode> => {
    await output.print(text);
    return 0;
  };
  if (name === '--help' || name === '-h' || name === 'help') return printed(help);
  if (name === '--version') return printed(await version());
  const command = commands.get(name ?? '');
  if (command === undefined) return name === undefined ? help : usage(`there is no command "${name}"`);
  const { parseArgs } = await import('node:util');
  let parsed: { readonly values: Values; readonly positionals: readonly string[] };
  try {
    const options = { ...command.options, help: { type: 'boolean', short: 'h' } } as const;
    parsed = parseArgs({ args: rest, options, allowPositionals: true });
  } catch (error) {
    return usage((error as Error).message);
  }
  const { help: isAsking, ...values } = parsed.values;
  if (isAsking === true) return printed(help);
  const { length } = parsed.positionals;
  if (length < command.files.length || length > command.files.length + (command.more?.length ?? 0))
    return usage(
      `${name} takes ${command.files.join(' ') || 'no arguments'}, got ${length} argument${length === 1 ? '' : 's'}`,
    );
  const outcome = await command.run(parsed.positionals, values, output);
  return typeof outcome === 'string' ? usage(outcome) : outcome;
}

function usage(problem: string): string {
  return `lamella: ${withoutControls(problem)}\nTry lamella --help`;
}

/** Messages hold names that come from files. */
function withoutControls(message: string): string {
  return message.split('\n').map(printable).join('\n');
}

async function version(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
