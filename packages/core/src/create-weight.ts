// Creating a layer's weight: checks what was asked for, draws the first values, checks those too.
import { formatShape, sameShape, shapeMismatch, type NumberDType, type Shape } from '@lamella/program';
import { nameDuplicate, nameInvalid, optionInvalid } from './errors.js';
import type { Constraint, Initializer, Regularizer } from './initializer.js';
import { initializerKey } from './seed.js';
import { allocateWeight } from './weight-allocation.js';
import { Weight } from './weight.js';

/** What a layer asks for. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype?: NumberDType;
  readonly initializer: Initializer;
  readonly regularizer?: Regularizer | null;
  readonly constraint?: Constraint | null;
  readonly trainable?: boolean;
}

/** A weight of `layer`. Throws: NAME_INVALID, NAME_DUPLICATE, OPTION_INVALID, SHAPE_MISMATCH. */
export function createWeight(
  layer: { readonly name: string; readonly label: string },
  spec: WeightSpec,
  others: readonly Weight[],
): Weight {
  const { name, shape, dtype = 'float32', initializer } = spec;
  if (typeof name !== 'string' || name === '' || name.includes('/'))
    throw nameInvalid(`A weight of ${layer.label}`, name);
  const subject = `Weight "${layer.name}/${name}"`;
  if (others.some((weight) => weight.shortName === name))
    throw nameDuplicate(layer.label, name, 2, 'weights');
  if (!Array.isArray(shape) || !shape.every((size) => Number.isInteger(size) && size >= 0))
    throw optionInvalid(
      subject,
      'shape',
      'natural numbers; does its layer need a size that is not known?',
      shape,
    );
  if (typeof (initializer as Partial<typeof initializer> | undefined)?.initialize !== 'function')
    throw optionInvalid(subject, 'initializer', 'an initializer such as zeros()', initializer);
  const path = `${layer.name}/${name}`;
  const value = allocateWeight({ path, shape, dtype }, () =>
    initializer.initialize(shape, dtype, initializerKey(path)),
  );
  if (!sameShape(value.shape, shape) || value.dtype !== dtype) {
    throw shapeMismatch(
      subject,
      `expected ${dtype}${formatShape(shape)} from its initializer, got ${value.dtype}${formatShape(value.shape)}`,
    );
  }
  return new Weight({
    name,
    owner: layer.name,
    value,
    trainable: spec.trainable ?? true,
    regularizer: spec.regularizer ?? null,
    constraint: spec.constraint ?? null,
  });
}
