// The process that runs examples one after the other, as run-examples.mjs asks by messages. Starting one costs more than most examples do.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { clearNames } from '@lamella/core';
import './claim.mjs';

/** Each in an empty folder, and with names that count from the first. Whoever made this process hears whether the example held. */
process.on('message', async (/** @type {string} */ script) => {
  const folder = mkdtempSync(join(tmpdir(), 'lamella-example-'));
  process.chdir(folder);
  clearNames();
  let holds = true;
  try {
    await import(pathToFileURL(script).href);
  } catch {
    holds = false;
  }
  process.chdir(tmpdir());
  rmSync(folder, { recursive: true, force: true });
  process.send?.(holds);
});
