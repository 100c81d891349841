// Gradients of resizing, cropping, transforming and rotating images. tfjs' own backward kernels for resizing ignore half
// pixel centers, and the plain one swaps height and width; a resize is two matrix products, and so is its gradient.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientRule } from '../gradient-rule.js';
import type { Attributes } from '../program.js';
import { runKernel } from './broadcasting.js';

type Weights = (
  inSize: number,
  outSize: number,
  attrs: Attributes,
) => readonly (readonly [number, number])[][];

/** For each output row, the input rows it is made of and their weights, as tfjs' resize kernels choose them. */
const bilinearWeights: Weights = (inSize, outSize, attrs) => {
  const ratio = ratioOf(inSize, outSize, attrs);
  return Array.from({ length: outSize }, (_, i) => {
    const source = attrs['halfPixelCenters'] === true ? ratio * (i + 0.5) - 0.5 : ratio * i;
    const floor = Math.max(0, Math.floor(source));
    const ceil = Math.min(inSize - 1, Math.ceil(source));
    return [
      [floor, 1 - (source - floor)],
      [ceil, source - floor],
    ] as const;
  }) as [number, number][][];
};

const nearestWeights: Weights = (inSize, outSize, attrs) => {
  const ratio = ratioOf(inSize, outSize, attrs);
  return Array.from({ length: outSize }, (_, i) => {
    const source = attrs['halfPixelCenters'] === true ? ratio * (i + 0.5) : ratio * i;
    return [
      [
        Math.max(
          0,
          Math.min(inSize - 1, attrs['alignCorners'] === true ? Math.round(source) : Math.floor(source)),
        ),
        1,
      ],
    ];
  });
};

function ratioOf(inSize: number, outSize: number, attrs: Attributes): number {
  return attrs['alignCorners'] === true && outSize > 1 ? (inSize - 1) / (outSize - 1) : inSize / outSize;
}

/** The matrix, [in, out], that takes the gradient of the output rows back to the input rows. */
function backMatrix(inSize: number, outSize: number, attrs: Attributes, weights: Weights): tf.Tensor {
  const data = new Float32Array(inSize * outSize);
  weights(inSize, outSize, attrs).forEach((row, out) =>
    row.forEach(([from, weight]) => (data[from * outSize + out]! += weight)),
  );
  return tf.tensor(data, [1, inSize, outSize]);
}

function resize(weights: Weights): GradientRule {
  return ({ inputs, attrs, dy: [dy] }) => ({
    images: () => {
      const [batch, height, width, channels] = inputs['images']!.shape as [number, number, number, number];
      const [, outHeight, outWidth] = dy!.shape as [number, number, number, number];
      const rows = tf.matMul(
        backMatrix(height, outHeight, attrs, weights),
        tf.reshape(dy!, [batch, outHeight, outWidth * channels]),
      );
      const columns = tf.matMul(
        backMatrix(width, outWidth, attrs, weights),
        tf.reshape(rows, [batch * height, outWidth, channels]),
      );
      return tf.reshape(columns, [batch, height, width, channels]);
    },
  });
}

/** The backward kernels are linear in `dy`; their adjoint is the resize itself. */
function resizeBackward(forward: string): GradientRule {
  return ({ inputs, attrs, dy: [v] }) => ({
    dy: () => runKernel(forward, { images: v! }, { ...attrs, size: inputs['dy']!.shape.slice(1, 3) }),
  });
}

export const ResizeBilinear = resize(bilinearWeights);
export const ResizeNearestNeighbor = resize(nearestWeights);
export const ResizeBilinearGrad = resizeBackward(tf.ResizeBilinear);
export const ResizeNearestNeighborGrad = resizeBackward(tf.ResizeNearestNeighbor);

