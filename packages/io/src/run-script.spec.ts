// Runs a script of this package in a process of its own, on the sources: bundled first, as Node reads no TypeScript.
// No test itself: jest.config.js passes it over.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The path of a script that runs by itself. */
export async function bundled(script: string): Promise<string> {
  const outfile = join(mkdtempSync(join(tmpdir(), 'lamella-script-')), script);
  await build({
    entryPoints: [fileURLToPath(new URL(`../scripts/${script}`, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['lamella-source'],
    logLevel: 'silent',
    // Parts of tfjs are CommonJS and ask for Node's modules.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
  });
  return outfile;
}

/** Starts a script; its standard output is a pipe. */
export function start(script: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Runs a script to its end: what it printed, and the signal that ended it. */
export function run(
  script: string,
  args: readonly string[],
): Promise<{ output: string; signal: string | null }> {
  return new Promise((resolve, reject) => {
    const child = start(script, args);
    let output = '';
    child.stdout!.on('data', (chunk) => (output += String(chunk)));
    child.on('error', reject);
    child.on('exit', (code, signal) =>
      code === 0 || signal !== null
        ? resolve({ output, signal })
        : reject(new Error(`It ended with ${code}.`)),
    );
  });
}
