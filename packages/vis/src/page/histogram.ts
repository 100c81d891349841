// A histogram as a small picture in a line of a table.
import { shortNumber } from '../short-number.js';
import type { WeightStatistics } from '@lamella/io';

const [width, height] = [120, 32] as const;

/** Bars of equal width; a count that is not 0 is seen, however small. */
export function histogramSvg({ histogram, least, most }: WeightStatistics): string {
  const top = Math.max(...histogram, 1);
  const step = width / Math.max(1, histogram.length);
  const bars = histogram.flatMap((count, i) => {
    if (count === 0) return [];
    const tall = Math.max(1, Math.round((count / top) * height));
    return [`M${i * step} ${height}v-${tall}h${step}v${tall}z`];
  });
  const says = `Histogram from ${shortNumber(least)} to ${shortNumber(most)}`;
  return `<svg class="bars" viewBox="0 0 ${width} ${height}" role="img" aria-label="${says}"><path d="${bars.join('')}"/></svg>`;
}
