// The kit with layers of more than one tensor: records and lists in and out, and tensors beside them by name.
import { compose, input, Layer, type CallContext, type Config, type LayerOptions } from '@lamella/core';
import { dense, layers, type Dense } from '@lamella/layers';
import { io } from '@lamella/io';
import { training, type Model } from '@lamella/training';
import { HostTensor } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { testLayer } from './test-layer.js';

interface RecallOptions extends LayerOptions {
  readonly units: number;
}

/** A dense layer on `query + value`, begun by `state` where a call gives one: `{ sum, parts: [query, -value] }`. */
class Recall extends Layer {
  static readonly className = 'acme>Recall';
  static readonly callArguments = ['state', 'isReversed'];
  private readonly head: Dense;

  constructor(private readonly options: RecallOptions) {
    super(options);
    this.head = this.addLayer('head', dense({ units: options.units, kernelInitializer: 'ones' }));
  }

  override call(
    { query, value }: { readonly query: tf.Tensor; readonly value: tf.Tensor },
    { args }: CallContext,
  ): { readonly sum: tf.Tensor; readonly parts: readonly [tf.Tensor, tf.Tensor] } {
    const { state, isReversed } = args as {
      readonly state?: readonly [tf.Tensor];
      readonly isReversed?: boolean;
    };
    const sum = this.head.apply(tf.add(query, value));
    const begun = state === undefined ? sum : tf.add(sum, state[0]);
    return { sum: isReversed === true ? tf.neg(begun) : begun, parts: [query, tf.neg(value)] };
  }

  override getConfig(): Config {
    return { ...super.getConfig(), units: this.options.units };
  }
}

const acme = { name: 'acme', classes: { layers: [Recall] } };

async function reload(model: Model): Promise<Layer> {
  const { encodeModel, loadModel } = compose({ backend: cpu(), plugins: [layers, training, io, acme] });
  return (await loadModel(await encodeModel(model, 'model.keras'))) as Layer;
}

const row = (...values: number[]): HostTensor =>
  new HostTensor(Float32Array.from(values), [1, values.length]);
const inputs = { query: row(1, 2), value: row(3, 4) };
const parts = [row(1, 2), row(-3, -4)];

testLayer(
  (options: RecallOptions) => new Recall(options),
  [
    { name: 'on a record', options: { units: 1 }, inputs, outputs: { sum: row(10), parts } },
    {
      name: 'with a state in a list and a flag, beside the record',
      options: { units: 2 },
      inputs,
      args: { state: [row(5, 6)], isReversed: true },
      outputs: { sum: row(-15, -16), parts },
    },
  ],
  {
    plugins: [acme],
    reload,
    rejects: [
      {
        name: 'a record with another key than at its first call, and names both',
        run: () => {
          const layer = new Recall({ units: 1, name: 'recall' });
          layer.apply({ query: input({ shape: [2] }), value: input({ shape: [2] }) });
          layer.apply({ query: input({ shape: [2] }), values: input({ shape: [2] }) } as never);
        },
        code: 'STRUCTURE_MISMATCH',
        says: ['Recall "recall"', '"value" is missing', '"values" is not expected'],
      },
      {
        name: 'an argument that it does not take, with the nearest that it takes',
        run: () =>
          new Recall({ units: 1, name: 'recall' }).apply(
            { query: input({ shape: [2] }), value: input({ shape: [2] }) },
            { states: [input({ shape: [1] })] },
          ),
        code: 'ARGUMENT_UNKNOWN',
        says: ['Recall "recall"', '"states"', 'Did you mean "state"?'],
      },
    ],
  },
);
