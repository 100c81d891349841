// A page of what is in a file: for people, read without a script and without the network. Every text of the file is escaped,
// and what a file could make long is cut, with its length said.
import {
  describeMissing,
  type FileInspection,
  type InspectedLambda,
  type InspectedLayer,
  type InspectedWeight,
} from '@lamella/io';
import { sha256, writeFile } from '@lamella/files';
import { formatShape, sizeOf } from '@lamella/program';
import { escapeText, shorten } from '../escape-text.js';
import { graphOfFile } from '../graph-of-file.js';
import { shortNumber } from '../short-number.js';
import { histogramSvg } from './histogram.js';
import { pageGraph } from './page-graph.js';
import { pageStyle } from './page-style.js';

/** The most rows of a table, and the longest text. */
const mostRows = 1000;
const longestName = 200;
const longestText = 20_000;
const longestOptions = 3000;

/**
 * One self-contained page in HTML: the graph, the layers with their options, the weights with their histograms where the
 * inspection has them (`inspectFile(file, { statistics: true })`), Lambdas as listings of their Programs, and the compile state.
 *
 * @example
 * import { compose } from '@lamella/core';
 * import { io } from '@lamella/io';
 * import { training } from '@lamella/training';
 * import { inspectionPage } from '@lamella/vis';
 *
 * const { inspectFile } = compose({ plugins: [training, io] });
 * const header = '{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} ';
 * const bytes = Uint8Array.from([header.length, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode(header), 0, 0, 0, 0, 0, 0, 0, 0]);
 * const page = await inspectionPage(await inspectFile({ name: 'two.safetensors', bytes }, { statistics: true }));
 * page.includes('<h1>two.safetensors</h1>'); // true
 */
