// Dtype policies: which dtype a layer computes in and which its weights have. By name, or by object as files of Keras write
// it. Not here: what computing in a dtype means (program's recorder and passes).
import { isDType, isFloatDType, sharedState, suggest, type DType, type FloatDType } from '@lamella/program';
import { dtypePolicyUnknown } from './errors.js';

/** The names of policies that layers of floats have. */
export type DTypePolicyName = FloatDType | 'mixed_float16' | 'mixed_bfloat16';

/** Whatever names a policy: a policy, its name, or the object that Keras' files hold. */
export type DTypePolicyLike =
  | DTypePolicy
  | DTypePolicyName
  | DType
  | { readonly class_name: string; readonly config: { readonly name?: unknown } };

const mixed: Readonly<Record<string, FloatDType>> = { mixed_float16: 'float16', mixed_bfloat16: 'bfloat16' };
const common: readonly string[] = [
  'float32',
  'float16',
  'bfloat16',
  'float64',
  'mixed_float16',
  'mixed_bfloat16',
];

/** Keras' classes of policies, those of Keras 2 included. */
const floatClasses: readonly string[] = ['DTypePolicy', 'FloatDTypePolicy', 'Policy', 'PolicyV1'];
const quantizedClasses: readonly string[] = [
  'QuantizedDTypePolicy',
  'QuantizedFloat8DTypePolicy',
  'Int4DTypePolicy',
  'GPTQDTypePolicy',
  'AWQDTypePolicy',
];
const mapClass = 'DTypePolicyMap';
const quantizedModes: readonly string[] = ['int8_', 'int4', 'float8_', 'gptq', 'awq'];

/** The names of all classes of policies that files of Keras may hold. */
export const dtypePolicyClasses: readonly string[] = [...floatClasses, ...quantizedClasses, mapClass];

const brand = Symbol.for('lamella.DTypePolicy');

/**
 * A dtype policy. `float16` and the like compute in it and keep weights in it; `mixed_float16` and `mixed_bfloat16` compute in
 * the narrow dtype with weights in float32.
 * Throws: DTYPE_POLICY_UNKNOWN.
 * Source: keras.DTypePolicy.
 */
export class DTypePolicy {
  readonly name: string;
  /** What the layer computes in: its inputs of floats are cast to it, and so are weights where they are read. */
  readonly computeDType: DType;
  /** What its weights have unless they say otherwise. */
  readonly variableDType: DType;

  constructor(name: string = dtypePolicy().name, subject = 'DTypePolicy') {
    if (quantizedModes.some((mode) => name.startsWith(mode)))
      throw quantized(subject, `policy "${name}" is one`);
    const compute = Object.hasOwn(mixed, name) ? mixed[name] : name;
    if (!isDType(compute) || compute === 'complex64')
      throw dtypePolicyUnknown(
        subject,
        `expected a dtype policy, got ${JSON.stringify(name)}. ${suggest(name, common)}`,
        `use one of ${common.join(', ')}`,
      );
    this.name = name;
    this.computeDType = compute;
    this.variableDType = name === compute ? compute : 'float32';
    Object.defineProperty(this, brand, { value: true });
  }

  /** The dtype that it computes floats in. */
  get floatDType(): FloatDType {
    return isFloatDType(this.computeDType) ? this.computeDType : 'float32';
  }

  /** As files hold it. */
  toJSON(): { module: 'keras'; class_name: 'DTypePolicy'; config: { name: string }; registered_name: null } {
    return { module: 'keras', class_name: 'DTypePolicy', config: { name: this.name }, registered_name: null };
  }
}

/** Whether `value` is a {@link DTypePolicy}, of any copy of this package. */
function isPolicy(value: unknown): value is DTypePolicy {
  return typeof value === 'object' && value !== null && brand in value;
}

const inForce = sharedState('dtype policy', () => ({ current: undefined as DTypePolicy | undefined }));

/** The policy of layers that are given none. Source: keras.config.dtype_policy. */
export function dtypePolicy(): DTypePolicy {
  return (inForce().current ??= new DTypePolicy('float32'));
}

/**
 * Sets the policy of layers that are given none, from here on. Throws: DTYPE_POLICY_UNKNOWN.
 * Source: keras.config.set_dtype_policy.
 *
 * @example
 * setDTypePolicy('mixed_float16');
 * dtypePolicy().computeDType; // 'float16'
 * setDTypePolicy('float32');
 */
export function setDTypePolicy(policy: DTypePolicyLike): void {
  inForce().current = toDTypePolicy(policy, 'setDTypePolicy()');
}

/** The policy that `given` names, the current default where it is undefined or null. Throws: DTYPE_POLICY_UNKNOWN. */
export function toDTypePolicy(given: DTypePolicyLike | null | undefined, subject: string): DTypePolicy {
  if (given === undefined || given === null) return dtypePolicy();
  if (typeof given === 'string') return new DTypePolicy(given, subject);
  if (isPolicy(given)) return given;
  const { class_name: className, config } = given as Partial<Exclude<typeof given, string>>;
  if (className === mapClass)
    throw dtypePolicyUnknown(
      subject,
      `${mapClass} gives the layers inside policies by their paths, which Lamella does not`,
      'give each layer its policy',
    );
  if (typeof className === 'string' && quantizedClasses.includes(className))
    throw quantized(subject, `${className} is a policy`);
  const name = (config as { name?: unknown } | undefined)?.name;
  if (typeof className !== 'string' || !floatClasses.includes(className) || typeof name !== 'string')
    throw dtypePolicyUnknown(
      subject,
      `expected a dtype policy, got ${JSON.stringify(given)?.slice(0, 80) ?? typeof given}`,
      `use one of ${common.join(', ')}`,
    );
  return new DTypePolicy(name, subject);
}

function quantized(subject: string, what: string): Error {
  return dtypePolicyUnknown(
    subject,
    `${what} of quantized weights, which Lamella does not compute with`,
    'save the model in Keras with a float policy, before quantize()',
  );
}
