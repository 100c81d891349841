// Loading values into weights, all or nothing: everything is compared first, and every mismatch reported at once.
import { HostTensor, formatShape, sameShape } from '@lamella/program';
import type { Weight } from '@lamella/core';
import { weightsMismatch } from '../errors.js';

/** What a file offers for one weight, or undefined. */
export interface Offer {
  readonly weight: Weight;
  readonly value: HostTensor | undefined;
}

/** Puts all values in place. `unused` names what the file holds beyond the model. Throws: WEIGHTS_MISMATCH. */
export function assignAll(file: string, offers: readonly Offer[], unused: readonly string[] = []): void {
  const missing = offers.filter((offer) => offer.value === undefined);
  const misshapen = offers.filter(
    (offer) => offer.value !== undefined && !sameShape(offer.value.shape, offer.weight.shape),
  );
  if (missing.length + misshapen.length + unused.length > 0) {
    throw weightsMismatch(
      file,
      `${missing.length} missing, ${misshapen.length} wrong shape, ${unused.length} unused`,
      [
        ...misshapen.map(
          ({ weight, value }) =>
            `  ${weight.name}   expected ${formatShape(weight.shape)}, found ${formatShape(value!.shape)}`,
        ),
        ...missing.map(({ weight }) => `  ${weight.name}   missing`),
        ...unused.map((name) => `  ${name}   not in this model`),
      ],
    );
  }
  for (const { weight, value } of offers) weight.set(converted(value!, weight));
}

function converted(value: HostTensor, weight: Weight): HostTensor {
  if (value.dtype === weight.dtype) return value;
  const target = HostTensor.zeros(value.shape, weight.dtype);
  target.data.set(value.data);
  return target;
}
