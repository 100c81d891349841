// The layers of images, compared with Keras under draws that are known: fixtures/keras/images.json.
import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import { callContext, clearNames, compose, input, type Layer, type SymbolicTensor } from '@lamella/core';
import { capture, gradients, HostTensor, replay, type ArgumentSpec, type Program } from '@lamella/program';
import { assertClose, floats, integers, runProgram } from '@lamella/testing';
import { training } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import {
  classOf,
  comparable,
  hostTensor,
  kerasConfig,
  optionsOf,
  readGolden,
  reload,
  type GoldenTensor,
  type JsonRecord,
} from '../golden-cases.spec.js';
import { layers } from '../layers.js';
import { augMix } from './aug-mix.js';
import { centerCrop } from './center-crop.js';
import { cutMix } from './cut-mix.js';
import { mixUp } from './mix-up.js';
import { drawBeta, drawGamma, shuffled } from './mixing.js';
import { pipeline } from './pipeline.js';
import { randAugment } from './rand-augment.js';
import { randomBrightness } from './random-brightness.js';
import { randomElasticTransform } from './random-elastic-transform.js';
import { randomFlip } from './random-flip.js';
import { randomHue } from './random-hue.js';
import { randomRotation } from './random-rotation.js';
import { randomZoom } from './random-zoom.js';
import { resizing } from './resizing.js';

interface Case {
  readonly layer: string;
  readonly name: string;
  /** What every even draw is of its range. */
  readonly even: number;
  readonly config: JsonRecord;
  readonly input: GoldenTensor;
  readonly output: GoldenTensor;
  readonly cotangent: GoldenTensor;
  readonly gradient: GoldenTensor;
  readonly keras_config: JsonRecord;
}

const golden = readGolden<{ normal: number; cases: readonly Case[] }>('images');
const { model } = compose({ plugins: [layers, training] });
const tolerance = 2e-5;

const specOf = ({ shape }: { readonly shape: readonly number[] }): ArgumentSpec[] => [
  { name: 'x', shape, dtype: 'float32' },
];

/** The Program with its random inputs as constants; what is ordered by even draws is reversed. */
function withKnownDraws(program: Program, spec: ArgumentSpec[], { layer, even }: Case): Program {
  const isOrder = (shape: readonly number[]): boolean =>
    ['MixUp', 'CutMix'].includes(layer) && shape.length === 1;
  const known = (given: tf.Tensor): tf.Tensor[] =>
    program.inputs.map(({ id, random }) => {
      if (random === undefined) return given;
      const { shape } = program.type(id);
      if (random.distribution === 'normal') return tf.fill([...shape], golden.normal);
      return isOrder(shape) ? tf.linspace(even, 1, shape[0]!) : tf.fill([...shape], even);
    });
  return capture((given) => replay(program, known(given!)), spec).program;
}

describe.each([{ backend: cpu }, { backend: onnx }])(
  'In training, on $backend.name, as Keras:',
  ({ backend }) => {
    it.each(golden.cases)('$layer, $name', async (given) => {
      clearNames();
      const layer = new (classOf('keras.layers', given.layer))(optionsOf(given.config)) as Layer;
      const x = hostTensor(given.input);
      const cotangent = hostTensor(given.cotangent);
      const { program } = capture((images) => {
        const result = layer.invoke(images!, callContext({ training: true })).outputs as tf.Tensor;
        const [gradient] = gradients(tf.sum(tf.mul(result, cotangent.tensor())), [images!]);
        return [result, gradient ?? tf.zerosLike(images!)];
      }, specOf(x));
      const known = withKnownDraws(program, specOf(x), given);
      const executable = await backend().compile(known);
      const [output, gradient] = await runProgram(executable, known, [x]);
      executable.dispose();
      assertClose(output!, hostTensor(given.output), tolerance, 'output');
      assertClose(gradient!, hostTensor(given.gradient), tolerance, 'gradient');
      const config: JsonRecord = comparable(kerasConfig(layer)) as JsonRecord;
      for (const [key, value] of Object.entries(comparable(given.keras_config) as JsonRecord))
        if (key !== 'seed' && !(key in { x_factor: 0, y_factor: 0 }))
          expect([key, config[key]]).toEqual([key, value]);
    });
  },
);

const predicted = async (layer: Layer, x: HostTensor): Promise<HostTensor> => {
  const symbol = input({ batchShape: [null, ...x.shape.slice(1)], dtype: x.dtype });
  const net = model({ inputs: symbol, outputs: layer.apply(symbol) as SymbolicTensor, backend: cpu() });
  return (await net.predict(x)) as HostTensor;
};

