// Loading values into weights, all or nothing: everything is compared first, and every mismatch reported at once.
import type { Weight } from '@lamella/core';
import { formatShape, HostTensor, sameShape, suggest } from '@lamella/program';
import { weightsMismatch } from '../errors.js';

/** What a file offers for one weight, or undefined. */
export interface Offer {
  readonly weight: Weight;
  readonly value: HostTensor | undefined;
}

/** Names for which a near match is looked up, and names it is looked for among. */
const mostSuggestions = 40;
const mostCandidates = 1000;

/** Compares without changing anything. `unused` names what the file holds beyond the model. Throws: WEIGHTS_MISMATCH. */
export function checkOffers(
  file: string,
  offers: readonly Offer[],
  unused: readonly string[] = [],
  fix?: string,
): void {
  const missing = offers.filter(({ value }) => value === undefined);
  const wrong = offers.flatMap(({ weight, value }) => {
    const problem = value === undefined ? undefined : misfit(weight, value);
    return problem === undefined ? [] : [`  ${weight.name}   ${problem}`];
  });
  if (missing.length + wrong.length + unused.length === 0) return;
  throw weightsMismatch(
    file,
    `${missing.length} missing, ${wrong.length} wrong shape, ${unused.length} unused`,
    [
      ...wrong,
      ...missing.map(
        ({ weight }, i) =>
          `  ${weight.name}   missing${i < mostSuggestions ? nearest(weight.name, unused) : ''}`,
      ),
      ...unused.map((name) => `  ${name}   not in this model`),
    ],
    fix,
  );
}

/** Puts values in place that {@link checkOffers} has seen. */
export function assignOffers(offers: readonly Offer[]): void {
  for (const { weight, value } of offers) weight.set(converted(value!, weight));
}

function misfit(weight: Weight, value: HostTensor): string | undefined {
  if (!sameShape(value.shape, weight.shape))
    return `expected ${formatShape(weight.shape)}, found ${formatShape(value.shape)}`;
  if (weight.dtype === 'float32' || value.dtype !== 'float32') return undefined;
  return value.data.every((item) => Number.isInteger(item))
    ? undefined
    : `expected ${weight.dtype}, found fractions`;
}

function nearest(name: string, candidates: readonly string[]): string {
  const found = /Did you mean (".*")\?/.exec(suggest(name, candidates.slice(0, mostCandidates)))?.[1];
  return found === undefined ? '' : `; did you mean ${found}?`;
}

function converted(value: HostTensor, weight: Weight): HostTensor {
  if (value.dtype === weight.dtype) return value;
  const target = HostTensor.zeros(value.shape, weight.dtype);
  target.data.set(value.data);
  return target;
}
