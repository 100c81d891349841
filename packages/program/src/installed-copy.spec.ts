import { describe, expect, it } from '@jest/globals';
import { describeCopy } from './installed-copy.js';

describe('a copy of a package', () => {
  it('is told by its version and its folder, as seen from the application', () => {
    expect(describeCopy(import.meta.url)).toMatch(/^@lamella\/program \d+\.\d+\.\d+ at \S*program$/);
  });

  it('is told by its address where no manifest is found', () => {
    for (const url of ['file:///nowhere/core/dist/index.js', 'https://example.org/core.js', 'app.js'])
      expect(describeCopy(url)).toBe(url);
  });
});
