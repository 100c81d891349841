// What an optimizer keeps besides the slots of its weights: its name, the count of its steps, and its learning rate.
import * as tf from '@tensorflow/tfjs-core';
import {
  optionInvalid,
  snakeCaseClass,
  uniqueName,
  type Config,
  type Serializable,
  type SerializableKind,
  type Weight,
} from '@lamella/core';
import { HostScalar } from './host-scalar.js';
import { learningRateOption, type StateOptions } from './options.js';
import { isSchedule, type LearningRateSchedule } from './schedules/schedule.js';

export abstract class OptimizerState implements Serializable {
  /** Options that it takes and `withOptions` does not declare. */
  static readonly plainOptions: readonly string[] = ['name'];
  static readonly options = { learningRate: learningRateOption(0.001) };
  static readonly kind: SerializableKind = 'optimizers';

  readonly kind = 'optimizers';
  readonly name: string;
  protected readonly rate: HostScalar;
  private readonly counter: HostScalar;
  private readonly schedule: LearningRateSchedule | undefined;
  /** The steps before the one that runs. */
  private before = 0;
  private applied = 0;

  /** Throws: OPTION_INVALID. */
  constructor(options: StateOptions = {}) {
    this.name = options.name ?? uniqueName(snakeCaseClass(this.className));
    const { check, fallback } = new.target.options.learningRate;
    const rate = check(this.label, 'learningRate', options.learningRate ?? fallback, this);
    this.schedule = isSchedule(rate) ? rate : undefined;
    const owner = this.name;
    this.counter = new HostScalar({ name: 'iteration', owner, dtype: 'int32', value: 0 });
    const value = isSchedule(rate) ? rate.at(0) : rate;
    this.rate = new HostScalar({ name: 'learning_rate', owner, dtype: 'float32', value });
  }

  get className(): string {
    return (this.constructor as unknown as { className: string }).className;
  }

  /** How errors name it. */
  get label(): string {
    return `${this.className} "${this.name}"`;
  }

  /** The step counter, int32. */
  get iterations(): HostScalar {
    return this.counter;
  }

  /** The rate of the next step; setting it takes effect there. Throws: OPTION_INVALID where a schedule decides. */
  get learningRate(): number {
    return this.schedule?.at(this.iterations.current) ?? this.rate.current;
  }

  set learningRate(value: number) {
    if (this.schedule !== undefined) {
      const { className, name } = this.schedule;
      const expected = `none, because ${className} "${name}" decides it`;
      throw optionInvalid(this.label, 'learningRate', expected, value);
    }
    this.rate.current = learningRateOption.check(this.label, 'learningRate', value) as number;
  }

  /** Whether a schedule decides the rate. */
  get isScheduled(): boolean {
    return this.schedule !== undefined;
  }

  /** The iteration, and the learning rate unless a schedule decides it. */
  get variables(): Weight[] {
    return this.schedule === undefined ? [this.counter, this.rate] : [this.counter];
  }

  /** On the host, before a step: puts the rate that a schedule gives into its cell. */
  beforeStep(): void {
    if (this.schedule !== undefined) this.rate.current = this.learningRate;
    this.before = this.iterations.current;
  }

  /** How many steps there have been, which random numbers depend on. */
  get stepsTaken(): number {
    return this.iterations.current;
  }

  /** On the host, after a step that has succeeded and applied it so many times. */
  afterStep(times = 1): void | Promise<void> {
    // What was set meanwhile holds.
    if (this.iterations.current === this.before) this.iterations.count(times);
  }

  /** How often it has been applied in captures. */
  get applications(): number {
    return this.applied;
  }

  /** On the host, before the first of many steps: takes note of what others have done to its state. */
  async refresh(): Promise<void> {
    await this.iterations.refresh();
  }

  /** Inside a capture: counts one step more. */
  protected countStep(): void {
    this.applied++;
    this.counter.assign(tf.add(this.counter.read(), tf.scalar(1, 'int32')));
  }

  getConfig(): Config {
    return { name: this.name, learningRate: this.schedule ?? this.rate.current };
  }
}
