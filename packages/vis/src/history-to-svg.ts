// historyToSvg(): a training as charts in SVG, written by hand: nothing is needed to make it, and no script to show it.
import { checkOptionNames, optionInvalid, type OptionNames } from '@lamella/core';
import { escapeText, shorten } from './escape-text.js';
import { heightOf, historyCharts, type Chart, type HistoryLike, type Series } from './history-charts.js';
import { shortNumber } from './short-number.js';

/** How charts in SVG are drawn. */
export interface HistoryToSvgOptions {
  /** Units: pixels. Default 640. */
  readonly width?: number;
  /** Of each chart. Units: pixels. Default 240. */
  readonly height?: number;
  /** The metrics to draw, without `val_`. Default: all. */
  readonly metrics?: readonly string[];
}

const names: OptionNames<HistoryToSvgOptions> = { width: true, height: true, metrics: true };

const margin = { top: 36, right: 16, bottom: 28, left: 72 };

/** Lines of both kinds differ in dashes, too: colours alone tell not everybody. */
const style = [
  '.history text{font:12px system-ui,sans-serif;fill:#1f2328}',
  '.history .title{font-weight:600;font-size:14px}',
  '.history .frame{stroke:#8c959f;fill:none}',
  '.history .training{stroke:#0969da;fill:none;stroke-width:2}',
  '.history .validation{stroke:#bc4c00;fill:none;stroke-width:2;stroke-dasharray:6 3}',
  '.history .page{fill:#fff}',
  '@media(prefers-color-scheme:dark){.history text{fill:#e6edf3}.history .training{stroke:#58a6ff}',
  '.history .validation{stroke:#f0883e}.history .page{fill:#0d1117}}',
].join('');

/**
 * A chart for each metric that fit() measured, one below the other, as one SVG, light or dark as the page is. A value that is not
 * finite leaves a gap, and is counted in the title.
 *
 * Throws: DATA_INVALID, OPTION_INVALID, OPTION_UNKNOWN.
 *
 * @example
 * import { historyToSvg } from '@lamella/vis';
 *
 * historyToSvg({ loss: [4, 2, 1], val_loss: [4, 3, 3] }).includes('<path class="validation"'); // true
 */
export function historyToSvg(history: HistoryLike, options: HistoryToSvgOptions = {}): string {
  const subject = 'historyToSvg()';
  checkOptionNames(subject, options, names);
  const { width = 640, height = 240, metrics } = options;
  for (const [name, value, least] of [['width', width, 200] as const, ['height', height, 100] as const])
    if (!(Number.isFinite(value) && value >= least))
      throw optionInvalid(subject, name, `a number from ${least}`, value);
  const charts = historyCharts(subject, history, metrics);
  const total = Math.max(1, charts.length) * height;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="history" role="img" viewBox="0 0 ${width} ${total}" width="${width}" height="${total}">`,
    `<title>${escapeText(`Training: ${charts.map(({ name }) => shorten(name, 40)).join(', ')}`)}</title>`,
    `<style>${style}</style>`,
    `<rect class="page" width="${width}" height="${total}"/>`,
    ...charts.map(
      (chart, i) => `<g transform="translate(0 ${i * height})">${draw(chart, width, height)}</g>`,
    ),
    '</svg>',
    '',
  ].join('\n');
}

function draw(chart: Chart, width: number, height: number): string {
  const { name, series, range, epochs, firstEpoch } = chart;
  const [across, up] = [width - margin.left - margin.right, height - margin.top - margin.bottom];
  const x = (epoch: number): number => round(epochs === 1 ? across / 2 : (epoch / (epochs - 1)) * across);
  const count = series.flatMap(({ values }) => values).filter((value) => !Number.isFinite(value)).length;
  const notes = count === 0 ? '' : ` (${count} value${count === 1 ? '' : 's'} not finite)`;
  const title = label(margin.left, 20, `${shorten(name, 40)}${notes}`, 'class="title"');
  const key = series.map(({ isValidation }, i) => {
    const at = width - margin.right - 90 * (series.length - i);
    const kind = isValidation ? 'validation' : 'training';
    return `<line class="${kind}" x1="${at}" x2="${at + 20}" y1="16" y2="16"/>${label(at + 24, 20, kind)}`;
  });
  const plot = [`<path class="frame" d="M0 0V${up}H${across}"/>`];
  if (range !== undefined) {
    const y = (value: number): number => round((1 - heightOf(value, range)) * up);
    const ticks =
      range.least === range.most
        ? [range.least]
        : [0, 0.25, 0.5, 0.75, 1].map((part) => range.least * (1 - part) + range.most * part);
    plot.push(
      ...ticks.map((tick) => label(-8, y(tick) + 4, shortNumber(tick), 'text-anchor="end"')),
      label(x(0), up + 20, `epoch ${firstEpoch}`, epochs === 1 ? 'text-anchor="middle"' : ''),
      epochs === 1 ? '' : label(across, up + 20, String(firstEpoch + epochs - 1), 'text-anchor="end"'),
      ...series.map(
        (one) => `<path class="${one.isValidation ? 'validation' : 'training'}" d="${pathOf(one, x, y)}"/>`,
      ),
    );
  }
  return `${title}${key.join('')}<g transform="translate(${margin.left} ${margin.top})">${plot.join('')}</g>`;
}

/** Lines through the values, broken where one is not finite; a value by itself is a short line. */
function pathOf(
  { values, epochs }: Series,
  x: (epoch: number) => number,
  y: (value: number) => number,
): string {
  return values
    .map((value, i) => {
      if (!Number.isFinite(value)) return '';
      const [left, right] = [values[i - 1], values[i + 1]].map(
        (one) => one !== undefined && Number.isFinite(one),
      );
      const at = `${x(epochs[i]!)} ${y(value)}`;
      if (left === true) return `L${at}`;
      return right === true ? `M${at}` : `M${at}m-3 0h6`;
    })
    .join('');
}

function label(x: number, y: number, text: string, attributes = ''): string {
  return `<text x="${x}" y="${y}" ${attributes}>${escapeText(text)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
