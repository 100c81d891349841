// Which options of two objects differ.
import type { PlainValue } from '../model-graph.js';
import type { OptionDifference } from './model-differences.js';

type Options = Readonly<Record<string, PlainValue>>;

/** The options with other values, by path: of nested objects the options that differ, of lists the whole. */
export function diffOptions(before: Options, after: Options, prefix = ''): OptionDifference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name): OptionDifference[] => {
    const [a, b] = [before, after].map((options) =>
      Object.hasOwn(options, name) ? options[name] : undefined,
    );
    if (isOptions(a) && isOptions(b)) return diffOptions(a, b, `${prefix}${name}.`);
    return isSame(a, b) ? [] : [{ option: `${prefix}${name}`, before: a, after: b }];
  });
}

function isOptions(value: PlainValue | undefined): value is Options {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSame(a: PlainValue | undefined, b: PlainValue | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => isSame(item as PlainValue, b[i] as PlainValue));
  if (isOptions(a) && isOptions(b)) return diffOptions(a, b).length === 0;
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}
