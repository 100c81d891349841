// A Weight: a name, a shape, a dtype, flags and a buffer, which lies with the backend that it last ran on.
// Sharing a layer means sharing its Weight objects and nothing else.
import type * as tf from '@tensorflow/tfjs-core';
import {
  assignState,
  heldDType,
  HostTensor,
  isCapturing,
  readState,
  requirePresent,
  sizeOf,
  tfjsDType,
  type Shape,
  type StateSlot,
  type NumberDType,
  type TypedArray,
} from '@lamella/program';
import type { Backend } from './backend.js';
import type { Buffer } from './buffer.js';
import { checkFits } from './check-fits.js';
import { inputInvalid, weightAway } from './errors.js';
import { hostBuffer, isHostBuffer } from './host-buffer.js';
import type { Constraint, Regularizer } from './initializer.js';
import { hasRuns, queueRun } from './run-queue.js';
import { checkWeightAccess } from './weight-access.js';

export interface WeightOptions {
  /** Its own name, e.g. `kernel`. */
  readonly name: string;
  /** The path of the layer that owns it, e.g. `dense_1`; empty for none. */
  readonly owner: string;
  readonly value: HostTensor;
  readonly trainable?: boolean;
  readonly regularizer?: Regularizer | null;
  readonly constraint?: Constraint | null;
  /** For what starts anew with each pass over data, as metrics do: the value it starts at. Each {@link Pass} has a place of its own for it. */
  readonly startsAt?: number;
}

/** A cell of numbers that layers read, training changes and files keep. Layers create it with `addWeight`. */
export class Weight implements StateSlot {
  /** Its own name, e.g. `kernel`. */
  readonly shortName: string;
  /** Its path, e.g. `dense_1/kernel`. */
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: NumberDType;
  readonly regularizer: Regularizer | null;
  readonly constraint: Constraint | null;
  /** Whether the layer meant it to be trained; a layer whose own `trainable` is false freezes it all the same. */
  trainable: boolean;
  readonly startsAt: number | undefined;
  private memory: Buffer;
  /** What it was set to last and does not hold yet, because runs that were asked for earlier come first. */
  private coming: HostTensor | undefined;

  constructor(options: WeightOptions) {
    this.shortName = options.name;
    this.name = options.owner === '' ? options.name : `${options.owner}/${options.name}`;
    this.shape = options.value.shape;
    this.dtype = options.value.dtype;
    this.memory = hostBuffer(options.value);
    this.trainable = options.trainable ?? true;
    this.regularizer = options.regularizer ?? null;
    this.constraint = options.constraint ?? null;
    this.startsAt = options.startsAt;
  }

  /** Where its values lie: first in plain host memory, then with the backend of the last run. */
  get buffer(): Buffer {
    return this.memory;
  }

  /** How many values it has. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Its values, perhaps as a view: valid until it next changes, and not to be written to. */
  async values(): Promise<HostTensor> {
    return (this.coming ?? (await this.memory.read())).cast(this.dtype);
  }

  /**
   * The weight as a tfjs tensor: its symbolic value inside a capture, else a copy of its values on the current tfjs backend.
   * Throws: WEIGHT_AWAY outside a capture where they are not in host memory.
   */
  read(): tf.Tensor {
    checkWeightAccess(this);
    if (isCapturing()) return readState(this);
    if (this.coming !== undefined) return this.coming.tensor();
    if (isHostBuffer(this.memory)) return this.memory.memory.tensor();
    throw weightAway(this.name, this.memory.backend?.name);
  }

  /**
   * Gives it a new value from tfjs code; inside a capture this becomes an update of the Program.
   * Throws: SHAPE_MISMATCH, DTYPE_MISMATCH, INPUT_INVALID for a tensor that was disposed of, and nothing has changed.
   */
  assign(value: tf.Tensor): void {
    checkWeightAccess(this);
    if (isCapturing()) return assignState(this, value);
    const dtype = tfjsDType(this.dtype) as NumberDType;
    checkFits(`Weight "${this.name}"`, value, this, dtype);
    if (value.isDisposed)
      throw inputInvalid(`Weight "${this.name}"`, 'expected a tensor, got one that was disposed of');
    const values = new HostTensor(value.dataSync() as TypedArray, this.shape, dtype);
    this.take(values.cast(this.dtype));
  }

  /**
   * Copies values in. Runs that were asked for earlier still compute with the old ones, and what they make of them is gone.
   * Throws: SHAPE_MISMATCH, DTYPE_MISMATCH, and nothing has changed.
   */
  set(values: HostTensor): void {
    checkFits(`Weight "${this.name}"`, values, this, this.dtype);
    requirePresent(values, `Weight "${this.name}"`);
    this.take(values);
  }

  /** Moves its values into memory of `backend`. */
  async moveTo(backend: Backend): Promise<void> {
    const { memory } = this;
    const { shape } = this;
    const moved = backend.buffer({ shape, dtype: heldDType(this.dtype, backend) });
    moved.write((await memory.read()).cast(moved.dtype));
    this.memory = moved;
    memory.dispose();
  }

  private take(values: HostTensor): void {
    const { backend } = this.memory;
    if (!hasRuns(backend)) return this.memory.write(values.cast(this.memory.dtype));
    const kept = values.clone();
    this.coming = kept;
    void queueRun([backend], async () => {
      if (this.coming === kept) this.coming = undefined;
      // A run before this one may have moved the weight to where others run.
      if (this.memory.backend !== backend) this.take(kept);
      else this.memory.write(kept.cast(this.memory.dtype));
    });
  }
}
