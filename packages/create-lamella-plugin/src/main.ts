#!/usr/bin/env node
// The file that `npm create lamella-plugin` starts; everything else is in run-command-line.ts.
import { runCommandLine } from './run-command-line.js';

process.exitCode = await runCommandLine(process.argv.slice(2));