export const CropAndResize: GradientRule = (call) =>
  call.through(['image', 'boxes'], ({ image, boxes }) => {
    const { cropSize, method } = call.attrs as unknown as tf.CropAndResizeAttrs;
    const [, height, width, channels] = image!.shape as [number, number, number, number];
    const count = boxes!.shape[0]!;
    const edge = (i: number): tf.Tensor => tf.slice(boxes!, [0, i], [count, 1]);
    const fromRows = cropWeights(edge(0), edge(2), cropSize[0], height, method);
    const fromColumns = cropWeights(edge(1), edge(3), cropSize[1], width, method);
    const whole = tf.reshape(tf.gather(image!, tf.cast(call.inputs['boxInd']!, 'int32')), [
      count,
      height,
      width * channels,
    ]);
    const rows = tf.reshape(tf.matMul(fromRows, whole), [count * cropSize[0], width, channels]);
    const perRow = tf.reshape(tf.tile(tf.expandDims(fromColumns, 1), [1, cropSize[0], 1, 1]), [
      count * cropSize[0],
      cropSize[1],
      width,
    ]);
    return tf.reshape(tf.matMul(perRow, rows), [count, cropSize[0], cropSize[1], channels]);
  });

/** [boxes, crop, size]: how much each place of an axis gives to each place of the crop; nothing to one outside the image. */
function cropWeights(
  from: tf.Tensor,
  to: tf.Tensor,
  crop: number,
  size: number,
  method: 'bilinear' | 'nearest',
): tf.Tensor {
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
  return tf.mul(weights, tf.expandDims(inside, 2));
}

export const Transform: GradientRule = (call) =>
  call.through(['image', 'transforms'], ({ image, transforms }) => {
    const { interpolation, fillMode } = call.attrs as unknown as tf.TransformAttrs;
    const [batch, height, width, channels] = image!.shape as [number, number, number, number];
    const [, outHeight, outWidth] = call.outputs[0]!.shape as [number, number, number, number];
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
    const rows = tf.reshape(image!, [batch * height * width, channels]);
    const read = (row: tf.Tensor, column: tf.Tensor, weight: tf.Tensor): tf.Tensor => {
      const within = tf.mul(tf.mul(isWithin(row, height), isWithin(column, width)), known);
      const place = tf.add(
        tf.add(tf.mul(tf.clipByValue(row, 0, height - 1), width), tf.clipByValue(column, 0, width - 1)),
        starts,
      );
      return tf.mul(tf.gather(rows, tf.cast(place, 'int32')), tf.expandDims(tf.mul(weight, within), 2));
    };
    const shape = [batch, outHeight, outWidth, channels];
    if (interpolation === 'nearest')
      return tf.reshape(read(tf.floor(tf.add(y, 0.5)), tf.floor(tf.add(x, 0.5)), tf.onesLike(x)), shape);
    const [top, left] = [tf.floor(y), tf.floor(x)];
    const [down, right] = [tf.sub(y, top), tf.sub(x, left)];
    const [up, back] = [tf.sub(1, down), tf.sub(1, right)];
    const corners = [
      read(top, left, tf.mul(up, back)),
      read(top, tf.add(left, 1), tf.mul(up, right)),
      read(tf.add(top, 1), left, tf.mul(down, back)),
      read(tf.add(top, 1), tf.add(left, 1), tf.mul(down, right)),
    ];
    return tf.reshape(
      corners.reduce((sum, corner) => tf.add(sum, corner)),
      shape,
    );
  });

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

// Each pixel is read from one place, or none: the places are known before anything runs.
export const RotateWithOffset: GradientRule = (call) =>
  call.through(['image'], ({ image }) => {
    const { radians, center } = call.attrs as unknown as tf.RotateWithOffsetAttrs;
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
      tf.reshape(image!, [batch, height * width, channels]),
      tf.tensor(places, [places.length], 'int32'),
      1,
    );
    return tf.reshape(tf.mul(pixels, tf.tensor(known, [1, known.length, 1])), [
      batch,
      height,
      width,
      channels,
    ]);
  });
