// A scalar of an optimizer whose value the host knows without reading it: what it was set to, and how often it was counted.
import { Weight } from '@lamella/core';
import { allocateArray, HostTensor, type NumberDType } from '@lamella/program';

export interface HostScalarOptions {
  readonly name: string;
  readonly owner: string;
  readonly dtype: NumberDType;
  readonly value: number;
}

export class HostScalar extends Weight {
  private known: number;

  constructor({ name, owner, dtype, value }: HostScalarOptions) {
    const values = scalar(value, dtype);
    super({ name, owner, value: values, trainable: false });
    this.known = values.data[0]!;
  }

  /** Its value. */
  get current(): number {
    return this.known;
  }

  set current(value: number) {
    this.set(scalar(value, this.dtype));
  }

  override set(values: HostTensor): void {
    super.set(values);
    this.known = values.data[0]!;
  }

  /** Says that a run has added one, or more. */
  count(times = 1): void {
    this.known += times;
  }

  /** Reads it, lest others have run what updates it. */
  async refresh(): Promise<void> {
    this.known = (await this.values()).data[0]!;
  }
}

function scalar(value: number, dtype: NumberDType): HostTensor {
  return new HostTensor(allocateArray(dtype, 1).fill(value), [], dtype);
}
