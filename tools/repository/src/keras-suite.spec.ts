// A sample of the cases that Keras' own tests try: the smallest of each class. `npm run check:keras-suite` judges all.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { judgeCase } from '../../keras-suite/judge-case.mjs';

const folder = fileURLToPath(new URL('../../../fixtures/keras-suite/', import.meta.url));
const cases = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length));

describe("a case of Keras' tests", () => {
  it.each(cases)('is computed as Keras does: %s', async (name) => {
    expect(await judgeCase(`${folder}${name}`)).toEqual({ status: 'ok' });
  });

  it('is named where its file leaves something open, or where numbers differ for a reason', async () => {
    const { status, text } = await judgeCase(`${folder}exceptions/CropImages-unsaid`);
    expect([status, text]).toEqual(['unsaid', 'as channels_first, which its file does not say']);
    expect((await judgeCase(`${folder}exceptions/Resize-named`)).status).toBe('named');
  });
});
