// Differences of two models as text. Names and options may come from files: what could steer a terminal is written out.
import { printable } from '@lamella/program';
import { shorten } from '../escape-text.js';
import type { PlainValue } from '../model-graph.js';
import { shortNumber } from '../short-number.js';
import type { ModelDifferences, OptionDifference, WeightDifference } from './model-differences.js';

/** The most lines of one kind. */
const mostLines = 200;
const longestValue = 200;

/**
 * What {@link ModelDifferences} says, for people: `-` is what the first model has alone, `+` what the second has.
 *
 * @example
 * import { input } from '@lamella/core';
 * import { Functional } from '@lamella/training';
 * import { diffModels, printDifferences } from '@lamella/vis';
 *
 * const x = input({ shape: [4], name: 'x' });
 * const net = new Functional({ inputs: x, outputs: x });
 * printDifferences(await diffModels(net, net)); // 'No differences.'
 */
export function printDifferences(differences: ModelDifferences): string {
  const { isSame, layers, connections, weights, lambdas, compile } = differences;
  if (isSame) return 'No differences.';
  const blocks = [
    block('Layers', [
      ...layers.removed.map(({ layer, className }) => `- ${layer} (${className})`),
      ...layers.added.map(({ layer, className }) => `+ ${layer} (${className})`),
      ...layers.changed.flatMap(({ layer, options }) => [
        `  ${layer}`,
        ...options.map((one) => `    ${option(one)}`),
      ]),
    ]),
    block('Connections', [
      ...connections.removed.map((one) => `- ${one}`),
      ...connections.added.map((one) => `+ ${one}`),
    ]),
    block(
      'Weights',
      weights.map((one) => `  ${weight(one)}`),
    ),
    block(
      'Lambdas',
      lambdas.flatMap(({ layer, lines }) => [`  ${layer}`, ...lines.map((line) => `    ${line}`)]),
    ),
    block(
      'Compiled with',
      compile.map((one) => `  ${option(one)}`),
    ),
  ];
  return blocks.filter((text) => text !== '').join('\n\n');
}

function block(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  const more = lines.length - mostLines;
  const shown = lines.slice(0, mostLines).map((line) => shorten(printable(line), 1000));
  return [title, ...shown, ...(more > 0 ? [`  … ${more} more`] : [])].join('\n');
}

function option({ option: name, before, after }: OptionDifference): string {
  return `${name}: ${value(before)} → ${value(after)}`;
}

function value(given: PlainValue | undefined): string {
  if (given === undefined) return 'none';
  return shorten(JSON.stringify(given, asShown), longestValue);
}

/** As many digits as float32 has; and numbers that JSON has not. */
function asShown(_: string, item: unknown): unknown {
  if (typeof item !== 'number') return item;
  return Number.isFinite(item) ? Number(item.toPrecision(7)) : String(item);
}

function weight({ weight: name, before, after, count, different, largest }: WeightDifference): string {
  if (before !== after) return `${name}: ${before ?? 'none'} → ${after ?? 'none'}`;
  const by = largest === Infinity ? 'some of them finite in one alone' : `by at most ${shortNumber(largest)}`;
  return `${name} ${before}: ${different.toLocaleString('en-US')} of ${count.toLocaleString('en-US')} values differ, ${by}`;
}
