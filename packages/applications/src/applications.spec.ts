// Each application beside the one that real Keras makes: its layers, and what it predicts with the same weights.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import { clearNames, compose, input, type SymbolicTensor } from '@lamella/core';
import { io } from '@lamella/io';
import { lambdas } from '@lamella/lambda';
import { layers } from '@lamella/layers';
import { HostTensor, flatten, sizeOf, type Shape } from '@lamella/program';
import { callLayer, floats } from '@lamella/testing';
import { training } from '@lamella/training';
import type * as tf from '@tensorflow/tfjs-core';
import type { Application } from './application.js';
import { applications } from './applications.js';
import { customScaleLayer, stochasticDepth } from './layer-classes.js';
import { preprocessInput, type PreprocessingMode } from './preprocess-input.js';

const composition = compose({ backend: onnx(), plugins: [layers, lambdas(), training, io, applications] });
const fixture = (path: string): string =>
  fileURLToPath(new URL(`../../../fixtures/${path}`, import.meta.url));

interface Golden {
  readonly name: string;
  readonly layers: number;
  readonly parameters: number;
  readonly first: readonly string[];
  readonly last: readonly string[];
  readonly outline: string;
  /** How bright images are. */
  readonly factor?: number;
  readonly predictions?: Values;
}

interface Values {
  readonly shape: Shape;
  readonly data: readonly number[];
}

const golden = JSON.parse(readFileSync(fixture('keras/applications.json'), 'utf8')) as {
  readonly models: Readonly<Record<keyof typeof made, Golden>>;
  readonly layers: Readonly<Record<'x' | 'y', Values>>;
  readonly preprocessed: Readonly<Record<'x' | PreprocessingMode, Values>>;
};
const { models } = golden;

const small = { inputShape: [32, 32, 3], classes: 3 } as const;
const made = {
  mobileNet: () => composition.mobileNet({ alpha: 0.25, ...small }),
  mobileNetV2: () => composition.mobileNetV2({ alpha: 0.35, inputShape: [35, 32, 3], classes: 3 }),
  resNet50: () => composition.resNet50(small),
  resNet50V2: () => composition.resNet50V2({ inputShape: [32, 32, 3], includeTop: false, pooling: 'max' }),
  vgg16: () => composition.vgg16({ inputShape: [32, 32, 3], includeTop: false, pooling: 'avg' }),
  xception: () => composition.xception({ inputShape: [71, 71, 3], classes: 3, classifierActivation: null }),
  denseNet121: () => composition.denseNet121(small),
  resNet101: () => composition.resNet101(small),
  vgg19: () => composition.vgg19({ inputShape: [32, 32, 3], includeTop: false }),
  mobileNetV3Small: () => composition.mobileNetV3Small({ alpha: 0.75, ...small }),
  efficientNetB0: () => composition.efficientNetB0({ inputShape: [33, 32, 3], classes: 3 }),
  efficientNetV2B0: () => composition.efficientNetV2B0(small),
  convNeXtTiny: () =>
    composition.convNeXtTiny({ inputShape: [32, 32, 3], includeTop: false, pooling: 'avg' }),
  inceptionV3: () => composition.inceptionV3({ inputShape: [75, 75, 3], classes: 3 }),
  nasNetMobile: () => composition.nasNetMobile({ inputShape: [32, 35, 3], classes: 3 }),
  mobileNetV3Large: () =>
    composition.mobileNetV3Large({
      ...{ inputShape: [32, 32, 3], minimalistic: true, includePreprocessing: false },
      ...{ includeTop: false, pooling: 'max' },
    }),
  efficientNetB3: () => composition.efficientNetB3(small),
  efficientNetV2B2: () =>
    composition.efficientNetV2B2({
      ...{ inputShape: [32, 32, 3], includePreprocessing: false, includeTop: false },
    }),
  convNeXtTinyWithTop: () => composition.convNeXtTiny(small),
  inceptionResNetV2: () => composition.inceptionResNetV2({ inputShape: [75, 75, 3], classes: 3 }),
};

