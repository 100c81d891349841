// Kernels on images [batch, height, width, channels]: turned, moved and cut out.
import * as tf from '@tensorflow/tfjs-core';
import { kernelUnsupported } from '../errors.js';
import type { NormalAttributes } from '../kernel-rules/attribute-rule.js';
import { runKernel } from '../kernel-rules/broadcasting.js';
import type { Kernel } from '../kernel-rules/kernel.js';
import {
  requireDType,
  requireRank,
  requireReal,
  requireShape,
  type Named,
} from '../kernel-rules/requirements.js';
import type { ShapeRule } from '../kernel-rules/shape-rule.js';
import { formatShape } from '../shape.js';

type Tensors = Readonly<Record<string, tf.Tensor | undefined>>;

function sameImage(kernel: string): ShapeRule {
  return ({ image }: Named<'image'>) => {
    requireReal(kernel, 'image', image);
    requireRank(kernel, 'image', image, 4);
    return image;
  };
}

export const FlipLeftRight: Kernel = {
  shape: sameImage('FlipLeftRight'),
  gradient: ({ dy }) => ({
    image: () => runKernel(tf.FlipLeftRight, { image: dy[0]! }),
  }),
};

export const RotateWithOffset: Kernel = {
  shape: sameImage('RotateWithOffset'),
  gradient: (call) => call.through(['image'], (inputs) => rotated(inputs, call.attrs)),
  writtenOut: rotated,
};

/** Each pixel is read from one place, or none: the places are known before anything runs. */
function rotated({ image }: Tensors, attrs: NormalAttributes): tf.Tensor {
  const { radians, center, fillValue } = attrs as unknown as tf.RotateWithOffsetAttrs;
  const [batch, height, width, channels] = image!.shape as [number, number, number, number];
  const [centerX, centerY] = tf.backend_util.getImageCenter(center, height, width);
  const places = new Int32Array(height * width);
  const known = new Float32Array(height * width);
  places.forEach((_, i) => {
    const [dx, dy] = [(i % width) - centerX, Math.floor(i / width) - centerY];
    const column = Math.round(dx * Math.cos(radians) - dy * Math.sin(radians) + centerX);
    const row = Math.round(dx * Math.sin(radians) + dy * Math.cos(radians) + centerY);
    if (column < 0 || column >= width || row < 0 || row >= height) return;
    places[i] = row * width + column;
    known[i] = 1;
  });
  const pixels = tf.gather(
    tf.reshape(tf.cast(image!, 'float32'), [batch, height * width, channels]),
    tf.tensor(places, [places.length], 'int32'),
    1,
  );
  const fill = tf.tensor(
    [fillValue].flat().length === 1 ? Array<number>(channels).fill([fillValue].flat()[0]!) : fillValue,
    [1, 1, channels],
  );
  const found = filled(pixels, tf.tensor(known, [1, known.length, 1]), fill);
  return tf.cast(tf.reshape(found, [batch, height, width, channels]), image!.dtype);
}

/** `values` where `known` is 1, `fill` where it is 0. */
function filled(values: tf.Tensor, known: tf.Tensor, fill: tf.Tensor): tf.Tensor {
  return tf.add(tf.mul(values, known), tf.mul(fill, tf.sub(1, known)));
}

/** [boxes, crop, size]: how much each place of an axis gives to each place of the crop; nothing to one outside the image. */
function cropWeights(
  from: tf.Tensor,
  to: tf.Tensor,
  crop: number,
  size: number,
  method: 'bilinear' | 'nearest',
): { readonly weights: tf.Tensor; readonly inside: tf.Tensor } {
  const steps =
    crop > 1 ? Float32Array.from({ length: crop }, (_, i) => i / (crop - 1)) : Float32Array.of(0.5);
  const at = tf.mul(tf.add(from, tf.mul(tf.sub(to, from), tf.tensor(steps, [1, crop]))), size - 1);
  const inside = tf.cast(tf.logicalAnd(tf.greaterEqual(at, 0), tf.lessEqual(at, size - 1)), 'float32');
  const places = tf.tensor(
    Float32Array.from({ length: size }, (_, i) => i),
    [1, 1, size],
  );
  const nearest = method === 'nearest' ? tf.floor(tf.add(at, 0.5)) : at;
  const weights = tf.relu(tf.sub(1, tf.abs(tf.sub(tf.expandDims(nearest, 2), places))));
  return { weights: tf.mul(weights, tf.expandDims(inside, 2)), inside };
}

