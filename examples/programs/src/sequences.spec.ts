// The programs that learn texts and series, small.
import { expect, it } from '@jest/globals';
import { addition } from './addition.js';
import { ctcReading } from './ctc.js';
import { dateConversion } from './date-conversion.js';
import { sentiment } from './sentiment.js';
import { textClassification } from './text-classification.js';
import { textGeneration } from './text-generation.js';
import { timeSeries } from './time-series.js';
import { translation } from './translation.js';
import { jenaWeather } from './weather.js';

it('addition: knows the sums of single digits by heart', async () => {
  const { right, answer } = await addition({ digits: 1, count: 100, epochs: 60 });
  expect(right).toBeGreaterThan(0.7);
  expect(await answer('7+2')).toMatch(/^\d+$/);
});

it('text generation: writes words of what it has read', async () => {
  const { written, known } = await textGeneration();
  expect(written).toHaveLength(216);
  expect(known).toBeGreaterThan(0.8);
});

it('text classification: tells texts apart by the order of two words', async () => {
  const { accuracy, hamFirst } = await textClassification();
  expect(accuracy).toBeGreaterThan(0.9);
  expect(hamFirst).toBeGreaterThan(0.5);
});

it('sentiment: knows what "not" does', async () => {
  const { accuracy, kindness } = await sentiment({ count: 512 });
  expect(accuracy).toBeGreaterThan(0.95);
  expect(await kindness('the film was good')).toBeGreaterThan(0.5);
  expect(await kindness('the film was not good')).toBeLessThan(0.5);
});

it('time series: foretells better than "as now"', async () => {
  const { model, asNow } = await timeSeries({ steps: 600 });
  expect(model).toBeLessThan(0.7 * asNow);
});

it('weather: foretells better than "as today"', async () => {
  const { model, asToday } = await jenaWeather({ days: 90, past: 2 });
  expect(model).toBeLessThan(asToday);
});

it('CTC: reads most sequences without a fault', async () => {
  expect(await ctcReading({ count: 256 })).toBeGreaterThan(0.8);
});

it('date conversion: writes dates as ISO 8601 has them', async () => {
  const { right, convert } = await dateConversion({ epochs: 6 });
  expect(right).toBeGreaterThan(0.3);
  expect(await convert('3.3.2024')).toMatch(/^20\d\d-\d\d-\d\d$/);
});

it('translation: puts the adjective after the noun', async () => {
  const { right, translate } = await translation({ epochs: 4, count: 600 });
  expect(right).toBeGreaterThan(0.6);
  expect(await translate('the red cat sees a dog')).toBe('le chat rouge voit un chien');
});
