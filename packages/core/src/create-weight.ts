// Creating a layer's weight: checks what was asked for, draws the first values, checks those too.
import {
  formatShape,
  isFloatDType,
  isNumberDType,
  sameShape,
  shapeMismatch,
  type NumberDType,
  type Shape,
  sharedState,
} from '@lamella/program';
import type { DTypePolicy } from './dtype-policy.js';
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

/** What a weight needs to know of its layer. */
interface WeightOwner {
  readonly name: string;
  readonly label: string;
  readonly dtypePolicy: DTypePolicy;
}

const builds = sharedState('builds', (): string[] => []);

/** Builds the layer of this name: its weights are named by it and by the layers in whose build that happens, as in Keras. */
export function whileBuilding(name: string, build: () => void): void {
  const underBuild = builds();
  underBuild.push(name);
  try {
    build();
  } finally {
    underBuild.pop();
  }
}

/** A weight of `layer`. Throws: NAME_INVALID, NAME_DUPLICATE, OPTION_INVALID, SHAPE_MISMATCH. */
export function createWeight(layer: WeightOwner, spec: WeightSpec, others: readonly Weight[]): Weight {
  const { name, shape, initializer } = spec;
  const dtype = spec.dtype ?? weightDType(layer);
  if (typeof name !== 'string' || name === '' || name.includes('/'))
    throw nameInvalid(`A weight of ${layer.label}`, name);
  const owner = builds().join('/');
  const path = `${owner}/${name}`;
  const subject = `Weight "${path}"`;
  if (others.some((weight) => weight.shortName === name))
    throw nameDuplicate(layer.label, name, 2, 'weights');
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= 0))
    throw optionInvalid(
      subject,
      'shape',
      'natural numbers; does its layer need a size that is not known?',
      shape,
    );
  if (typeof (initializer as Partial<typeof initializer> | undefined)?.initialize !== 'function')
    throw optionInvalid(subject, 'initializer', 'an initializer such as zeros()', initializer);
  // Initializers draw floats in float32.
  const drawn = isFloatDType(dtype) ? 'float32' : dtype;
  const value = allocateWeight({ path, shape, dtype }, () => {
    const values = initializer.initialize(shape, drawn, initializerKey(path));
    return values.dtype === drawn ? values.cast(dtype) : values;
  });
  if (!sameShape(value.shape, shape) || value.dtype !== dtype) {
    throw shapeMismatch(
      subject,
      `expected ${dtype}${formatShape(shape)} from its initializer, got ${value.dtype}${formatShape(value.shape)}`,
    );
  }
  return new Weight({
    name,
    owner,
    value,
    trainable: spec.trainable ?? true,
    regularizer: spec.regularizer ?? null,
    constraint: spec.constraint ?? null,
  });
}

/** The dtype that a layer's weights have by its policy. */
function weightDType({ dtypePolicy }: WeightOwner): NumberDType {
  const { variableDType } = dtypePolicy;
  return isNumberDType(variableDType) ? variableDType : 'float32';
}