/** As tools/oracle/applications.py counts weights out. */
function rule(index: number, name: string, shape: Shape): HostTensor {
  const size = sizeOf(shape);
  if (name === 'count') return new HostTensor(new Int32Array(1), shape, 'int32');
  const isFactor = ['moving_variance', 'variance', 'gamma'].includes(name);
  const inputs = shape.length > 1 ? size / shape.at(-1)! : 100;
  const scale = isFactor ? 0.2 : Math.sqrt(3 / Math.max(1, inputs));
  const values = new Float32Array(size);
  const period = 65521;
  for (let i = 0; i < Math.min(size, period); i++)
    values[i] = (isFactor ? 1 : 0) + scale * Math.sin((i + 1) * 12.9898 + index * 78.233);
  for (let i = period; i < size; i += period) values.set(values.subarray(0, Math.min(period, size - i)), i);
  return new HostTensor(values, shape);
}

/** What Keras has as an operation with a number. */
const isNumber = (name: string): boolean => /_squeeze_excite_(shift|scale)$/.test(name);

function outline(model: Application): string[] {
  return model.layers.map((layer) => {
    const sources = layer.inboundNodes.flatMap((node) =>
      flatten<SymbolicTensor>(node.inputs).map(
        ({
          node: {
            layer: { name },
          },
        }) => (isNumber(name) ? 'number' : name),
      ),
    );
    const shape = (layer.output as SymbolicTensor).shape.map((size) => size ?? '?').join();
    const name = isNumber(layer.name) ? 'number number' : `${layer.name} ${layer.className}`;
    return `${name} [${shape}] ${sources.join('+')}`;
  });
}

function built(name: keyof typeof made): Application {
  clearNames();
  return made[name]();
}

