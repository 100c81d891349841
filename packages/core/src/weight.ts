// A Weight: a name, a shape, a dtype, a trainable flag and host data. It owns its memory; executables borrow it.
// Sharing a layer means sharing its Weight objects and nothing else.
import type * as tf from '@tensorflow/tfjs-core';
import {
  assignState,
  computeDType,
  dtypeMismatch,
  formatShape,
  type HostTensor,
  isCapturing,
  readState,
  sameShape,
  shapeMismatch,
  type Shape,
  type StateSlot,
  type StorageDType,
  type TypedArray,
} from '@lamella/program';
import type { Constraint, Regularizer } from './initializer.js';
import { checkWeightAccess } from './weight-access.js';

export interface WeightOptions {
  /** Its own name, e.g. `kernel`. */
  readonly name: string;
  /** The path of the layer that owns it, e.g. `dense_1`. */
  readonly owner: string;
  readonly value: HostTensor;
  readonly trainable?: boolean;
  readonly regularizer?: Regularizer | null;
  readonly constraint?: Constraint | null;
}

/** A cell of numbers that layers read, training changes and files keep. Layers create it with `addWeight`. */
export class Weight implements StateSlot {
  /** Its own name, e.g. `kernel`. */
  readonly shortName: string;
  /** Its path, e.g. `dense_1/kernel`. */
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: StorageDType;
  readonly regularizer: Regularizer | null;
  readonly constraint: Constraint | null;
  /** Whether the layer meant it to be trained; a layer whose own `trainable` is false freezes it all the same. */
  trainable: boolean;
  private memory: HostTensor;
  private changes = 0;

  constructor(options: WeightOptions) {
    this.shortName = options.name;
    this.name = `${options.owner}/${options.name}`;
    this.shape = options.value.shape;
    this.dtype = options.value.dtype;
    this.memory = options.value;
    this.trainable = options.trainable ?? true;
    this.regularizer = options.regularizer ?? null;
    this.constraint = options.constraint ?? null;
  }

  /** Its values, as they lie in memory; write to them only through {@link set}. */
  get value(): HostTensor {
    return this.memory;
  }

  /** Grows with each change of the values; whoever keeps a copy compares it. */
  get version(): number {
    return this.changes;
  }

  /** The weight as a tfjs tensor: its symbolic value inside a capture, else a copy of its values on the current backend. */
  read(): tf.Tensor {
    checkWeightAccess(this);
    return isCapturing() ? readState(this) : this.memory.tensor();
  }

  /**
   * Gives it a new value from tfjs code; inside a capture this becomes an update of the Program.
   * Throws: SHAPE_MISMATCH, DTYPE_MISMATCH, and nothing has changed.
   */
  assign(value: tf.Tensor): void {
    checkWeightAccess(this);
    if (isCapturing()) return assignState(this, value);
    this.checkFits(value, computeDType(this.dtype));
    this.memory.data.set(value.dataSync() as TypedArray);
    this.changes++;
  }

  /** Copies values in. Throws: SHAPE_MISMATCH, DTYPE_MISMATCH, and nothing has changed. */
  set(value: HostTensor): void {
    this.checkFits(value, this.dtype);
    this.memory.data.set(value.data);
    this.changes++;
  }

  /**
   * Takes `next` as its memory, already filled, and gives back the old one. For executors that write beside the weight.
   * What the executor computed in a wider dtype than the weight's is copied in instead, and `next` given back.
   */
  exchange(next: HostTensor): HostTensor {
    this.checkFits(next, next.dtype === this.dtype ? this.dtype : computeDType(this.dtype));
    const isNarrow = next.dtype !== this.dtype;
    const previous = this.memory;
    if (isNarrow) previous.data.set(next.data);
    else this.memory = next;
    this.changes++;
    return isNarrow ? next : previous;
  }

  private checkFits(value: { readonly shape: Shape; readonly dtype: string }, dtype: StorageDType): void {
    const subject = `Weight "${this.name}"`;
    if (!sameShape(value.shape, this.shape))
      throw shapeMismatch(
        subject,
        `expected shape ${formatShape(this.shape)}, got ${formatShape(value.shape)}`,
      );
    if (value.dtype !== dtype) throw dtypeMismatch(subject, `expected ${dtype}, got ${value.dtype}`);
  }
}
