// Batches that are trained and tried one by one: steps inside a pass that goes on from call to call.
import { checkOptionNames, dataInvalid, Pass, type OptionNames } from '@lamella/core';
import { CallbackList } from './callbacks/callback-list.js';
import type { Logs } from './callbacks/callback.js';
import { adaptTensors, type Tensors } from './data/adapt-data.js';
import { tensorSource } from './data/batch-source.js';
import type { EvaluateOptions } from './evaluate.js';
import { stepData } from './fit.js';
import { testEpoch, trainEpoch } from './loops.js';
import type { TrainableModel } from './trainable-model.js';

/** The options of one batch. */
export type BatchOptions = Pick<EvaluateOptions, 'sampleWeight' | 'classWeight'>;

const names: OptionNames<BatchOptions> = { sampleWeight: true, classWeight: true };

export class OneByOne {
  private pass: Pass | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  /** One step on one batch, after those that were asked for before. */
  run(
    model: TrainableModel,
    kind: 'train' | 'test',
    x: Tensors,
    y: Tensors | undefined,
    options: BatchOptions,
  ): Promise<Logs> {
    const done = this.turn.then(() => this.step(model, kind, x, y, options));
    this.turn = done.catch(() => undefined);
    return done;
  }

  /** Has metrics begin anew. */
  reset(): void {
    this.pass?.dispose();
    this.pass = undefined;
  }

  private async step(
    model: TrainableModel,
    kind: 'train' | 'test',
    x: Tensors,
    y: Tensors | undefined,
    options: BatchOptions,
  ): Promise<Logs> {
    const name = `${kind}OnBatch()`;
    checkOptionNames(`${model.label}, ${name}`, options, names);
    const ends = await model.endsFor(kind, x, y);
    const data = stepData(model, kind, ends, { ...options, y });
    if (y === undefined && data.loss?.isPresent === true)
      throw dataInvalid(model.label, `it has a loss, and ${name} was given no targets`, 'pass y');
    const { x: inputs, y: targets, weights } = await adaptTensors(ends, x, data);
    const cursor = tensorSource(inputs, targets, weights, inputs[0]?.shape[0] ?? 1).open();
    const inside = (this.pass ??= new Pass(model.backend));
    const epoch = kind === 'train' ? trainEpoch : testEpoch;
    return (await epoch(model, ends, cursor, { callbacks: new CallbackList([]), inside })).logs;
  }
}
