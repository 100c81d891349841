// Records of images, labels, boxes and masks, compared with Keras under draws that are known: fixtures/keras/image_records.json.
import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import {
  callContext,
  camelCase,
  clearNames,
  compose,
  input,
  type Layer,
  type LayerWithEnds,
} from '@lamella/core';
import {
  capture,
  flatten,
  HostTensor,
  mapTree,
  replay,
  structureOf,
  unflatten,
  type ArgumentSpec,
  type Tree,
} from '@lamella/program';
import { assertClose, floats, runProgram } from '@lamella/testing';
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
import { clipToImageSize, convertFormat, type BoundingBoxFormat } from './bounding-boxes.js';
import { centerCrop } from './center-crop.js';
import { cutMix } from './cut-mix.js';
import type { ImageRecord } from './image-record.js';
import { maxNumBoundingBoxes } from './max-num-bounding-boxes.js';
import { mixUp } from './mix-up.js';
import { randomCrop } from './random-crop.js';
import { randomElasticTransform } from './random-elastic-transform.js';
import { randomFlip } from './random-flip.js';
import { randomRotation } from './random-rotation.js';

interface Case {
  readonly layer: string;
  readonly name: string;
  readonly even: number;
  readonly config: JsonRecord;
  readonly format: BoundingBoxFormat | null;
  /** By Keras' names. */
  readonly data: Tree<GoldenTensor>;
  readonly found: Tree<GoldenTensor>;
  readonly keras_config: JsonRecord;
}

const golden = readGolden<{
  records: readonly Case[];
  formats: Readonly<Record<BoundingBoxFormat, GoldenTensor>>;
}>('image_records');
const { model } = compose({ plugins: [layers, training] });
const tolerance = 2e-5;

const isGolden = (node: unknown): node is GoldenTensor => Array.isArray((node as GoldenTensor).data);

/** A record of Keras by the names that it has here. */
const named = (record: Tree<GoldenTensor>): Tree<GoldenTensor> =>
  Object.fromEntries(
    Object.entries(record as Readonly<Record<string, Tree<GoldenTensor>>>).map(([name, tree]) => [
      camelCase(name),
      tree,
    ]),
  );

const isFirst = ({ layer }: Case, i: number): boolean =>
  golden.records.findIndex((other) => other.layer === layer) === i;

describe.each([
  { backend: cpu, records: golden.records },
  { backend: onnx, records: golden.records.filter(isFirst) },
])('Records of images, on $backend.name, as Keras:', ({ backend, records }) => {
  it.each(records)('$layer, $name', async ({ layer: className, even, config, format, ...given }) => {
    clearNames();
    const options = { ...optionsOf(config), ...(format !== null && { boundingBoxFormat: format }) };
    const layer = new (classOf('keras.layers', className))(options) as Layer;
    const [data, expected] = [given.data, given.found].map((tree) =>
      mapTree(named(tree), hostTensor, isGolden),
    ) as [Tree<HostTensor>, Tree<HostTensor>];
    const tensors = flatten(data);
    const structure = structureOf(data);
    const spec = tensors.map(({ shape, dtype }, i): ArgumentSpec => ({ name: `x${i}`, shape, dtype }));
    const { program } = capture(
      (...x) =>
        flatten(
          layer.invoke(unflatten(structure, x), callContext({ training: true })).outputs as Tree<tf.Tensor>,
        ),
      spec,
    );
    const isOrder = (shape: readonly number[]): boolean =>
      ['MixUp', 'CutMix'].includes(className) && shape.length === 1;
    const known = capture((...x) => {
      let next = 0;
      const values = program.inputs.map(({ id, random }) => {
        if (random === undefined) return x[next++]!;
        const { shape } = program.type(id);
        return isOrder(shape) ? tf.linspace(even, 1, shape[0]!) : tf.fill([...shape], even);
      });
      return replay(program, values);
    }, spec).program;
    const executable = await backend().compile(known);
    const found = await runProgram(executable, known, tensors);
    executable.dispose();
    for (const [i, one] of flatten(expected).entries()) assertClose(found[i]!, one, tolerance, `tensor ${i}`);
    const own = comparable(kerasConfig(layer)) as JsonRecord;
    expect(own['bounding_box_format']).toEqual(given.keras_config['bounding_box_format'] ?? null);
  });
});