function cropped({ image, boxes, boxInd }: Tensors, attrs: NormalAttributes): tf.Tensor {
  const { cropSize, method, extrapolationValue } = attrs as unknown as tf.CropAndResizeAttrs;
  const [, height, width, channels] = image!.shape as [number, number, number, number];
  const count = boxes!.shape[0]!;
  const edge = (i: number): tf.Tensor => tf.slice(boxes!, [0, i], [count, 1]);
  const ofRows = cropWeights(edge(0), edge(2), cropSize[0], height, method);
  const ofColumns = cropWeights(edge(1), edge(3), cropSize[1], width, method);
  const whole = tf.reshape(tf.gather(tf.cast(image!, 'float32'), tf.cast(boxInd!, 'int32')), [
    count,
    height,
    width * channels,
  ]);
  const rows = tf.reshape(tf.matMul(ofRows.weights, whole), [count * cropSize[0], width, channels]);
  const perRow = tf.reshape(tf.tile(tf.expandDims(ofColumns.weights, 1), [1, cropSize[0], 1, 1]), [
    count * cropSize[0],
    cropSize[1],
    width,
  ]);
  const found = tf.reshape(tf.matMul(perRow, rows), [count, cropSize[0], cropSize[1], channels]);
  if (extrapolationValue === 0) return found;
  const inside = tf.mul(tf.expandDims(ofRows.inside, 2), tf.expandDims(ofColumns.inside, 1));
  return tf.add(found, tf.mul(tf.expandDims(tf.sub(1, inside), 3), extrapolationValue));
}

export const CropAndResize: Kernel = {
  shape: (
    { image, boxes, boxInd }: Named<'image' | 'boxes' | 'boxInd'>,
    { cropSize }: { cropSize: readonly [number, number] },
  ) => {
    requireReal('CropAndResize', 'image', image);
    requireRank('CropAndResize', 'image', image, 4);
    requireRank('CropAndResize', 'boxes', boxes, 2);
    const count = boxes.shape[0]!;
    requireShape('CropAndResize', 'boxes', boxes, [count, 4]);
    requireDType('CropAndResize', 'boxInd', boxInd, 'int32');
    requireShape('CropAndResize', 'boxInd', boxInd, [count], 'one for each box');
    return { shape: [count, cropSize[0], cropSize[1], image.shape[3]!], dtype: 'float32' };
  },
  gradient: (call) =>
    call.through(['image', 'boxes'], (inputs) => cropped({ ...call.inputs, ...inputs }, call.attrs)),
  writtenOut: cropped,
};

function isWithin(place: tf.Tensor, size: number): tf.Tensor {
  return tf.cast(tf.logicalAnd(tf.greaterEqual(place, 0), tf.less(place, size)), 'float32');
}

