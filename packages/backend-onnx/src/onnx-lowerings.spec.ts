// A plugin with a lowering for a kernel that this package has none for: MaxPoolWithArgmax.
import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { compose, definePlugin, input, kernelLowerings, type Backend, type Plugin } from '@lamella/core';
import { io } from '@lamella/io';
import { lambdas } from '@lamella/lambda';
import { dense, flatten, layers } from '@lamella/layers';
import {
  capture,
  HostTensor,
  poolWindows,
  sizeOf,
  type KernelName,
  type PoolingAttributes,
} from '@lamella/program';
import { assertClose, floats, runProgram, testPlugin } from '@lamella/testing';
import { training, type Model } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { toChannelsFirst, toChannelsLast, windowAttributes } from './convolution-geometry.js';
import { onnxExport } from './export/onnx-export.js';
import { exportOnnx } from './export/export-onnx.js';
import type { Lowering } from './lowering.js';
import { onnxLowerings } from './onnx-lowerings.js';
import { onnx } from './onnx.js';

/** ONNX counts places in [batch, channel, row, column], tfjs in [row, column, channel] of one image. */
const maxPoolWithArgmax: Lowering = (call) => {
  const { graph } = call;
  const x = call.input('x');
  const windows = poolWindows(call.attributes<PoolingAttributes>(), x.shape);
  const image = toChannelsFirst(graph, x.name, 2);
  const [maxima, places] = graph.ops('MaxPool', [image], 2, windowAttributes(windows));
  const [, height, width, channels] = x.shape as [number, number, number, number];
  const place = graph.op('Mod', [places!, graph.tensor([height * width], [], 'int64')]);
  const ofChannel = graph.tensor([...Array(channels).keys()], [channels, 1, 1], 'int64');
  const scaled = graph.op('Mul', [place, graph.tensor([channels], [], 'int64')]);
  const indices = graph.cast(graph.op('Add', [scaled, ofChannel]), 'int32');
  return [toChannelsLast(graph, maxima!, 2), toChannelsLast(graph, indices, 2)];
};

const acme = definePlugin({
  name: 'acme-argmax',
  lowerings: [onnxLowerings({ MaxPoolWithArgmax: maxPoolWithArgmax })],
});

const pooled = (x: tf.Tensor): tf.Tensor => {
  const { result, indexes } = tf.maxPoolWithArgmax(x as tf.Tensor4D, 2, 2, 'same');
  return tf.add(result!, tf.mul(indexes!, 0.01));
};

function composed(backend: Backend, ...more: Plugin[]) {
  return compose({ backend, plugins: [layers, training, lambdas(), io, onnxExport, ...more] as const });
}

/** Two channels of 5 by 5 through a layer with weights, the pooling, and one that judges. */
function makeModel({ model, lambda }: ReturnType<typeof composed>): Model {
  const x = input({ shape: [5, 5, 2], name: 'x' });
  const mixed = dense({ units: 2, name: 'mixed' }).apply(x);
  const net = model({
    inputs: x,
    outputs: dense({ units: 1, name: 'y' }).apply(
      flatten().apply(lambda(pooled, { name: 'pooled' }).apply(mixed)),
    ),
    seed: 3,
    name: 'net',
  });
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  return net;
}

const x = floats([6, 5, 5, 2], -1, 1);
const y = floats([6, 1], 0, 1);

