// Layers as other packages write them, with layers inside, tensors as arguments and records: trained, saved, loaded.
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import {
  clearNames,
  compose,
  input,
  Layer,
  type CallContext,
  type Config,
  type LayerOptions,
  type SymbolicTensor,
} from '@lamella/core';
import { dense, layers } from '@lamella/layers';
import { flatten, HostTensor, isShape, type SymbolicShape, type Tree } from '@lamella/program';
import { adam, training } from '@lamella/training';
import { io } from './io.js';

/** Applies a layer to every step of a sequence. */
class TimeDistributed extends Layer {
  static readonly className = 'acme>TimeDistributed';
  private readonly inner: Layer;

  constructor(options: LayerOptions & { readonly layer: Layer }) {
    super(options);
    this.inner = this.addLayer('layer', options.layer);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override build(shape: Tree<SymbolicShape>): void {
    if (isShape(shape)) this.inner.ensureBuilt([null, ...shape.slice(2)]);
  }

  override call(x: tf.Tensor): tf.Tensor {
    const [batch, steps, ...features] = x.shape;
    const y = this.inner.apply(tf.reshape(x, [batch! * steps!, ...features])) as tf.Tensor;
    return tf.reshape(y, [batch!, steps!, ...y.shape.slice(1)]);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), layer: this.inner };
  }
}

/** A recurrent layer: gives its outputs and its last state, and may begin at a given one. */
class Recurrent extends Layer {
  static readonly className = 'acme>Recurrent';
  static readonly callArguments = ['initialState', 'goBackwards'];
  readonly units: number;
  private readonly fromInput: ReturnType<typeof dense>;
  private readonly fromState: ReturnType<typeof dense>;

  constructor(options: LayerOptions & { readonly units: number }) {
    super(options);
    this.units = options.units;
    this.fromInput = this.addLayer('from_input', dense({ units: this.units, name: `${this.name}_input` }));
    this.fromState = this.addLayer('from_state', dense({ units: this.units, name: `${this.name}_state` }));
  }

  override call(
    x: tf.Tensor,
    { args }: CallContext,
  ): { readonly output: tf.Tensor; readonly state: tf.Tensor } {
    const { initialState, goBackwards = false } = args as {
      readonly initialState?: readonly [tf.Tensor];
      readonly goBackwards?: boolean;
    };
    const steps = tf.unstack(x, 1);
    if (goBackwards) steps.reverse();
    let state = initialState?.[0] ?? tf.zeros([x.shape[0]!, this.units]);
    const outputs = steps.map(
      (step) => (state = tf.tanh(tf.add(this.fromInput.apply(step), this.fromState.apply(state)))),
    );
    return { output: tf.stack(outputs, 1), state };
  }

  override getConfig(): Config {
    return { ...super.getConfig(), units: this.units };
  }
}

/** `query * key` of a record. */
class Gate extends Layer {
  static readonly className = 'acme>Gate';
  override call({ query, key }: { readonly query: tf.Tensor; readonly key: tf.Tensor }): tf.Tensor {
    return tf.mul(query, tf.sigmoid(key));
  }
}

const acme = { name: 'acme', classes: { layers: [TimeDistributed, Recurrent, Gate] } };
const composed = () => compose({ backend: cpu(), plugins: [layers, training, io, acme] });

/** A sequence and a first state in; a record of a sequence and a state out. */
function network() {
  clearNames();
  const x = input({ shape: [3, 2], name: 'x' });
  const start = input({ shape: [2], name: 'start' });
  const wide = new TimeDistributed({ layer: dense({ units: 2, name: 'each' }), name: 'steps' }).apply(x);
  const recurrent = new Recurrent({ units: 2, name: 'recurrent' });
  const first = recurrent.apply(wide, { initialState: [start] });
  const second = recurrent.apply(first.output, { initialState: [first.state], goBackwards: true });
  const gated = new Gate({ name: 'gate' }).apply({ query: second.output, key: wide });
  return composed().model({
    inputs: { x, start },
    outputs: { sequence: gated, states: [first.state, second.state] },
    name: 'net',
    seed: 3,
  });
}

