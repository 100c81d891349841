// Inputs: where a graph begins.
import type * as tf from '@tensorflow/tfjs-core';
import { isDType, type DType, type SymbolicShape, computeDType } from '@lamella/program';
import type { Config } from './config.js';
import { inputInvalid } from './errors.js';
import { checkOptionNames, type OptionNames } from './known-options.js';
import { Layer } from './layer.js';
import { Node } from './node.js';
import type { SymbolicTensor } from './symbolic-tensor.js';
import type { TensorSpec } from './tensor-spec.js';

export interface InputOptions {
  /** Without the batch dimension; `null` for sizes not known yet. */
  readonly shape?: SymbolicShape;
  /** With the batch dimension, in place of `shape`. */
  readonly batchShape?: SymbolicShape;
  readonly batchSize?: number;
  /** How the data lies in memory; uint8 and other integers reach the layers as int32. */
  readonly dtype?: DType;
  readonly name?: string;
}

const names: OptionNames<InputOptions> = {
  shape: true,
  batchShape: true,
  batchSize: true,
  dtype: true,
  name: true,
};

/** The layer behind an input: it passes its tensor on. */
export class InputLayer extends Layer {
  static readonly className = 'InputLayer';
  static readonly fileFacts = {
    builtAtOnce: true,
    fixedOptions: { sparse: false, ragged: false, optional: false },
  };
  readonly batchShape: SymbolicShape;
  readonly dtype: DType;

  constructor(options: InputOptions) {
    super({ ...(options.name !== undefined && { name: options.name }) });
    if (options.shape === undefined && options.batchShape === undefined) {
      throw inputInvalid(
        this.label,
        'expected a shape, got none',
        'pass input({ shape: [784] }), without the batch dimension',
      );
    }
    if (options.shape !== undefined && options.batchShape !== undefined) {
      throw inputInvalid(this.label, 'expected shape or batchShape, got both', 'pass one of them');
    }
    const shape = options.batchShape ?? [
      options.batchSize ?? null,
      ...checkedList(this.label, options.shape),
    ];
    for (const size of checkedList(this.label, shape)) {
      if (size !== null && (!Number.isSafeInteger(size) || size < 0)) {
        throw inputInvalid(
          this.label,
          `expected sizes that are natural numbers or null, got [${shape.join(', ')}]`,
        );
      }
    }
    this.batchShape = Object.freeze([...shape]);
    this.dtype = options.dtype ?? 'float32';
    if (!isDType(this.dtype)) throw inputInvalid(this.label, `unknown dtype "${String(this.dtype)}"`);
  }

  override call(inputs: tf.Tensor): tf.Tensor {
    return inputs;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override getConfig(): Config {
    return { batchShape: this.batchShape, dtype: this.dtype, name: this.name };
  }

  /** The tensor this input stands for. */
  get tensor(): SymbolicTensor {
    if (this.inboundNodes.length === 0) {
      this.ensureBuilt(this.batchShape);
      const spec: TensorSpec = { shape: this.batchShape, dtype: computeDType(this.dtype) };
      this.inboundNodes.push(new Node(this, { inputs: [] }, spec));
    }
    return this.inboundNodes[0]!.outputs[0]!;
  }
}

/**
 * Begins a graph: a symbolic tensor of the given shape.
 *
 * Throws: INPUT_INVALID without a shape, or with sizes that are no natural numbers.
 *
 * @example
 * const pixels = input({ shape: [784], name: 'pixels' });
 */
export function input(options: InputOptions): SymbolicTensor {
  checkOptionNames('input()', options, names);
  return new InputLayer(options).tensor;
}

/** Whether a layer is an input of a graph. */
export function isInputLayer(layer: Layer): layer is InputLayer {
  return layer.className === InputLayer.className;
}

function checkedList(subject: string, shape: unknown): (number | null)[] {
  if (!Array.isArray(shape))
    throw inputInvalid(
      subject,
      `expected a list of sizes, got ${JSON.stringify(shape)}`,
      'write shape: [784]',
    );
  return shape as (number | null)[];
}