describe('a plugin with a lowering for onnx', () => {
  testPlugin(acme, {
    lowerings: {
      onnx: {
        backend: () => onnx(),
        cases: [{ name: 'maxima and their places', inputs: [x], fn: (t) => pooled(t!), withGradient: true }],
      },
    },
  });

  it('lets models train, predict and be exported that otherwise do not, as on cpu', async () => {
    const [here, there] = [composed(onnx(), acme), composed(cpu())];
    const [net, expected] = [makeModel(here), makeModel(there)];
    expected.setWeights(await net.getWeights());
    const history = await net.fit(x, y, { epochs: 3, batchSize: 3, shuffle: false, verbose: 0 });
    const other = await expected.fit(x, y, { epochs: 3, batchSize: 3, shuffle: false, verbose: 0 });
    history.history['loss']!.forEach((loss, i) => expect(loss).toBeCloseTo(other.history['loss']![i]!, 5));
    const values = (await expected.predict(x)) as HostTensor;
    assertClose((await net.predict(x)) as HostTensor, values, 1e-5, 'predictions');
    // Further sizes share a graph with an open batch.
    for (const rows of [1, 2, 4, 5]) {
      const some = new HostTensor(x.data.slice(0, rows * 50), [rows, 5, 5, 2]);
      const cut = new HostTensor(values.data.slice(0, rows), [rows, 1]);
      assertClose((await net.predict(some)) as HostTensor, cut, 1e-5, `predictions of ${rows}`);
    }
    const file = await here.encodeModel(net, 'net.onnx');
    for (const bytes of [await here.exportOnnx(net), file.bytes]) {
      const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1 });
      const results = await session.run({ x: new ort.Tensor('float32', x.data as Float32Array, x.shape) });
      assertClose(
        new HostTensor(results[session.outputNames[0]!]!.data as Float32Array, [6, 1]),
        values,
        1e-5,
        'exported predictions',
      );
    }
    expect((await here.exportTrainingStep(net, { batchSize: 2 })).bytes.length).toBeGreaterThan(0);
  });

  it('is needed for that: without it the kernel is refused, named with its layer', async () => {
    const refused = /\[KERNEL_UNSUPPORTED\] Layer "pooled".*MaxPoolWithArgmax/;
    const bare = composed(onnx());
    const net = makeModel(bare);
    await expect(net.predict(x)).rejects.toThrow(refused);
    await expect(bare.exportOnnx(net)).rejects.toThrow(refused);
    await expect(exportOnnx(net)).rejects.toThrow(refused);
    const own = await exportOnnx(net, { lowerings: acme.lowerings![0]! });
    expect(sizeOf([own.length])).toBeGreaterThan(0);
  });

  it('goes before a lowering of this package, and is one backend for the same lowerings', async () => {
    const zeros = onnxLowerings({ IsNan: (call) => call.graph.full(0, call.output.shape, 'bool') });
    const plugin = definePlugin({ name: 'acme', lowerings: [zeros] });
    const { backend } = composed(onnx(), plugin);
    expect(composed(onnx(), plugin).backend).toBe(backend);
    expect(backend).not.toBe(onnx());
    expect(composed(onnx()).backend).toBe(onnx());
    expect(composed(backend!, plugin).backend).toBe(backend);
    const program = capture((t) => tf.isNaN(t!), [{ name: 't', shape: [2], dtype: 'float32' }]).program;
    const numbers = new HostTensor(Float32Array.of(NaN, 1), [2]);
    for (const [graphs, expected] of [
      [onnx({ smallWork: false }), [1, 0]],
      [composed(onnx({ smallWork: false }), plugin).backend!, [0, 0]],
    ] as const) {
      const executable = await graphs.compile(program);
      const [found] = await runProgram(executable, program, [numbers]);
      expect([...found!.data]).toEqual(expected);
      executable.dispose();
    }
  });
});

describe('lowerings are refused', () => {
  it('that are no functions, or for kernels that no graph meets', () => {
    expect(() => onnxLowerings({ IsNan: 'IsNaN' as unknown as Lowering })).toThrow(
      /\[OPTION_INVALID\] onnxLowerings\(\): .*IsNan/,
    );
    expect(() => onnxLowerings({ FFT: maxPoolWithArgmax })).toThrow(/\[OPTION_INVALID\].*FFT.*written out/);
    expect(() => onnxLowerings({ Transform: maxPoolWithArgmax })).toThrow(/Transform.*written out/);
  });

  it("as an export's, where they are another backend's", async () => {
    const net = makeModel(composed(onnx()));
    const lowerings = kernelLowerings('webgpu', { MaxPoolWithArgmax: 1 });
    await expect(exportOnnx(net, { lowerings })).rejects.toThrow(
      /\[OPTION_INVALID\] exportOnnx\(\): .*lowerings/,
    );
  });

  it('for a kernel that the plugin names wrongly', () => {
    const lowerings = [
      onnxLowerings({ MaxPoolWithArgMax: maxPoolWithArgmax } as Partial<Record<KernelName, Lowering>>),
    ];
    expect(() => definePlugin({ name: 'acme', lowerings })).toThrow(
      /\[PLUGIN_INVALID\] Plugin "acme": .*"MaxPoolWithArgMax".*Did you mean "MaxPoolWithArgmax"/,
    );
  });
});
