// Lints samples of code as if they stood in the repository: `node lint-sample.mjs` with [path, code] pairs as JSON on stdin.
// Writes the messages of each as JSON.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createProjectGraphAsync } from '@nx/devkit';
import { ESLint } from 'eslint';

const cwd = fileURLToPath(new URL('../../..', import.meta.url));
// The boundaries rule passes over everything when it finds no project graph.
await createProjectGraphAsync({ exitOnError: true });

const eslint = new ESLint({ cwd });
/** @type {string[][]} */
const messages = [];
for (const [path, code] of JSON.parse(readFileSync(0, 'utf8'))) {
  const [result] = await eslint.lintText(code, { filePath: join(cwd, path) });
  messages.push((result?.messages ?? []).map(({ ruleId, message }) => `${ruleId}: ${message}`));
}
console.log(JSON.stringify(messages));
