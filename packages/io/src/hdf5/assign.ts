// Loading values into weights, all or nothing: everything is compared first, and every mismatch reported at once. Who asks
// for less (`skipMismatch`, `byName`) gets it a layer at a time.
import type { Weight } from '@lamella/core';
import {
  formatShape,
  isFloatDType,
  isLamellaError,
  numbersOf,
  sameShape,
  suggest,
  type AnyHostTensor,
  type Budget,
} from '@lamella/program';
import { weightsMismatch } from '../errors.js';

/** What a file offers for one weight, or undefined. */
export interface Offer {
  readonly weight: Weight;
  readonly value: AnyHostTensor | undefined;
}

/** What may be left as it is. */
export interface AssignRule {
  /** Layers whose weights the file lacks, or has in other shapes. Each is noted. */
  readonly skipMismatch?: boolean;
  /** Layers that the file does not name, and what it names beyond the model. */
  readonly byName?: boolean;
  readonly notice?: (line: string) => void;
  /** What the names of what is left over draw from. */
  readonly budget?: Budget;
  /** What to do where something does not fit, for the error. */
  readonly fix?: string;
}

/** Names for which a near match is looked up, and names it is looked for among. */
const mostSuggestions = 40;
const mostCandidates = 1000;

/**
 * The offers to take, all of them unless `rule` says otherwise; nothing is changed yet. `unused` names what the file holds
 * beyond the model. Throws: WEIGHTS_MISMATCH.
 */
export function checkOffers(
  file: string,
  offers: readonly Offer[],
  unused: readonly string[] = [],
  rule: AssignRule = {},
): readonly Offer[] {
  const isPartial = rule.skipMismatch === true || rule.byName === true;
  const { kept, lines } = required(offers, rule);
  const missing = kept.filter(({ value }) => value === undefined);
  const wrong = kept.flatMap(({ weight, value }) => {
    const problem = value === undefined ? undefined : misfit(weight, value);
    return problem === undefined ? [] : [`  ${weight.name}   ${problem}`];
  });
  const left = isPartial ? [] : unused;
  if (missing.length + wrong.length + left.length === 0) {
    for (const line of lines) rule.notice?.(line);
    return kept;
  }
  throw weightsMismatch(
    file,
    `${missing.length} missing, ${wrong.length} wrong shape, ${left.length} unused`,
    [
      ...wrong,
      ...missing.map(
        ({ weight }, i) =>
          `  ${weight.name}   missing${i < mostSuggestions ? nearest(weight.name, unused) : ''}`,
      ),
      ...left.map((name) => `  ${name}   not in this model`),
    ],
    rule.fix,
  );
}

/** The offers without those of layers that need not be loaded, and a line about each layer that does not fit. */
function required(
  offers: readonly Offer[],
  { skipMismatch, byName }: AssignRule,
): { readonly kept: readonly Offer[]; readonly lines: readonly string[] } {
  const lines: string[] = [];
  const kept = [...byLayer(offers)].flatMap(([layer, own]) => {
    if (byName === true && own.every(({ value }) => value === undefined)) return [];
    const problems = own.map(({ weight, value }) =>
      value === undefined ? 'missing' : misfit(weight, value),
    );
    const at = problems.findIndex((problem) => problem !== undefined);
    if (at < 0 || skipMismatch !== true) return own;
    lines.push(`layer "${layer}" keeps its weights: ${own[at]!.weight.shortName} is ${problems[at]!}`);
    return [];
  });
  return { kept, lines };
}

function byLayer(offers: readonly Offer[]): Map<string, Offer[]> {
  const groups = new Map<string, Offer[]>();
  for (const offer of offers) {
    const { name } = offer.weight;
    const layer = name.slice(0, Math.max(0, name.lastIndexOf('/'))) || name;
    const group = groups.get(layer);
    if (group === undefined) groups.set(layer, [offer]);
    else group.push(offer);
  }
  return groups;
}

/** Puts values in place that {@link checkOffers} has seen. */
export function assignOffers(offers: readonly Offer[]): void {
  for (const { weight, value } of offers) weight.set(value!.cast(weight.dtype));
}

/** Why a value cannot become a weight's, or undefined. */
export function misfit(weight: Weight, value: AnyHostTensor): string | undefined {
  if (!sameShape(value.shape, weight.shape))
    return `expected ${formatShape(weight.shape)}, found ${formatShape(value.shape)}`;
  if (value.dtype === weight.dtype) return undefined;
  const expected = `expected ${weight.dtype}, found`;
  try {
    const stored = value.cast('float64');
    const taken = value.cast(weight.dtype);
    if (!isFloatDType(weight.dtype))
      return stored.data.every(Number.isInteger) ? undefined : `${expected} fractions`;
    const numbers = numbersOf(taken.data, weight.dtype);
    const isBeyond = stored.data.some((item, i) => Number.isFinite(item) && !Number.isFinite(numbers[i]!));
    return isBeyond ? `${expected} ${value.dtype} values beyond it` : undefined;
  } catch (error) {
    if (!isLamellaError(error)) throw error;
    return `${expected} ${value.dtype} values that it cannot hold`;
  }
}

function nearest(name: string, candidates: readonly string[]): string {
  const found = /Did you mean (".*")\?/.exec(suggest(name, candidates.slice(0, mostCandidates)))?.[1];
  return found === undefined ? '' : `; did you mean ${found}?`;
}
