// `npm run bench [-- CASE ...]`: builds Lamella and runs its cases, each in a fresh process; one JSON line a case.
import { fileURLToPath } from 'node:url';
import { runTarget } from '../run/commands.mjs';
import { chosenCases, measure } from './process.mjs';

const args = process.argv.slice(2);
const names = chosenCases(args.filter((arg) => !arg.startsWith('--')));
if (!args.includes('--no-build')) {
  const status = await runTarget('build', undefined, { toStderr: true });
  if (status !== 0) process.exit(status);
}
for (const name of names) {
  const script = fileURLToPath(new URL('lamella-case.mjs', import.meta.url));
  console.log(JSON.stringify(await measure(process.execPath, [script, name])));
}
