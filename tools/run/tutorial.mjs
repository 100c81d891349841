// `npm run tutorial`: installs, builds and runs the tutorial, whose exit status is ours. Arguments go to the tutorial.
import { runNode, runTarget } from './commands.mjs';
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
await need('the build', runTarget('build'));
process.exit(await runNode('examples/tutorial/dist/index.js', process.argv.slice(2)));