/** Where a coordinate outside the image is read instead, by fill mode; the arithmetic is that of tfjs' Transform kernel. */
function mapCoordinate(at: tf.Tensor, size: number, mode: string): tf.Tensor {
  if (mode === 'nearest') return tf.clipByValue(at, 0, size - 1);
  if (mode !== 'reflect' && mode !== 'wrap') return at;
  if (size <= 1) return tf.zerosLike(at);
  const choose = (condition: tf.Tensor, a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.where(condition, a, b);
  const below = tf.less(at, 0);
  const above = tf.greater(at, size - 1);
  if (mode === 'wrap') {
    const low = tf.add(at, tf.mul(tf.add(tf.floor(tf.div(tf.neg(at), size - 1)), 1), size));
    const high = tf.sub(at, tf.mul(tf.floor(tf.div(at, size - 1)), size));
    return tf.clipByValue(choose(below, low, choose(above, high, at)), 0, size - 1);
  }
  const period = 2 * size;
  const raised = tf.add(tf.mul(tf.floor(tf.div(tf.neg(at), period)), period), at);
  const low = choose(tf.less(raised, -size), tf.add(raised, period), tf.sub(tf.neg(raised), 1));
  const lowered = tf.sub(at, tf.mul(tf.floor(tf.div(at, period)), period));
  const high = choose(tf.greaterEqual(lowered, size), tf.sub(period - 1, lowered), lowered);
  return tf.clipByValue(choose(below, low, choose(above, high, at)), 0, size - 1);
}

export const Transform: Kernel = {
  shape: (
    { image, transforms }: Named<'image' | 'transforms'>,
    { outputShape }: { outputShape?: readonly [number, number] | null },
  ) => {
    requireReal('Transform', 'image', image);
    requireRank('Transform', 'image', image, 4);
    const [batch, height, width, channels] = image.shape as [number, number, number, number];
    requireShape(
      'Transform',
      'transforms',
      transforms,
      [transforms.shape[0] === 1 ? 1 : batch, 8],
      `one for all images or one for each of ${formatShape(image.shape)}`,
    );
    const [newHeight, newWidth] = outputShape ?? [height, width];
    return { shape: [batch, newHeight, newWidth, channels], dtype: image.dtype };
  },
  gradient: (call) => call.through(['image', 'transforms'], (inputs) => transformed(inputs, call.attrs)),
  replay: imageByImage,
  writtenOut: transformed,
};

function transformed({ image, transforms }: Tensors, attrs: NormalAttributes): tf.Tensor {
  const { interpolation, fillMode, fillValue, outputShape } = attrs as unknown as tf.TransformAttrs;
  const [batch, height, width, channels] = image!.shape as [number, number, number, number];
  const [outHeight, outWidth] = outputShape ?? [height, width];
  const pixels = outHeight * outWidth;
  const outX = tf.tensor(
    Float32Array.from({ length: pixels }, (_, i) => i % outWidth),
    [1, pixels],
  );
  const outY = tf.tensor(
    Float32Array.from({ length: pixels }, (_, i) => Math.floor(i / outWidth)),
    [1, pixels],
  );
  const factor = (i: number): tf.Tensor => tf.slice(transforms!, [0, i], [transforms!.shape[0]!, 1]);
  const line = (i: number): tf.Tensor => tf.add(tf.mul(factor(i), outX), tf.mul(factor(i + 1), outY));
  const projection = tf.add(line(6), 1);
  const exists = tf.notEqual(projection, 0);
  const divisor = tf.where(exists, projection, tf.onesLike(projection));
  const everyImage = (t: tf.Tensor): tf.Tensor => (t.shape[0] === batch ? t : tf.tile(t, [batch, 1]));
  const x = everyImage(mapCoordinate(tf.div(tf.add(line(0), factor(2)), divisor), width, fillMode));
  const y = everyImage(mapCoordinate(tf.div(tf.add(line(3), factor(5)), divisor), height, fillMode));
  const known = everyImage(tf.cast(exists, 'float32'));
  const starts = tf.tensor(
    Float32Array.from({ length: batch }, (_, i) => i * height * width),
    [batch, 1],
  );
  const rows = tf.reshape(tf.cast(image!, 'float32'), [batch * height * width, channels]);
  const read = (row: tf.Tensor, column: tf.Tensor, weight: tf.Tensor): tf.Tensor => {
    const within = tf.mul(tf.mul(isWithin(row, height), isWithin(column, width)), known);
    const place = tf.add(
      tf.add(tf.mul(tf.clipByValue(row, 0, height - 1), width), tf.clipByValue(column, 0, width - 1)),
      starts,
    );
    const pixels = tf.mul(tf.gather(rows, tf.cast(place, 'int32')), tf.expandDims(tf.mul(weight, within), 2));
    if (fillValue === 0) return pixels;
    const missing = tf.mul(tf.mul(weight, tf.sub(1, within)), fillValue);
    return tf.add(pixels, tf.expandDims(missing, 2));
  };
  const finish = (found: tf.Tensor): tf.Tensor =>
    tf.cast(tf.reshape(found, [batch, outHeight, outWidth, channels]), image!.dtype);
  if (interpolation === 'nearest')
    return finish(read(tf.floor(tf.add(y, 0.5)), tf.floor(tf.add(x, 0.5)), tf.onesLike(x)));
  const [top, left] = [tf.floor(y), tf.floor(x)];
  const [down, right] = [tf.sub(y, top), tf.sub(x, left)];
  const [up, back] = [tf.sub(1, down), tf.sub(1, right)];
  const corners = [
    read(top, left, tf.mul(up, back)),
    read(top, tf.add(left, 1), tf.mul(up, right)),
    read(tf.add(top, 1), left, tf.mul(down, back)),
    read(tf.add(top, 1), tf.add(left, 1), tf.mul(down, right)),
  ];
  return finish(corners.reduce((sum, corner) => tf.add(sum, corner)));
}

interface SuppressionAttributes {
  readonly maxOutputSize: number;
  readonly padToMaxOutputSize?: boolean;
}

/** The one suppression kernel whose output can have a fixed size, by padding. */
export const NonMaxSuppressionV4: Kernel = {
  shape: (
    { boxes, scores }: Named<'boxes' | 'scores'>,
    { maxOutputSize, padToMaxOutputSize }: SuppressionAttributes,
  ) => {
    requireRank('NonMaxSuppressionV4', 'boxes', boxes, 2);
    requireShape(
      'NonMaxSuppressionV4',
      'scores',
      scores,
      [boxes.shape[0]!],
      `one for each box of ${formatShape(boxes.shape)}`,
    );
    if (padToMaxOutputSize !== true) {
      throw kernelUnsupported(
        'Kernel "NonMaxSuppressionV4"',
        'NonMaxSuppressionV4',
        'shape known before it runs unless padded',
        'pass padToMaxOutputSize: true',
      );
    }
    return [
      { shape: [maxOutputSize], dtype: 'int32' },
      { shape: [], dtype: 'int32' },
    ];
  },
  gradient: 'its output is integer',
};

/** tfjs-backend-cpu transforms only the first image of a batch. */
function imageByImage(inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor | undefined {
  const { image, transforms } = inputs as { image: tf.Tensor; transforms: tf.Tensor };
  const batch = image.shape[0]!;
  if (batch < 2) return undefined;
  const each = tf.split(transforms, transforms.shape[0]!);
  return tf.concat(
    tf
      .split(image, batch)
      .map(
        (one, i) =>
          tf
            .engine()
            .runKernel(tf.Transform, { image: one, transforms: each[i] ?? each[0]! }, attrs) as tf.Tensor,
      ),
  );
}
