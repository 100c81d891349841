// `npm run tutorial`: reads the options, runs the tutorial, and ends with status 1 when a check failed, 2 for wrong options.
import { readOptions, usage, type Options } from './options.js';
import { runTutorial } from './tutorial.js';

function optionsOrExit(): Options {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

process.exitCode = (await runTutorial(optionsOrExit())) === 0 ? 0 : 1;