function numbers(shape: number[], phase: number): HostTensor {
  const tensor = HostTensor.zeros(shape);
  tensor.data.forEach((_, i) => (tensor.data[i] = Math.sin(3 * i + phase)));
  return tensor;
}

const data = { x: numbers([4, 3, 2], 0), start: numbers([4, 2], 1) };
const targets = { sequence: numbers([4, 3, 2], 2), states: [numbers([4, 2], 3), numbers([4, 2], 4)] };

describe('layers of other packages', () => {
  it('train, layers inside and arguments included', async () => {
    const net = network();
    net.compile({ optimizer: adam({ learningRate: 0.05 }), loss: 'mse' });
    const { history } = await net.fit(data, targets, { epochs: 30, verbose: 0 });
    expect(history['loss']!.at(-1)!).toBeLessThan(0.7 * history['loss']![0]!);
    expect(net.trainableWeights.map(({ name }) => name)).toEqual([
      'steps/each/kernel',
      'steps/each/bias',
      'recurrent_input/kernel',
      'recurrent_input/bias',
      'recurrent_state/kernel',
      'recurrent_state/bias',
    ]);
  });

  it.each(['net.keras', 'net.h5', 'net.json'])(
    'come back from %s, calls and structures as they were',
    async (name) => {
      const net = network();
      const expected = await net.predict(data);
      const { encodeModel, loadModel } = composed();
      const again = await loadModel<
        { readonly x: tf.Tensor; readonly start: tf.Tensor },
        { readonly sequence: tf.Tensor; readonly states: readonly [tf.Tensor, tf.Tensor] }
      >(await encodeModel(net, name));
      expect([again.inputStructure, again.outputStructure]).toEqual([
        net.inputStructure,
        net.outputStructure,
      ]);
      const found = await again.predict(data);
      expect(found.sequence.data).toEqual(expected.sequence.data);
      expect(found.states.map((state) => state.data)).toEqual(expected.states.map((state) => state.data));
      const [, second] = again.getLayer('recurrent').inboundNodes;
      expect(second!.args).toMatchObject({ goBackwards: true, initialState: [{ index: 1 }] });
      // What was loaded is written again as it was.
      expect((await loadModel(await encodeModel(again, name))).outputStructure).toEqual(net.outputStructure);
    },
  );

  it('keep the weights of layers inside under their attributes, as Keras does', async () => {
    const net = network();
    const bytes = (await composed().encodeWeights(net, 'net.weights.h5')) as { readonly bytes: Uint8Array };
    const text = new TextDecoder('latin1').decode(bytes.bytes);
    for (const attribute of ['from_input', 'from_state', 'layer\0']) expect(text).toContain(attribute);
  });

  it('are nested in models inside models, with the arguments that they have there', async () => {
    const { model, encodeModel, loadModel } = composed();
    const inner = network();
    const ends = {
      x: input({ shape: [3, 2], name: 'outer_x' }),
      start: input({ shape: [2], name: 'outer_start' }),
    };
    const { states } = inner.apply(ends);
    const net = model({ inputs: ends, outputs: states, name: 'outer' });
    const again = await loadModel(await encodeModel(net, 'outer.keras'));
    const [found, expected] = [await again.predict(data), await net.predict(data)];
    expect(flatten<HostTensor>(found).map((tensor) => tensor.array())).toEqual(
      flatten<HostTensor>(expected).map((tensor) => tensor.array()),
    );
    const symbolic: SymbolicTensor = states[0];
    expect(symbolic.shape).toEqual([null, 2]);
  });

  it('are refused by name where the file calls them with what their class does not take', async () => {
    const file = await composed().encodeModel(network(), 'net.json');
    const text = new TextDecoder().decode((file as { readonly bytes: Uint8Array }).bytes);
    const bytes = new TextEncoder().encode(text.replaceAll('go_backwards', 'go_backward'));
    await expect(composed().loadModel({ ...(file as object), bytes } as never)).rejects.toThrow(
      /FILE_INVALID.*"recurrent" is called with "go_backward", which acme>Recurrent does not take\. .*Did you mean "goBackwards"/,
    );
  });
});
