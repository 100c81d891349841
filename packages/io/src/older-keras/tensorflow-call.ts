// One call of a function of TensorFlow while it is translated: its arguments, and the operations made so far.
import { fileInvalid } from '../errors.js';
import { isPythonFloat, type Json } from '../keras-json/python-json.js';
import { moduleOf } from '../operations/operations.js';

type JsonRecord = { readonly [key: string]: Json };

/** What stands for a size that `tf.shape` gives: it is no tensor here, and reshape alone takes it. */
export const dynamicSize = { class_name: '__dynamic_size__' } as const;

export function isDynamicSize(value: Json): boolean {
  return value === (dynamicSize as Json);
}

/** Arguments that change nothing where they have these values. */
const withoutEffect: Readonly<Record<string, readonly Json[]>> = {
  validate_indices: [true, false],
  conjugate: [false],
  batch_dims: [0],
  adjoint_a: [false],
  adjoint_b: [false],
  a_is_sparse: [false],
  b_is_sparse: [false],
  data_format: ['NHWC', 'NWC', 'NDHWC'],
  use_cudnn_on_gpu: [true],
  name: [],
};

export class TensorFlowCall {
  private readonly made: { className: string; options: JsonRecord; args: readonly Json[]; name: string }[] =
    [];
  private readonly left: Map<string, Json>;

  constructor(
    private readonly name: string,
    /** The first argument: a tensor, a list of tensors, or a constant. */
    readonly first: Json,
    kwargs: JsonRecord,
    private readonly file: string,
  ) {
    this.left = new Map(Object.entries(kwargs).filter(([, value]) => value !== null));
  }

  /** An argument by name, which then counts as used. */
  take(name: string, otherwise: Json = null): Json {
    const found = this.left.get(name);
    this.left.delete(name);
    return found ?? otherwise;
  }

  /** The same, where it must be there. Throws: FILE_INVALID. */
  need(name: string): Json {
    const found = this.take(name);
    if (found === null) throw this.fail(`argument "${name}" is missing`);
    return found;
  }

  /** Adds an operation and gives its output. */
  op(className: string, args: readonly Json[], options: JsonRecord = {}): Json {
    if (args.flat().some(isDynamicSize))
      throw this.fail('it takes the size of a tensor, which reshape alone does here');
    const name = `${this.name}_part_${this.made.length}`;
    // A key is made of numbers, too, and is no tensor.
    const held = className === 'GetItem' ? args : args.map(constantOf);
    this.made.push({ className, options, args: held, name });
    return { class_name: '__keras_tensor__', config: { keras_history: [name, 0, 0] } };
  }

  /** The operations as Keras 3 stores them. Throws: FILE_INVALID where an argument has not been used. */
  finish(): Json[] {
    for (const [key, value] of this.left)
      if (key !== 'name' && withoutEffect[key]?.includes(value) !== true)
        throw this.fail(`argument ${key}: ${JSON.stringify(value)} is not supported`);
    return this.made.map(({ className, options, args, name: own }, i) => {
      const name = i === this.made.length - 1 ? this.name : own;
      return {
        module: moduleOf(className),
        class_name: className,
        config: { name, ...options },
        registered_name: className,
        name,
        inbound_nodes: [{ args, kwargs: {} }],
      };
    });
  }

  fail(problem: string): Error {
    return fileInvalid(this.file, `operation "${this.name}" of Keras 2: ${problem}`);
  }
}

/** A list of numbers as Keras 3 holds a constant tensor, also beside tensors; anything else as it is. */
function constantOf(value: Json): Json {
  if (!Array.isArray(value)) return value;
  if (!isNumbers(value)) return (value as readonly Json[]).map(constantOf);
  const dtype = hasFloats(value) ? 'float32' : 'int32';
  return { class_name: '__tensor__', config: { value, dtype } };
}

function isNumbers(value: Json): boolean {
  return Array.isArray(value)
    ? value.length > 0 && (value as readonly Json[]).every(isNumbers)
    : typeof value === 'number';
}

function hasFloats(list: readonly Json[]): boolean {
  return list.some((item, i) => (Array.isArray(item) ? hasFloats(item) : isPythonFloat(list, i)));
}
