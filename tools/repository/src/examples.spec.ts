// Every example in the documents and doc comments holds: it type-checks, runs, and its comments are true.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { Outcome } from './run-examples.mjs';

const script = fileURLToPath(new URL('./run-examples.mjs', import.meta.url));
const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--json'], {
  encoding: 'utf8',
  maxBuffer: 2 ** 26,
});
const outcomes: Outcome[] = status === 0 ? JSON.parse(stdout) : [];

describe('the examples', () => {
  it('are found, type-checked and run', () => {
    expect(stderr).not.toContain('Error');
    expect(status).toBe(0);
    expect(outcomes.length).toBeGreaterThan(0);
  });

  for (const { source, line, problem } of outcomes)
    it(`of ${source}, line ${line}, hold`, () => {
      expect(problem).toBe('');
    });
});
