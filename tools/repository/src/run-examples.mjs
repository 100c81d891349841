// Type-checks and runs the examples of all documents and doc comments against the built packages. Several share a process; one that
// does not hold there runs again in a process of its own, and that is what counts.
// `npm run examples -- [part of a path]` prints what failed; `--json` writes every outcome, for the test.
import { execFile, fork } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { findExamples } from './find-examples.mjs';
import { prepareExample } from './prepare-example.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = join(root, 'out-tsc/examples');
const claim = new URL('./claim.mjs', import.meta.url).href;
const shared = fileURLToPath(new URL('./example-process.mjs', import.meta.url));
const slowest = 1_800_000;
const inOneProcess = 12;

/** @typedef {{ source: string, line: number, isRun: boolean, problem: string }} Outcome */

/** @type {ts.CompilerOptions} */
const compilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
  types: ['node'],
  skipLibCheck: true,
  rootDir: folder,
  outDir: join(folder, 'js'),
};

/** The names that each published package exports, types included. */
function exportsOfPackages() {
  const packages = readdirSync(join(root, 'packages'))
    .map((name) => join(root, 'packages', name))
    .filter((path) => existsSync(join(path, 'package.json')))
    .map((path) => ({
      name: /** @type {string} */ (JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')).name),
      source: path.slice(root.length).replaceAll('\\', '/'),
      types: join(path, 'dist/index.d.ts'),
    }));
  for (const { name, types } of packages)
    if (!existsSync(types)) throw new Error(`${name} is not built. Fix: npm run build.`);
  const program = ts.createProgram(
    packages.map(({ types }) => types),
    compilerOptions,
  );
  const checker = program.getTypeChecker();
  return packages.map(({ name, source, types }) => {
    const file = program.getSourceFile(types);
    const symbol = file && checker.getSymbolAtLocation(file);
    return {
      name,
      source,
      exported: symbol ? checker.getExportsOfModule(symbol).map((one) => one.name) : [],
    };
  });
}

/**
 * Which package provides each name to an example: the package it stands in before the others, `lamella` last.
 * @param {ReturnType<typeof exportsOfPackages>} packages
 * @param {string} source
 */
function providersFor(packages, source) {
  const rank = (/** @type {{ name: string, source: string }} */ one) =>
    source.startsWith(`${one.source}/`) ? 0 : one.name === 'lamella' ? 2 : 1;
  return new Map(
    [...packages]
      .sort((a, b) => rank(b) - rank(a))
      .flatMap(({ name, exported }) => exported.map((one) => /** @type {const} */ ([one, name]))),
  );
}

/**
 * Runs modules in one process, from the end of the list, until one does not hold or as many ran as a process takes.
 * @template {{ script: string }} T
 * @param {T[]} waiting from which they are taken
 * @returns {Promise<T[]>} those that may not hold: one, or all when the process failed later than they answered
 */
async function runTogether(waiting) {
  const child = fork(shared, { stdio: 'ignore', timeout: slowest });
  /** @type {Promise<number | null>} */
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const taken = [];
  let holds = true;
  while (holds && waiting.length > 0 && taken.length < inOneProcess) {
    const next = /** @type {T} */ (waiting.pop());
    taken.push(next);
    const answer = new Promise((resolve) => child.once('message', resolve));
    child.send(next.script);
    holds = (await Promise.race([answer, ended])) === true;
  }
  if (child.connected) child.disconnect();
  if ((await ended) !== 0) return taken;
  return holds ? [] : taken.slice(-1);
}

/**
 * Runs one module, and returns what it printed when it failed.
 * @param {string} path
 * @returns {Promise<string>}
 */
function runModule(path) {
  const cwd = mkdtempSync(join(tmpdir(), 'lamella-example-'));
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', claim, path],
      { cwd, timeout: slowest },
      (error, stdout, stderr) => {
        rmSync(cwd, { recursive: true, force: true });
        resolve(error ? `${stdout}${stderr}`.trim() || error.message : '');
      },
    ).stdin?.end();
  });
}

/**
 * Type-checks and runs the examples whose file contains `part`.
 * @param {string} part
 * @returns {Promise<Outcome[]>}
 */
async function runExamples(part) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  const packages = exportsOfPackages();
  const examples = findExamples(root)
    .filter(({ source }) => source.includes(part))
    .map((example) => {
      const name = `${example.source.replace(/[^a-zA-Z0-9]+/g, '-')}-${example.line}`;
      const path = join(folder, `${name}.ts`);
      const providers = example.isDocument ? undefined : providersFor(packages, example.source);
      writeFileSync(path, prepareExample(example.code, providers));
      return { ...example, path, script: join(folder, 'js', `${name}.js`) };
    });
  const program = ts.createProgram(
    examples.map(({ path }) => path),
    compilerOptions,
  );
  program.emit();

  const outcomes = examples.map(({ source, line, isRun, path, script }) => {
    const file = program.getSourceFile(path);
    const problem = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
      .map(({ start = 0, messageText }) => {
        const at = file ? ts.getLineAndCharacterOfPosition(file, start).line : 0;
        const text = file?.text.split('\n')[at]?.trim();
        return `${source}:${line + at}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}\n  ${text}`;
      })
      .join('\n');
    return { source, line, isRun, problem, script };
  });
  const waiting = outcomes.filter(({ isRun, problem }) => isRun && problem === '');
  const worker = async () => {
    while (waiting.length > 0) {
      for (const failed of await runTogether(waiting)) failed.problem = await runModule(failed.script);
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker));
  return outcomes.map(({ source, line, isRun, problem }) => ({ source, line, isRun, problem }));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const isJson = process.argv.includes('--json');
  const outcomes = await runExamples(process.argv.slice(2).find((word) => !word.startsWith('--')) ?? '');
  const failed = outcomes.filter(({ problem }) => problem !== '');
  if (isJson) console.log(JSON.stringify(outcomes));
  else {
    for (const { source, line, problem } of failed) console.log(`FAILED ${source}:${line}\n${problem}\n`);
    console.log(`${outcomes.length - failed.length} of ${outcomes.length} examples hold.`);
    process.exitCode = failed.length > 0 ? 1 : 0;
  }
}
