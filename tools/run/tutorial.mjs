// `npm run tutorial`: installs, builds and runs the tutorial, whose exit status is ours. Arguments go to the tutorial.
import { join } from 'node:path';
import { root, run, runTarget } from './commands.mjs';
import { ensureInstalled } from './install.mjs';

/**
 * @param {string} what
 * @param {Promise<number>} step
 */
async function need(what, step) {
  const status = await step;
  if (status === 0) return;
  console.error(`npm run tutorial: ${what} failed with exit status ${status}.`);
  process.exit(status);
}

await need('the install', ensureInstalled());
await need('the build', runTarget('build', '@lamella/example-tutorial'));
// Relative paths are the caller's, wherever npm was called from.
const cwd = process.env.INIT_CWD ?? process.cwd();
const tutorial = join(root, 'examples/tutorial/dist/index.js');
process.exit(await run(process.execPath, [tutorial, ...process.argv.slice(2)], { cwd }));
