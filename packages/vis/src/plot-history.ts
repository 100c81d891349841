// plotHistory(): a training as charts of text, for terminals and logs.
import { checkOptionNames, optionInvalid, type OptionNames } from '@lamella/core';
import { printable } from '@lamella/program';
import { shorten } from './escape-text.js';
import { heightOf, historyCharts, type Chart, type HistoryLike } from './history-charts.js';
import { shortNumber } from './short-number.js';

/** How charts of text are drawn. */
export interface PlotHistoryOptions {
  /** Units: characters. Default: what the terminal holds, 80 where there is none. */
  readonly width?: number;
  /** Of each chart, without its title and axis. Units: lines. Default 10. */
  readonly height?: number;
  /** The metrics to draw, without `val_`. Default: all. */
  readonly metrics?: readonly string[];
}

const names: OptionNames<PlotHistoryOptions> = { width: true, height: true, metrics: true };

const [training, validation, both] = ['•', '◦', '◉'] as const;

/**
 * A chart for each metric that fit() measured, one below the other: `•` while training, `◦` in validation, `◉` where they meet.
 * A value that is not finite leaves a gap, and is counted below.
 *
 * Throws: DATA_INVALID, OPTION_INVALID, OPTION_UNKNOWN.
 *
 * @example
 * import { plotHistory } from '@lamella/vis';
 *
 * const text = plotHistory({ loss: [4, 2, 1], val_loss: [4, 3, 3] }, { width: 40, height: 5 });
 * text.split('\n')[0]; // 'loss   • loss   ◦ val_loss'
 */
export function plotHistory(history: HistoryLike, options: PlotHistoryOptions = {}): string {
  const subject = 'plotHistory()';
  checkOptionNames(subject, options, names);
  const { width = terminalWidth(), height = 10, metrics } = options;
  if (!Number.isInteger(width) || width < 30 || width > 1000)
    throw optionInvalid(subject, 'width', 'an integer from 30 to 1000', width);
  if (!Number.isInteger(height) || height < 2 || height > 1000)
    throw optionInvalid(subject, 'height', 'an integer from 2 to 1000', height);
  const charts = historyCharts(subject, history, metrics);
  if (charts.every(({ epochs }) => epochs === 0)) return 'No epochs.';
  return charts.map((chart) => draw(chart, width, height).join('\n')).join('\n\n');
}

function draw(chart: Chart, width: number, height: number): string[] {
  const { name, series, range } = chart;
  const key = series.map((one) => `${one.isValidation ? validation : training} ${nameOf(one.name)}`);
  const title = [nameOf(name), ...key].join('   ');
  const gaps = series.flatMap(({ name: own, values }) => {
    const count = values.filter((value) => !Number.isFinite(value)).length;
    return count === 0 ? [] : [`${nameOf(own)}: ${count} of ${values.length} values not finite`];
  });
  if (range === undefined) return [title, ...gaps];
  // A value that never changes has one label, in the middle, where it lies.
  const [top, bottom] = [shortNumber(range.most), shortNumber(range.least)];
  const labels = new Map(
    range.least === range.most
      ? [[height >> 1, top]]
      : [
          [0, top],
          [height - 1, bottom],
        ],
  );
  const left = Math.max(top.length, bottom.length);
  const grid = gridOf(chart, range, width - left - 2, height);
  const rows = grid.map((row, i) => {
    const label = labels.get(i);
    return `${(label ?? '').padStart(left)} ${label === undefined ? '│' : '┤'}${row.join('')}`.trimEnd();
  });
  return [title, ...rows, ...axis(chart, left, width - left - 2), ...gaps];
}

/** Rows of characters, the greatest values first. */
function gridOf(
  { series, epochs }: Chart,
  range: NonNullable<Chart['range']>,
  columns: number,
  height: number,
): string[][] {
  const grid = Array.from({ length: height }, () => Array.from({ length: columns }, () => ' '));
  const put = (column: number, value: number, mark: string): void => {
    const row =
      grid[
        range.least === range.most ? height >> 1 : Math.round((1 - heightOf(value, range)) * (height - 1))
      ]!;
    row[column] = row[column] === ' ' || row[column] === mark ? mark : both;
  };
  const columnOf = (epoch: number): number =>
    epochs === 1 ? 0 : Math.round((epoch / (epochs - 1)) * (columns - 1));
  for (const { values, epochs: places, isValidation } of series) {
    const mark = isValidation ? validation : training;
    values.forEach((value, i) => {
      if (!Number.isFinite(value)) return;
      const column = columnOf(places[i]!);
      put(column, value, mark);
      const next = values[i + 1];
      if (next === undefined || !Number.isFinite(next)) return;
      const end = columnOf(places[i + 1]!);
      for (let between = column + 1; between < end; between++) {
        const part = (between - column) / (end - column);
        put(between, value * (1 - part) + next * part, mark);
      }
    });
  }
  return grid;
}

function axis({ epochs, firstEpoch }: Chart, left: number, columns: number): string[] {
  const indent = ' '.repeat(left + 1);
  const [first, last] = [`epoch ${firstEpoch}`, String(firstEpoch + epochs - 1)];
  return [
    `${indent}└${'─'.repeat(columns)}`,
    `${indent} ${epochs === 1 ? first : first + last.padStart(columns - first.length)}`,
  ];
}

function nameOf(name: string): string {
  return shorten(printable(name), 40);
}

interface Terminal {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdout?: { readonly columns?: number };
}

function terminalWidth(): number {
  const { process } = globalThis as { process?: Terminal };
  const columns = Number(process?.env?.['COLUMNS']) || process?.stdout?.columns || 80;
  return Math.min(120, Math.max(30, Math.trunc(columns)));
}