describe('Layers of images', () => {
  const images = floats([2, 4, 6, 3], 0, 1);

  it('leave images when a model predicts, but for those that resize', async () => {
    const augmenting = [augMix(), randAugment(), mixUp(), cutMix(), randomElasticTransform(), randomFlip()];
    for (const layer of augmenting)
      expect([...(await predicted(layer, images)).data]).toEqual([...images.data]);
    const both = pipeline({ layers: [randomFlip(), centerCrop({ height: 2, width: 2 })] });
    expect((await predicted(both, images)).shape).toEqual([2, 2, 2, 3]);
  });

  it('draw by their seed: the same at the same step, others at another one', async () => {
    const layer = pipeline({
      layers: [randomFlip({ seed: 1 }), randomZoom({ heightFactor: 0.3, seed: 2 }), mixUp({ seed: 3 })],
    });
    const { program } = capture(
      (x) => [layer.invoke(x!, callContext({ training: true })).outputs as tf.Tensor],
      specOf(images),
    );
    const executable = await cpu().compile(program);
    const at = async (step: number): Promise<number[]> => [
      ...(await runProgram(executable, program, [images], { seed: 1, step }))[0]!.data,
    ];
    expect(await at(0)).toEqual(await at(0));
    expect(await at(0)).not.toEqual(await at(1));
  });

  it('keep integers where they only choose or resize, and round what stands between', async () => {
    const bytes = HostTensor.fromArray(
      [
        [
          [[0], [10]],
          [[20], [30]],
        ],
      ],
      'int32',
    );
    const larger = await predicted(resizing({ height: 1, width: 3 }), bytes);
    expect([larger.dtype, ...larger.data]).toEqual(['int32', 10, 15, 20]);
  });

  it('take records of images, labels and masks, and move masks along', async () => {
    const record = {
      images: input({ shape: [4, 6, 3] }),
      labels: input({ shape: [5] }),
      segmentationMasks: input({ shape: [4, 6, 1], dtype: 'int32' }),
    };
    const outputs = resizing({ height: 2, width: 3 }).apply(record);
    expect(outputs.segmentationMasks.shape).toEqual([null, 2, 3, 1]);
    const net = model({ inputs: record, outputs, backend: cpu() });
    const found = await net.predict({
      images,
      labels: floats([2, 5], 0, 1),
      segmentationMasks: integers([2, 4, 6, 1], 3),
    });
    expect([found.images.shape, found.labels.shape, found.segmentationMasks.dtype]).toEqual([
      [2, 2, 3, 3],
      [2, 5],
      'int32',
    ]);
  });

  it('mix by shares of a beta distribution, made of gammas', async () => {
    const count = 4000;
    const layer = mixUp();
    const { program } = capture(
      () => [drawBeta(count, tf.scalar(0.2), layer), drawGamma([count], tf.scalar(1.5), layer)],
      [],
    );
    const executable = await cpu().compile(program);
    const drawn = (await runProgram(executable, program, [])).map(({ data }) => [...data].map(Number));
    const [shares, gammas] = drawn.map((values) => {
      const mean = values.reduce((a, b) => a + b, 0) / count;
      return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count };
    });
    expect(shares!.mean).toBeCloseTo(0.5, 1);
    expect(shares!.variance).toBeCloseTo(1 / (4 * (2 * 0.2 + 1)), 1);
    expect(drawn[0]!.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(Math.abs(gammas!.mean - 1.5)).toBeLessThan(0.08);
    expect(Math.abs(gammas!.variance - 1.5)).toBeLessThan(0.2);
  });

  it('take each order of a batch as often', async () => {
    const { program } = capture(() => [shuffled(3, mixUp())], []);
    const executable = await cpu().compile(program);
    const counts = new Map<string, number>();
    for (let step = 0; step < 600; step++) {
      const [order] = await runProgram(executable, program, [], { seed: 3, step });
      counts.set(order!.data.join(), (counts.get(order!.data.join()) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(['0,1,2', '0,2,1', '1,0,2', '1,2,0', '2,0,1', '2,1,0']);
    // Five standard deviations of a sixth of 600.
    for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(46);
  });

  it('are in files as they are', async () => {
    const x = input({ shape: [4, 6, 3] });
    const chain = pipeline({ layers: [randomBrightness({ factor: 0.2, valueRange: [0, 1] }), randomFlip()] });
    const others = [
      augMix({ alpha: 0.5, allOps: false }),
      randAugment({ numOps: 1, factor: [0.1, 0.2], valueRange: [0, 1] }),
      mixUp({ alpha: 0.3, seed: 4 }),
      cutMix({ factor: 0.5 }),
      randomElasticTransform({ scale: [0.1, 0.4], fillMode: 'mirror' }),
    ];
    const all: readonly Layer[] = [chain, ...others];
    const y = all.reduce((t, layer) => layer.apply(t) as SymbolicTensor, x);
    const again = (await reload(model({ inputs: x, outputs: y, backend: cpu() }))) as unknown as {
      readonly layers: readonly Layer[];
    };
    expect(again.layers.map((layer) => comparable(kerasConfig(layer))).slice(1)).toEqual(
      [chain, ...others].map((layer) => comparable(kerasConfig(layer))),
    );
  });

  it('refuse what they cannot take', () => {
    const wrong: readonly [() => unknown, string][] = [
      [() => resizing({ height: 0, width: 2 }), 'height'],
      [() => resizing({ height: 2, width: 2, interpolation: 'cubic' as 'bicubic' }), 'interpolation'],
      [() => randomRotation({ factor: 2 }), 'factor'],
      [() => randomRotation({ factor: 0.1, fillMode: 'mirror' as 'wrap' }), 'fillMode'],
      [() => randomBrightness({ factor: 0.1, valueRange: [1, 1] }), 'valueRange'],
      [() => pipeline({ layers: [] }), 'layers'],
    ];
    for (const [make, option] of wrong) expect(make).toThrow(new RegExp(`OPTION_INVALID.*${option}`));
    expect(() => resizing({ height: 2, width: 2, name: 'r' }).apply(input({ shape: [3] }))).toThrow(
      'Resizing "r": expected one image (rank 3) or a batch of images (rank 4)',
    );
    const grey = capture.bind(null, (x?: tf.Tensor) => [
      randomHue({ factor: 0.1, name: 'h' }).invoke(x!, callContext({ training: true })).outputs as tf.Tensor,
    ]);
    expect(() => grey(specOf({ shape: [1, 2, 2, 1] }))).toThrow('RandomHue "h": expected 3 channels, got 1');
  });
});