export async function inspectionPage(inspection: FileInspection): Promise<string> {
  const { file, format, writtenBy, size, model, layers, weights, lambdas } = inspection;
  const graph = graphOfFile(inspection);
  const style = await sha256(new TextEncoder().encode(pageStyle));
  const values = weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const writer = writtenBy === undefined ? '' : `, written by ${writtenBy}`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${base64(style)}'; base-uri 'none'; form-action 'none'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${name(file)}</title>`,
    `<style>${pageStyle}</style>`,
    '</head>',
    '<body>',
    `<h1>${name(file)}</h1>`,
    `<p class="faint">${name(`${format}${writer}, ${counted(size, 'byte')}`)}</p>`,
    ...(model === undefined
      ? []
      : [`<p>${name(model.className)} <b>${name(model.name)}</b>: ${counted(layers.length, 'layer')}</p>`]),
    ...needs(inspection),
    ...(graph === undefined ? [] : section('Graph', await pageGraph(graph))),
    ...(model === undefined ? [] : section('Layers', table(layerHead, layers, layerRow))),
    ...section(
      `${counted(weights.length, 'stored tensor')}, ${counted(values, 'value')}`,
      table(weightHead, weights, weightRow),
    ),
    ...(lambdas.length === 0
      ? []
      : section('Lambdas', lambdas.slice(0, mostRows).map(lambdaPart).join('\n'))),
    ...compilePart(inspection.compile),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** Writes the page of an inspection to a file. Throws: FILE_NOT_WRITTEN. */
export async function saveInspectionPage(inspection: FileInspection, toFile: string): Promise<void> {
  await writeFile(toFile, new TextEncoder().encode(await inspectionPage(inspection)));
}

function section(title: string, content: string): string[] {
  return ['<section>', `<h2>${title}</h2>`, content, '</section>'];
}

interface Column {
  readonly title: string;
  readonly kind: 'name' | 'number' | 'text';
}

function table<T>(head: readonly Column[], items: readonly T[], row: (item: T) => readonly string[]): string {
  const cell = (tag: string, content: string, { kind }: Column): string =>
    `<${tag} class="${kind}">${content}</${tag}>`;
  const rows = items.slice(0, mostRows).map(
    (item) =>
      `<tr>${row(item)
        .map((content, i) => cell('td', content, head[i]!))
        .join('')}</tr>`,
  );
  const more = items.length > rows.length ? `<p class="faint">… ${items.length - rows.length} more</p>` : '';
  return [
    '<div class="wide"><table>',
    `<thead><tr>${head.map((column) => cell('th', column.title, column)).join('')}</tr></thead>`,
    `<tbody>${rows.join('\n')}</tbody>`,
    `</table></div>${more}`,
  ].join('\n');
}

const layerHead: readonly Column[] = [
  { title: 'Layer', kind: 'name' },
  { title: 'Output shape', kind: 'text' },
  { title: 'Parameters', kind: 'number' },
  { title: 'Options', kind: 'text' },
];

function layerRow({
  name: own,
  className,
  depth,
  outputShape,
  parameters,
  config,
}: InspectedLayer): string[] {
  const isEmpty = typeof config !== 'object' || config === null || Object.keys(config).length === 0;
  const inside = depth === 0 ? '' : `<span class="faint">${'└ '.repeat(Math.min(depth, 8))}</span>`;
  return [
    `${inside}${name(own)}<br><span class="faint">${name(className)}</span>`,
    outputShape === undefined ? '?' : name(formatShape(outputShape)),
    parameters.toLocaleString('en-US'),
    isEmpty
      ? ''
      : `<details><summary>options</summary><pre>${code(json(config), longestOptions)}</pre></details>`,
  ];
}

const weightHead: readonly Column[] = [
  { title: 'Tensor', kind: 'name' },
  { title: 'Type', kind: 'text' },
  { title: 'Histogram', kind: 'text' },
  ...['Least', 'Most', 'Mean', 'Deviation', 'Zeros', 'Not finite'].map((title): Column => ({
    title,
    kind: 'number',
  })),
];

function weightRow({ name: own, shape, dtype, statistics }: InspectedWeight): string[] {
  const type = [name(own), name(`${dtype}${formatShape(shape)}`)];
  if (statistics === undefined) return [...type, ...weightHead.slice(2).map(() => '')];
  const { least, most, mean, deviation, zeros, notFinite } = statistics;
  return [
    ...type,
    statistics.histogram.length === 0 ? '' : histogramSvg(statistics),
    ...[least, most, mean, deviation].map(shortNumber),
    zeros.toLocaleString('en-US'),
    notFinite === 0 ? '0' : `<b>${notFinite.toLocaleString('en-US')}</b>`,
  ];
}

const holdings: Readonly<Record<InspectedLambda['holds'], string>> = {
  programs: 'its captured Programs are in the file',
  name: 'the file holds its name alone',
  bytecode: 'the file holds Python bytecode, which is never decoded',
};

function lambdaPart({
  layer,
  functionName,
  holds,
  isKnown,
  arguments: given,
  programs,
}: InspectedLambda): string {
  const known = functionName !== undefined && (isKnown ? ', known here' : ', not known here');
  const which =
    functionName === undefined ? 'a function without a name' : `function <b>${name(functionName)}</b>`;
  const isPlain = typeof given === 'object' && given !== null && Object.keys(given).length === 0;
  return [
    `<h3>${name(layer)}</h3>`,
    `<p>${which}${known === false ? '' : known}; ${holdings[holds]}</p>`,
    ...(isPlain ? [] : [`<p>Arguments</p><div class="wide"><pre>${code(json(given))}</pre></div>`]),
    ...Object.entries(programs).map(
      ([use, listing]) => `<p class="faint">${use}</p><div class="wide"><pre>${code(listing)}</pre></div>`,
    ),
  ].join('\n');
}

function compilePart(compile: FileInspection['compile']): string[] {
  if (typeof compile !== 'object' || compile === null || Array.isArray(compile)) return [];
  const given = Object.entries(compile).filter(([, value]) => value !== null);
  if (given.length === 0) return [];
  return section(
    'Compiled with',
    `<div class="wide"><pre>${code(json(Object.fromEntries(given)))}</pre></div>`,
  );
}

function needs({ model, missing, problems }: FileInspection): string[] {
  const list = (items: readonly string[]): string =>
    `<ul>${items
      .slice(0, mostRows)
      .map((item) => `<li>${name(item)}</li>`)
      .join('')}</ul>`;
  if (problems.length > 0) return [`<div class="problem"><p>It cannot be loaded:</p>${list(problems)}</div>`];
  const lacking = describeMissing(missing).map((line) => line.trim());
  if (lacking.length > 0)
    return [`<div class="problem"><p>Loading it needs what is not there:</p>${list(lacking)}</div>`];
  return model === undefined ? [] : ['<p>Everything that loading it needs is there.</p>'];
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/** A name, or a line. */
function name(text: string): string {
  return escapeText(shorten(text, longestName));
}

/** Text of several lines. */
function code(text: string, longest = longestText): string {
  const more = text.length - longest;
  const lines = (more > 0 ? text.slice(0, longest) : text).split('\n').map(escapeText);
  return [...lines, ...(more > 0 ? [`… ${more.toLocaleString('en-US')} characters more`] : [])].join('\n');
}

function json(value: unknown): string {
  const isOdd = (item: unknown): boolean => typeof item === 'number' && !Number.isFinite(item);
  return JSON.stringify(value, (_, item: unknown) => (isOdd(item) ? String(item) : item), 2);
}

function base64(hex: string): string {
  return btoa(hex.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16))));
}
