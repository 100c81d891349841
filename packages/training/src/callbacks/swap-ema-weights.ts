// SwapEMAWeights: evaluation with the averages of the weights that an optimizer keeps, in place of the weights.
import { checkOptionNames, optionInvalid, type OptionNames, type Weight } from '@lamella/core';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { TrainableModel } from '../trainable-model.js';
import { fieldKinds, fieldsOf, type CallbackState } from './callback-state.js';
import type { Callback, RunParameters } from './callback.js';

export interface SwapEMAWeightsOptions {
  /** Whether the averages are in the model from the end of an epoch to the begin of the next one, for callbacks after this. Default false. */
  readonly swapOnEpoch?: boolean;
}

const names: OptionNames<SwapEMAWeightsOptions> = { swapOnEpoch: true };

/**
 * Puts the averages of optimizers with `useEma` into the model while it is evaluated or predicts, and the weights back afterwards.
 * Source: keras.callbacks.SwapEMAWeights. Throws: OPTION_UNKNOWN; OPTION_INVALID where no optimizer keeps averages.
 *
 * @example
 * const averaged = swapEMAWeights({ swapOnEpoch: true }); // before modelCheckpoint(), which then writes the averages
 */
export class SwapEMAWeights implements Callback {
  private model!: TrainableModel;
  private epochs = 1;
  private isSwapped = false;

  constructor(private readonly options: SwapEMAWeightsOptions = {}) {
    checkOptionNames('SwapEMAWeights', options, names);
  }

  /** Where the averages are: a backup between two epochs holds the model with them in it. */
  get state(): CallbackState {
    return { isSwapped: this.isSwapped };
  }

  set state(kept: CallbackState) {
    Object.assign(this, fieldsOf('SwapEMAWeights', kept, { isSwapped: fieldKinds.flag }));
  }

  setModel(model: TrainableModel): void {
    this.model = model;
  }

  setParameters({ epochs }: RunParameters): void {
    this.epochs = epochs;
  }

  async onEpochBegin(): Promise<void> {
    await this.show(false);
  }

  async onEpochEnd(epoch: number): Promise<void> {
    if (this.options.swapOnEpoch !== true) return;
    await this.show(true);
    if (epoch < this.epochs - 1 && !this.model.stopTraining) return;
    // When fit ends, the weights take over the averages: from now on those are what the weights are.
    for (const [weight, average] of this.averages) average.set((await weight.values()).clone());
    this.isSwapped = false;
  }

  async onTestBegin(): Promise<void> {
    await this.show(true);
  }

  async onTestEnd(): Promise<void> {
    await this.show(false);
  }

  async onPredictBegin(): Promise<void> {
    await this.show(true);
  }

  async onPredictEnd(): Promise<void> {
    await this.show(false);
  }

  /** An aborted run leaves the weights in the model, and the averages with the optimizer. */
  async onFailure(): Promise<void> {
    await this.show(false);
  }

  private get averages(): ReadonlyMap<Weight, Weight> {
    const optimizers = [...this.model.requireCompiled().optimizers.values()];
    if (!optimizers.some(keepsAverages))
      throw optionInvalid(
        'SwapEMAWeights',
        'the optimizer',
        'one that keeps averages (useEma)',
        optimizers.map(({ label }) => label).join(', '),
      );
    return new Map(optimizers.flatMap(({ movingAverages }) => [...movingAverages]));
  }

  /** Has the averages in the model, or the weights. */
  private async show(averages: boolean): Promise<void> {
    if (this.isSwapped === averages) return;
    this.isSwapped = averages;
    for (const [weight, average] of this.averages) {
      const [value, mean] = await Promise.all(
        [weight, average].map(async (one) => (await one.values()).clone()),
      );
      weight.set(mean!);
      average.set(value!);
    }
  }
}

function keepsAverages({ useEma, parts }: Optimizer): boolean {
  return useEma || [...parts.values()].some(keepsAverages);
}

/** Creates a {@link SwapEMAWeights}. */
export function swapEMAWeights(options: SwapEMAWeightsOptions = {}): SwapEMAWeights {
  return new SwapEMAWeights(options);
}
