// `npm test`: installs, builds, checks types, lint, formatting and the packed packages, rehearses in short a release and what a new
// user does with it, and runs all tests in one jest run. The linter works beside the other checks. Every step runs even where an
// earlier one failed; the last line counts tests, and each failed step as one failure. Arguments go to jest; with `--only jest` (or
// another step) the other steps are left out.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, runNode, runTarget, runTool } from './commands.mjs';
import { ensureInstalled } from './install.mjs';

const jestArguments = process.argv.slice(2);
const onlyAt = jestArguments.indexOf('--only');
const only = onlyAt < 0 ? undefined : jestArguments.splice(onlyAt, 2)[1];
const results = join(root, 'out-tsc/jest-results.json');

/** @typedef {[name: string, run: () => Promise<number>]} Step */

/** What runs one after another; where there are two lists, each beside the other. */
/** @type {Step[][][]} */
const stages = [
  [[['install', ensureInstalled]]],
  [[['build', () => runTarget('build')]]],
  [
    [['lint', runLint]],
    [
      ['typecheck', () => runTarget('typecheck')],
      ['format', () => runTool('prettier', ['--check', '--log-level', 'warn', '.'])],
      ['packages', () => runNode('tools/packages/check-packages.mjs')],
      ['new user', () => runNode('tools/release/rehearse-short.mjs')],
    ],
  ],
  [[['jest', runJest]]],
];

/** The rules that need types are oxlint's, all others ESLint's. */
async function runLint() {
  const steps = [
    () => runTarget('generate'),
    () => runTool('eslint', ['.']),
    () => runTool('oxlint', ['--type-aware', '--deny-warnings', 'packages', 'examples']),
  ];
  for (const step of steps) {
    const status = await step();
    if (status !== 0) return status;
  }
  return 0;
}

function runJest() {
  mkdirSync(join(root, 'out-tsc'), { recursive: true });
  rmSync(results, { force: true });
  return runTool('jest', ['--json', `--outputFile=${results}`, ...jestArguments], {
    NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
  });
}

/** What jest counted; a suite that did not load counts as one failure. */
function readCounts() {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites } =
    JSON.parse(readFileSync(results, 'utf8'));
  return {
    passed: numPassedTests,
    failed: numFailedTests + numRuntimeErrorTestSuites,
    skipped: numPendingTests + numTodoTests,
  };
}

const names = stages.flat(2).map(([name]) => name);
if (only !== undefined && !names.includes(only)) {
  console.error(`npm test: no step is called "${only}". Steps: ${names.join(', ')}.`);
  process.exit(2);
}

/** @type {{ name: string, status: number, seconds: number }[]} */
const outcomes = [];

/** @param {Step[]} steps */
async function runInTurn(steps) {
  for (const [name, runStep] of steps) {
    if (only !== undefined && name !== only) continue;
    console.log(`\n--- ${name}`);
    const start = performance.now();
    const status = await runStep().catch((error) => {
      console.error(error);
      return 1;
    });
    outcomes.push({ name, status, seconds: (performance.now() - start) / 1000 });
  }
}

for (const stage of stages) {
  await Promise.all(stage.map(runInTurn));
  if (outcomes.some(({ name, status }) => name === 'install' && status !== 0)) break;
}

console.log('');
for (const { name, status, seconds } of outcomes)
  console.log(`${name.padEnd(10)} ${status === 0 ? 'ok    ' : 'FAILED'} ${seconds.toFixed(1).padStart(7)} s`);

const counts = { passed: 0, failed: 0, skipped: 0 };
const jest = outcomes.find(({ name }) => name === 'jest');
if (jest) {
  try {
    Object.assign(counts, readCounts());
  } catch {
    // Jest did not get as far as writing its results; its status below counts.
  }
  if (jest.status !== 0 && counts.failed === 0) counts.failed += 1;
}
counts.failed += outcomes.filter(({ name, status }) => name !== 'jest' && status !== 0).length;
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed === 0 ? 0 : 1);
