// Operation: a call of keras.ops in a graph, such as `x + 2`, as a layer without weights. It is read from files and written
// back as it was; in programs of one's own, a Lambda is the way.
import type * as tf from '@tensorflow/tfjs-core';
import { flatten, type Tree } from '@lamella/program';
import { Layer, type Autocast, type CallContext, type Config, type ConfigValue } from '@lamella/core';
import { operationInvalid } from '../errors.js';
import type { Json } from '../keras-json/python-json.js';
import type { Operand, OperandCall } from './operand.js';
import { OperationCall, type OperandValue, type OperationDefinition } from './operation-definition.js';

/** How a file names an operation, and what it calls it with. */
export interface OperationConfig {
  readonly name: string;
  /** Keras' class, e.g. `Add`. */
  readonly operation: string;
  /** The module of that class, e.g. `keras.src.ops.numpy`. */
  readonly module: string;
  readonly definition: OperationDefinition;
  /** What Keras' constructor takes, by Keras' names, its name among them. */
  readonly options: Readonly<Record<string, Json>>;
  readonly operands: OperandCall;
}

const brand = Symbol.for('lamella.Operation');

/** Throws: OPERATION_INVALID for arguments and options that the operation does not have. */
export class Operation extends Layer {
  static readonly className = 'Operation';

  constructor(readonly operation: OperationConfig) {
    super({ name: operation.name });
    Object.defineProperty(this, brand, { value: true });
    const unknown = Object.keys(operation.options).filter(
      (key) => ![...operation.definition.options, 'name'].includes(key) && operation.options[key] !== null,
    );
    if (unknown.length > 0) throw operationInvalid(this.label, `option "${unknown[0]}" is not supported`);
    this.named();
  }

  /** It computes in the dtype that its inputs have. */
  override get autocast(): Autocast {
    return 'none';
  }

  override get className(): string {
    return this.operation.operation;
  }

  override call(inputs: Tree<tf.Tensor>, _context: CallContext): tf.Tensor | tf.Tensor[] {
    const tensors = flatten(inputs);
    const values = [...this.named()].map(([name, operand]) => [name, valueOf(operand, tensors)] as const);
    const { definition, options } = this.operation;
    return definition.run(new OperationCall(this.label, new Map(values), options));
  }

  /** For files, which have more to say about it. */
  override getConfig(): Config {
    return { ...(this.operation.options as Record<string, ConfigValue>) };
  }

  /** The arguments by name; no other than the operation's own. */
  private named(): Map<string, Operand> {
    const { definition, operands } = this.operation;
    const last = definition.parameters.at(-1);
    const rest = last?.startsWith('*') === true ? last.slice(1) : undefined;
    const names = rest === undefined ? definition.parameters : definition.parameters.slice(0, -1);
    const found = new Map<string, Operand>();
    if (operands.args.length > names.length && rest === undefined)
      throw operationInvalid(this.label, `expected ${names.length} arguments, got ${operands.args.length}`);
    names.forEach((name, i) => operands.args[i] !== undefined && found.set(name, operands.args[i]));
    if (rest !== undefined) found.set(rest, { kind: 'list', items: operands.args.slice(names.length) });
    for (const [name, operand] of Object.entries(operands.kwargs)) {
      if (!names.includes(name) || found.has(name))
        throw operationInvalid(this.label, `it has no argument "${name}", or has it twice`);
      found.set(name, operand);
    }
    return found;
  }
}

function valueOf(operand: Operand, tensors: readonly tf.Tensor[]): OperandValue {
  if (operand.kind === 'input') return { kind: 'tensor', tensor: tensors[operand.input]! };
  if (operand.kind === 'constant') return { kind: 'tensor', tensor: operand.value.tensor() };
  if (operand.kind === 'list')
    return { kind: 'list', items: operand.items.map((item) => valueOf(item, tensors)) };
  return operand;
}

/** Whether a layer is an {@link Operation}, of any copy of this package. */
export function isOperation(layer: Layer): layer is Operation {
  return brand in layer;
}