describe('Bounding boxes', () => {
  const boxes = new HostTensor(Float32Array.of(1, 2, 7, 12, 10, 0, 30, 18.5), [2, 4]);
  const size = { height: 20, width: 30 };
  const computed = async (fn: (x: tf.Tensor) => tf.Tensor[], x: HostTensor): Promise<HostTensor[]> => {
    const { program } = capture((given) => fn(given!), [{ name: 'x', shape: x.shape, dtype: x.dtype }]);
    return (await runProgram(await cpu().compile(program), program, [x])) as HostTensor[];
  };

  it('are written in each format as Keras writes them, and read from it', async () => {
    for (const [name, stored] of Object.entries(golden.formats)) {
      const format = name as BoundingBoxFormat;
      const [written] = await computed((x) => [convertFormat(x, 'xyxy', format, size)], boxes);
      assertClose(written!, hostTensor(stored), 1e-6, name);
      const [again] = await computed((x) => [convertFormat(x, format, 'xyxy', size)], written!);
      assertClose(again!, boxes, 1e-6, name);
    }
    const [between] = await computed(
      (x) => [convertFormat(x, 'rel_xywh', 'rel_center_xywh')],
      hostTensor(golden.formats.rel_xywh),
    );
    assertClose(between!, hostTensor(golden.formats.rel_center_xywh), 1e-6, 'shares to shares');
  });

  it('end where images end, and lose their label where nothing is left', async () => {
    const outside = new HostTensor(Float32Array.of(-2, 3, 4, 40, 31, 5, 35, 9), [2, 4]);
    const [clipped, labels] = await computed((x) => {
      const found = clipToImageSize({ boxes: x, labels: tf.tensor1d([7, 8], 'int32') }, size);
      return [found.boxes, found.labels];
    }, outside);
    expect([...clipped!.data]).toEqual([0, 3, 4, 20, 30, 5, 30, 9]);
    expect([...labels!.data]).toEqual([7, -1]);
  });

  const record = () => ({
    images: input({ shape: [6, 5, 3] }),
    boundingBoxes: { boxes: input({ shape: [2, 4] }), labels: input({ shape: [2], dtype: 'int32' }) },
    labels: input({ shape: [4] }),
    segmentationMasks: input({ shape: [6, 5, 1] }),
  });

  it('go through a model, and through its file, where Keras names them', async () => {
    const inputs = record();
    const cropped = centerCrop({ height: 4, width: 4, boundingBoxFormat: 'xyxy' }).apply(inputs);
    const outputs = maxNumBoundingBoxes({ maxNumber: 3 }).apply(
      randomFlip({ boundingBoxFormat: 'XYXY' as 'xyxy', seed: 1 }).apply(cropped),
    );
    expect(outputs.boundingBoxes.boxes.shape).toEqual([null, 3, 4]);
    const net = model({ inputs, outputs, backend: cpu() });
    const data = {
      images: floats([1, 6, 5, 3], 0, 1),
      boundingBoxes: {
        boxes: new HostTensor(Float32Array.of(0, 1, 3, 3, 2, 2, 5, 6), [1, 2, 4]),
        labels: new HostTensor(Int32Array.of(1, 2), [1, 2], 'int32'),
      },
      labels: floats([1, 4], 0, 1),
      segmentationMasks: floats([1, 6, 5, 1], 0, 1),
    };
    const found = await net.predict(data);
    expect([...found.boundingBoxes.boxes.data]).toEqual([0, 0, 3, 2, 2, 1, 4, 4, -1, -1, -1, -1]);
    expect([...found.boundingBoxes.labels.data]).toEqual([1, 2, -1]);
    const again = (await reload(net)) as unknown as typeof net & LayerWithEnds;
    const loaded = await again.predict(data);
    for (const [i, one] of flatten(found as unknown as Tree<HostTensor>).entries())
      expect([...flatten(loaded as unknown as Tree<HostTensor>)[i]!.data]).toEqual([...one.data]);
  });

  it('go with one image as with a batch, and with channels first', async () => {
    const around = centerCrop({ height: 4, width: 4, boundingBoxFormat: 'rel_xyxy' });
    const first = centerCrop({
      height: 4,
      width: 4,
      boundingBoxFormat: 'rel_xyxy',
      dataFormat: 'channels_first',
    });
    const inside = new HostTensor(Float32Array.of(0, 0.5, 0.4, 1), [1, 4]);
    const found = await computed((x) => {
      const cropped = (layer: Layer, images: tf.Tensor, given: tf.Tensor): tf.Tensor => {
        const labels = tf.ones(given.shape.slice(0, -1), 'int32');
        const { outputs } = layer.invoke(
          { images, boundingBoxes: { boxes: given, labels } },
          callContext({}),
        );
        return (outputs as unknown as ImageRecord).boundingBoxes!.boxes;
      };
      return [
        cropped(around, tf.ones([6, 5, 3]), x),
        tf.squeeze(cropped(first, tf.ones([1, 3, 6, 5]), tf.expandDims(x, 0)), [0]),
      ];
    }, inside);
    // Rows 3 to 6 of 6 and columns 0 to 2 of 5, in the rows 1 to 5 and the columns 0 to 4.
    const expected = new HostTensor(Float32Array.of(0, 0.5, 0.5, 1), [1, 4]);
    for (const one of found) assertClose(one, expected, 1e-6, 'boxes');
  });

  it('refuse what does not fit', () => {
    const inputs = record();
    const wrong: readonly [Layer, object, string][] = [
      [
        randomFlip({ name: 'f' }),
        inputs,
        'RandomFlip "f": got bounding boxes, and was not told their format',
      ],
      [
        cutMix({ name: 'c', boundingBoxFormat: 'xyxy' }),
        inputs,
        'CutMix "c": expected images without bounding boxes',
      ],
      [
        randomElasticTransform({ name: 'e', boundingBoxFormat: 'xyxy' }),
        inputs,
        'RandomElasticTransform "e": expected images without bounding boxes',
      ],
      [
        mixUp({ name: 'm', boundingBoxFormat: 'xyxy' }),
        { ...inputs, boundingBoxes: { ...inputs.boundingBoxes, labels: input({ shape: [3] }) } },
        'MixUp "m": expected boundingBoxes of { boxes: [batch, boxes, 4], labels: [batch, boxes] }',
      ],
      [
        randomCrop({ name: 'r', height: 2, width: 2, boundingBoxFormat: 'xyxy' }),
        { images: inputs.images, boundingBoxes: inputs.images },
        'got boxes of none and labels of none',
      ],
      [randomFlip({ name: 'g' }), { ...inputs, masks: inputs.images }, 'got "masks"'],
      [randomFlip({ name: 'h' }), { labels: inputs.labels }, 'got none'],
    ];
    for (const [layer, given, message] of wrong) expect(() => layer.apply(given as never)).toThrow(message);
    expect(() => randomRotation({ factor: 0.1, boundingBoxFormat: 'corners' as 'xyxy' })).toThrow(
      /OPTION_INVALID.*boundingBoxFormat/,
    );
    const converting =
      (columns: number, target: string, from = 'xyxy') =>
      (): unknown =>
        capture(
          (x) => [convertFormat(x!, from as 'xyxy', target as 'xyxy')],
          [{ name: 'x', shape: [2, columns], dtype: 'float32' }],
        );
    expect(converting(4, 'rel_xyxy')).toThrow('expected the size of the image');
    expect(converting(4, 'corners')).toThrow('unknown format "corners"');
    expect(converting(3, 'xywh')).toThrow('expected boxes of four numbers');
  });
});
