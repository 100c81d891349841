// The losses of a compiled model: which loss each output has, their weights, and what is reported of them.
import * as tf from '@tensorflow/tfjs-core';
import { dataInvalid, isObjectConfig, optionInvalid, type Arrangement, type Catalog } from '@lamella/core';
import { isLamellaError, lamellaError, withoutCode, type Shape } from '@lamella/program';
import type { Loss } from './losses/loss.js';
import { resolveLoss, type LossLike } from './losses/resolve-loss.js';
import { Mean } from './metrics/mean.js';
import type { Metric } from './metrics/metric.js';
import { perOutput, type PerOutput } from './per-output.js';

/** Whose losses or metrics they are, and where their names are looked up. */
export interface CompilePlace {
  readonly subject: string;
  /** How the model's outputs are nested and named. */
  readonly outputs: Arrangement;
  readonly catalog: Catalog | undefined;
}

export class CompiledLoss {
  /** The running mean of the total, which logs show as `loss`. */
  readonly total = new Mean({ name: 'loss' });
  private readonly subject: string;
  private readonly outputs: readonly string[];
  private readonly losses: readonly (Loss | null)[];
  private readonly lossWeights: readonly number[];
  /** The running means of each output's own loss, where there are several outputs. */
  private readonly perOutput: readonly Mean[];

  /** Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID. */
  constructor(
    { subject, outputs, catalog }: CompilePlace,
    loss: PerOutput<LossLike | null> | undefined,
    lossWeights: PerOutput<number> | undefined,
  ) {
    this.subject = subject;
    this.outputs = outputs.names;
    this.losses = perOutput<LossLike | null>(subject, 'loss', outputs, loss ?? null, {
      isItem: isLossLike,
      isForAll: true,
    }).map((item) => (item === null ? null : resolveLoss(item, subject, catalog)));
    this.lossWeights = perOutput<number>(subject, 'lossWeights', outputs, lossWeights ?? 1, {
      isItem: isNumber,
      isForAll: true,
    }).map((weight) => weight ?? 1);
    const { names } = outputs;
    this.perOutput = names.length > 1 ? names.map((name) => new Mean({ name: `${name}_loss` })) : [];
  }

  get isPresent(): boolean {
    return this.losses.some((loss) => loss !== null);
  }

  /** The metrics whose results are logged, with the names they are logged by. */
  get trackers(): readonly Metric[] {
    return [this.total, ...this.perOutput.filter((_, i) => this.losses[i] !== null)];
  }

  /** Whether the targets of an output must be numbers of classes, and which number needs not. */
  labelsOf(output: number, yTrue: Shape, yPred: Shape): { readonly ignored: number | null } | undefined {
    const loss = this.losses[output];
    return loss?.takesLabels(yTrue, yPred) === true ? { ignored: loss.ignoredLabel } : undefined;
  }

  /** The summed loss of all outputs; inside a capture. Updates the trackers of the outputs, not that of the total. */
  evaluate(
    yTrue: readonly tf.Tensor[],
    yPred: readonly tf.Tensor[],
    weights: readonly (tf.Tensor | null)[],
    masks: readonly (tf.Tensor | null)[],
  ): tf.Tensor | null {
    let total: tf.Tensor | null = null;
    this.losses.forEach((loss, i) => {
      if (loss === null) return;
      if (yTrue[i] === undefined) {
        throw dataInvalid(
          this.subject,
          `no targets for output "${this.outputs[i]}", which has a loss`,
          'pass y to fit() and evaluate()',
        );
      }
      const value = namingOutput(this.subject, this.outputs[i]!, () =>
        loss.evaluate(yTrue[i]!, yPred[i]!, weights[i] ?? null, masks[i] ?? null),
      );
      if (value.rank > 0)
        throw optionInvalid(this.subject, 'loss', 'a loss whose reduction gives one number', loss.reduction);
      this.perOutput[i]?.updateValues(value, tf.scalar(yPred[i]!.shape[0]!));
      const weighted = this.lossWeights[i] === 1 ? value : tf.mul(value, this.lossWeights[i]!);
      total = total === null ? weighted : tf.add(total, weighted);
    });
    return total;
  }
}

/** Runs what a loss or metric computes; where it says that shapes do not fit, the error names the model's output. */
export function namingOutput<T>(subject: string, output: string, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (!isLamellaError(error, 'SHAPE_MISMATCH')) throw error;
    const [first, ...rest] = withoutCode(error).split('\n');
    throw lamellaError('SHAPE_MISMATCH', {
      subject: `${subject}, output "${output}"`,
      problem: `its targets do not fit. ${first}`,
      details: rest,
      cause: error,
    });
  }
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}

function isLossLike(value: unknown): boolean {
  return (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'function' ||
    (typeof value === 'object' && ((value as Partial<Loss>).kind === 'losses' || isObjectConfig(value)))
  );
}
