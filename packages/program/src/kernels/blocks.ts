// Kernels that trade between space and batch or depth, by blocks.
import * as tf from '@tensorflow/tfjs-core';
import type { Kernel } from '../kernel-rules/kernel.js';
import {
  misfit,
  requirePossible,
  requireRank,
  requireRankAtLeast,
  requireReal,
  type Named,
} from '../kernel-rules/requirements.js';
import { formatShape, sizeOf, type Shape } from '../shape.js';

type Pairs = readonly (readonly [number, number])[];

export const BatchToSpaceND: Kernel = {
  chooses: true,
  shape: ({ x }: Named<'x'>, { blockShape, crops }: { blockShape: Shape; crops: Pairs }) => {
    requireReal('BatchToSpaceND', 'x', x);
    requireRankAtLeast('BatchToSpaceND', 'x', x, 1 + blockShape.length);
    const [batch, ...rest] = x.shape as [number, ...number[]];
    const block = sizeOf(blockShape);
    if (batch % block !== 0) {
      throw misfit(
        'BatchToSpaceND',
        `expected a batch that blocks ${formatShape(blockShape)} divide, got ${batch} (input ${formatShape(x.shape)})`,
      );
    }
    const shape = [
      batch / block,
      ...rest.map((size, i) =>
        i < blockShape.length ? size * blockShape[i]! - crops[i]![0] - crops[i]![1] : size,
      ),
    ];
    requirePossible('BatchToSpaceND', shape, x.shape);
    return { shape, dtype: x.dtype };
  },
  gradient: ({ attrs, dy }) => ({
    x: () => tf.spaceToBatchND(dy[0]!, attrs['blockShape'] as number[], attrs['crops'] as number[][]),
  }),
};

export const SpaceToBatchND: Kernel = {
  chooses: true,
  shape: ({ x }: Named<'x'>, { blockShape, paddings }: { blockShape: Shape; paddings: Pairs }) => {
    requireReal('SpaceToBatchND', 'x', x);
    requireRankAtLeast('SpaceToBatchND', 'x', x, 1 + blockShape.length);
    const [batch, ...rest] = x.shape as [number, ...number[]];
    const shape = [
      batch * sizeOf(blockShape),
      ...rest.map((size, i) =>
        i < blockShape.length ? (size + paddings[i]![0] + paddings[i]![1]) / blockShape[i]! : size,
      ),
    ];
    if (!shape.every(Number.isInteger)) {
      throw misfit(
        'SpaceToBatchND',
        `expected padded sizes that blocks ${formatShape(blockShape)} divide, got input ${formatShape(x.shape)} with paddings ${JSON.stringify(paddings)}`,
      );
    }
    return { shape, dtype: x.dtype };
  },
  gradient: ({ attrs, dy }) => ({
    x: () => tf.batchToSpaceND(dy[0]!, attrs['blockShape'] as number[], attrs['paddings'] as number[][]),
  }),
};

export const DepthToSpace: Kernel = {
  chooses: true,
  attributes: ({ blockSize, dataFormat = 'NHWC' }: { blockSize: number; dataFormat?: string }) => ({
    blockSize,
    isChannelsFirst: dataFormat === 'NCHW',
  }),
  shape: (
    { x }: Named<'x'>,
    { blockSize, isChannelsFirst }: { blockSize: number; isChannelsFirst: boolean },
  ) => {
    requireReal('DepthToSpace', 'x', x);
    requireRank('DepthToSpace', 'x', x, 4);
    const [batch, p, q, r] = x.shape as [number, number, number, number];
    const [height, width, depth] = isChannelsFirst ? [q, r, p] : [p, q, r];
    if (depth % (blockSize * blockSize) !== 0) {
      throw misfit(
        'DepthToSpace',
        `expected a depth that ${blockSize} * ${blockSize} divides, got ${depth} (input ${formatShape(x.shape)})`,
      );
    }
    const space = [height * blockSize, width * blockSize];
    const newDepth = depth / (blockSize * blockSize);
    return {
      shape: isChannelsFirst ? [batch, newDepth, ...space] : [batch, ...space, newDepth],
      dtype: x.dtype,
    };
  },
  gradient: ({ inputs, attrs, dy }) => ({
    x: () => {
      const { shape } = inputs['x']!;
      const block = attrs['blockSize'] as number;
      const [batch, height, width, depth] = dy[0]!.shape as [number, number, number, number];
      if (attrs['isChannelsFirst'] === true) {
        const split = tf.reshape(dy[0]!, [batch, height, width / block, block, depth / block, block]);
        return tf.reshape(tf.transpose(split, [0, 3, 5, 1, 2, 4]), shape);
      }
      const split = tf.reshape(dy[0]!, [batch, height / block, block, width / block, block, depth]);
      return tf.reshape(tf.transpose(split, [0, 1, 3, 2, 4, 5]), [
        batch,
        height / block,
        width / block,
        sizeOf([block, block, depth]),
      ]);
    },
  }),
};
