// The text of an inspection. Names and options come from the file: what could steer a terminal is written out.
import { formatShape, printable, sizeOf } from '@lamella/program';
import { describeMissing } from '../keras-json/missing.js';
import { isRecord, writePythonJson, type Json, type WritableJson } from '../keras-json/python-json.js';
import type { FileInspection, InspectedLambda } from './file-inspection.js';

/** The most weights, and the most layers, that are listed. */
const mostRows = 1000;

/**
 * What {@link FileInspection} says, for people.
 *
 * @example
 * import { compose } from '@lamella/core';
 * import { training } from '@lamella/training';
 *
 * const { inspectFile } = compose({ plugins: [training, io] });
 * const header = '{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} ';
 * const bytes = Uint8Array.from([header.length, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode(header), 0, 0, 0, 0, 0, 0, 0, 0]);
 * const inspection = await inspectFile({ name: 'two.safetensors', bytes });
 * printInspection(inspection).includes('w  F32[2]'); // true
 */
export function printInspection(inspection: FileInspection): string {
  const { file, format, writtenBy, size, model } = inspection;
  const writer = writtenBy === undefined ? '' : `, written by ${writtenBy}`;
  const blocks = [
    [file, `${format}${writer}, ${counted(size, 'byte')}`],
    model === undefined ? [] : [`${model.className} "${model.name}"`, '', ...layerTable(inspection)],
    weightList(inspection),
    compileList(inspection.compile),
    inspection.lambdas.flatMap(describeLambda),
    model === undefined ? [] : needs(inspection),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map(printable).join('\n'))
    .join('\n\n');
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

function layerTable({ layers }: FileInspection): string[] {
  const rows = layers
    .slice(0, mostRows)
    .map(({ name, className, depth, outputShape, parameters }) => [
      `${'  '.repeat(depth)}${printable(name)} (${printable(className)})`,
      outputShape === undefined ? '?' : formatShape(outputShape),
      parameters.toLocaleString('en-US'),
    ]);
  const more = layers.length - rows.length;
  return [
    ...aligned([['Layer (type)', 'Output shape', 'Parameters'], ...rows]),
    ...(more > 0 ? [`… ${more} more`] : []),
  ];
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, i) => Math.min(60, Math.max(...rows.map((row) => row[i]!.length))));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  '),
  );
}

function weightList({ weights }: FileInspection): string[] {
  const values = weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const shown = weights.slice(0, mostRows);
  return [
    `${counted(weights.length, 'stored tensor')}, ${counted(values, 'value')}`,
    ...shown.map(({ name, shape, dtype }) => `  ${name}  ${dtype}${formatShape(shape)}`),
    ...(weights.length > shown.length ? [`  … ${weights.length - shown.length} more`] : []),
  ];
}

function compileList(compile: Json | undefined): string[] {
  if (!isRecord(compile)) return [];
  const given = Object.entries(compile).filter(([, value]) => value !== null);
  return given.length === 0
    ? []
    : ['Compiled with', ...given.map(([key, value]) => `  ${key}: ${shortened(value)}`)];
}

function shortened(value: Json): string {
  const text = writePythonJson(value as WritableJson);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function describeLambda(lambda: InspectedLambda): string[] {
  const { layer, functionName, holds, isKnown, arguments: given, programs } = lambda;
  const held = {
    programs: 'its captured Programs are in the file',
    name: 'the file holds its name alone',
    bytecode: 'the file holds Python bytecode, which is never decoded',
  }[holds];
  const which = functionName === undefined ? 'a function without a name' : `function "${functionName}"`;
  const known = isKnown ? ', known here' : functionName === undefined ? '' : ', not known here';
  const isPlain = isRecord(given) && Object.keys(given).length === 0;
  return [
    `Lambda "${layer}": ${which}${known}; ${held}`,
    ...(isPlain ? [] : [`  arguments: ${shortened(given)}`]),
    ...Object.entries(programs).flatMap(([use, listing]) => [
      `  ${use}:`,
      ...listing.split('\n').map((line) => `    ${line}`),
    ]),
  ];
}

function needs({ missing, problems }: FileInspection): string[] {
  if (problems.length > 0)
    return [
      'It cannot be loaded:',
      ...problems.flatMap((problem) => problem.split('\n').map((line) => `  ${line}`)),
    ];
  const lines = describeMissing(missing);
  return lines.length === 0
    ? ['Everything that loading it needs is there.']
    : ['Loading it needs what is not there:', ...lines];
}