describe('an application', () => {
  it.each(Object.keys(made) as (keyof typeof made)[])(
    '%s has the layers, names, calls and parameters that it has in Keras, and predicts what it does there',
    async (name) => {
      const golden = models[name];
      const model = built(name);
      const lines = outline(model);
      expect([model.name, lines.length, lines.slice(0, 4), lines.slice(-3)]).toEqual([
        golden.name,
        golden.layers,
        golden.first,
        golden.last,
      ]);
      expect(model.parameterCount).toBe(golden.parameters);
      expect(createHash('sha256').update(lines.join('\n')).digest('hex')).toBe(golden.outline);
      if (golden.predictions === undefined) return;
      model.setWeights(model.weights.map(({ shortName, shape }, i) => rule(i, shortName, shape)));
      const image = rule(0, 'image', [2, ...(model.inputs[0]!.shape.slice(1) as number[])]);
      for (let i = 0; i < image.data.length; i++) image.data[i]! *= golden.factor!;
      const got = (await model.predict(image)) as HostTensor;
      const { shape, data } = golden.predictions;
      expect(got.shape).toEqual(shape);
      const largest = Math.max(...data.map(Math.abs));
      const gap = Math.max(...data.map((value, i) => Math.abs(value - Number(got.data[i]))));
      expect(gap / largest).toBeLessThan(2e-4);
      model.dispose();
    },
  );

  it('takes the files of weights that Keras 2 wrote, as those of ImageNet are', async () => {
    const { x, y } = JSON.parse(readFileSync(fixture('tf_keras/mobilenet.json'), 'utf8')) as Record<
      'x' | 'y',
      { readonly shape: Shape; readonly data: readonly number[] }
    >;
    const model = composition.mobileNet({ alpha: 0.05, ...small });
    await composition.loadWeights(model, fixture('tf_keras/mobilenet_weights.h5'));
    const got = (await model.predict(new HostTensor(Float32Array.from(x.data), x.shape))) as HostTensor;
    expect(Math.max(...y.data.map((value, i) => Math.abs(value - Number(got.data[i]))))).toBeLessThan(1e-5);
  });

  it('reads and writes the layers of its own as Keras does', async () => {
    const path = fixture('keras/applications_layers.keras');
    const { x, y } = golden.layers;
    const read = (await composition.loadModel(path)) as Application;
    const again = (await composition.loadModel(
      await composition.encodeModel(read, 'again.keras'),
    )) as Application;
    for (const model of [read, again]) {
      const got = (await model.predict(new HostTensor(Float32Array.from(x.data), x.shape))) as HostTensor;
      expect(Math.max(...y.data.map((value, i) => Math.abs(value - Number(got.data[i]))))).toBeLessThan(1e-6);
    }
  });

  it('leaves out whole examples where a stochastic depth trains', async () => {
    const layer = stochasticDepth({ dropPathRate: 0.5, name: 'depth' });
    const call = { inputs: floats([64, 3], 1, 1), training: true } as const;
    const { data } = (await callLayer(layer, call, cpu())).outputs[0]!;
    const rows = new Set(Array.from({ length: 64 }, (_, i) => data.slice(3 * i, 3 * i + 3).join()));
    expect([...rows].sort()).toEqual(['0,0,0', '2,2,2']);
  });

  it.each(['caffe', 'tf', 'torch'] as const)('prepares images in the mode %s as Keras does', async (mode) => {
    const { x, [mode]: wanted } = golden.preprocessed;
    const images = input({ shape: x.shape.slice(1) });
    const prepared = composition.lambda((given: tf.Tensor) => preprocessInput(given, mode)).apply(images);
    const model = composition.model({ inputs: images, outputs: prepared });
    const got = (await model.predict(new HostTensor(Float32Array.from(x.data), x.shape))) as HostTensor;
    expect(Math.max(...wanted.data.map((value, i) => Math.abs(value - Number(got.data[i]))))).toBeLessThan(
      1e-4,
    );
  });

  it('without a top takes images of any size', () => {
    const model = composition.mobileNetV2({ weights: null, includeTop: false, alpha: 0.35 });
    expect([model.inputs[0]!.shape, model.outputs[0]!.shape]).toEqual([
      [null, null, null, 3],
      [null, null, null, 1280],
    ]);
  });

  it.each([
    {
      what: 'an unknown option',
      run: () => composition.vgg16({ weight: 'imagenet' } as never),
      says: /OPTION_UNKNOWN.*vgg16/s,
    },
    {
      what: 'weights to download',
      run: () => composition.vgg16({ weights: 'imagenet' as never }),
      says: /OPTION_INVALID.*vgg16.*weights: expected null.*loadWeights.*"imagenet"/s,
    },
    {
      what: 'images that are too small',
      run: () => composition.xception({ inputShape: [70, 71, 3] }),
      says: /OPTION_INVALID.*xception.*at least 71 by 71/s,
    },
    {
      what: 'a top over open sizes',
      run: () => composition.resNet50({ inputShape: [null, 32, 3] }),
      says: /OPTION_INVALID.*resNet50.*for the top/s,
    },
    {
      what: 'no shape of images',
      run: () => composition.vgg19({ inputShape: [32, 32] as never }),
      says: /OPTION_INVALID.*\[height, width, channels\]/s,
    },
    {
      what: 'open sizes for cells that depend on them',
      run: () => composition.nasNetMobile({ inputShape: [null, 32, 3], includeTop: false }),
      says: /OPTION_INVALID.*nasNetMobile.*known height and width/s,
    },
    {
      what: 'an unknown way to prepare images',
      run: () => preprocessInput(undefined as never, 'rgb' as never),
      says: /OPTION_INVALID.*preprocessInput.*caffe/s,
    },
    {
      what: 'a scaled sum of one tensor',
      run: () => customScaleLayer({ scale: 1 }).apply(input({ shape: [2] })),
      says: /INPUT_INVALID.*two tensors/s,
    },
    {
      what: 'a width of nothing',
      run: () => composition.mobileNet({ alpha: 0 }),
      says: /OPTION_INVALID.*mobileNet.*alpha/s,
    },
  ])('refuses $what', ({ run, says }) => {
    expect(run).toThrow(says);
  });
});
