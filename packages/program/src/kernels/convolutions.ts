// Convolutions and their two backward kernels, which are each other's adjoints, in the layouts and with the paddings that
// tfjs takes.
import * as tf from '@tensorflow/tfjs-core';
import { runKernel } from '../kernel-rules/broadcasting.js';
import type { Kernel, PortableForm } from '../kernel-rules/kernel.js';
import {
  misfit,
  requirePossible,
  requireRank,
  requireReal,
  requireSameDType,
  requireShape,
  type Named,
} from '../kernel-rules/requirements.js';
import { pick, spread } from '../kernel-rules/spread.js';
import { padForWindows } from '../kernel-rules/taps.js';
import {
  convolutionAttributes,
  convolutionWindows,
  type ConvolutionAttributes,
} from '../kernel-rules/windows.js';
import type { Attribute, Attributes } from '../program.js';
import { formatShape, type Shape } from '../shape.js';

/** The three kernels of one kind of convolution. */
interface Family {
  readonly forward: string;
  readonly toInput: string;
  readonly toFilter: string;
  /** How many axes slide. */
  readonly spatial: number;
  readonly isDepthwise: boolean;
  /** The attributes that all three share. */
  readonly shared: readonly string[];
  /** The further attributes of the forward kernel. */
  readonly defaults: Attributes;
}

const conv2D: Family = {
  forward: tf.Conv2D,
  toInput: tf.Conv2DBackpropInput,
  toFilter: tf.Conv2DBackpropFilter,
  spatial: 2,
  isDepthwise: false,
  shared: ['strides', 'pad', 'dataFormat', 'dimRoundingMode'],
  defaults: { dilations: [1, 1] },
};

const depthwise: Family = {
  forward: tf.DepthwiseConv2dNative,
  toInput: tf.DepthwiseConv2dNativeBackpropInput,
  toFilter: tf.DepthwiseConv2dNativeBackpropFilter,
  spatial: 2,
  isDepthwise: true,
  shared: ['strides', 'pad', 'dimRoundingMode'],
  defaults: { dilations: [1, 1], dataFormat: 'NHWC' },
};

const conv3D: Family = {
  forward: tf.Conv3D,
  toInput: tf.Conv3DBackpropInputV2,
  toFilter: tf.Conv3DBackpropFilterV2,
  spatial: 3,
  isDepthwise: false,
  shared: ['strides', 'pad'],
  defaults: { dilations: [1, 1, 1], dataFormat: 'NDHWC' },
};

/** The shape of the forward kernel's output, whichever of the three asks. */
function outputOf(
  kernel: string,
  { spatial }: Family,
  x: Shape,
  filter: Shape,
  attrs: ConvolutionAttributes,
): Shape {
  requireRank(kernel, 'x', { shape: x, dtype: 'float32' }, spatial + 2);
  requireRank(kernel, 'filter', { shape: filter, dtype: 'float32' }, spatial + 2);
  const { isChannelsFirst, isDepthwise } = attrs;
  const channels = isChannelsFirst ? x[1]! : x.at(-1)!;
  if (channels !== filter[spatial]) {
    throw misfit(
      kernel,
      `expected an input of ${filter[spatial]} channels (filter ${formatShape(filter)}), got ${channels} (input ${formatShape(x)})`,
    );
  }
  const space = convolutionWindows(attrs, x, filter).map(({ output }) => output);
  const outputs = filter.at(-1)! * (isDepthwise ? channels : 1);
  const shape = isChannelsFirst ? [x[0]!, outputs, ...space] : [x[0]!, ...space, outputs];
  requirePossible(kernel, shape, x);
  return shape;
}

function shared(family: Family, raw: Attributes): Attributes {
  const own: Record<string, Attribute> = {};
  for (const name of family.shared) if (raw[name] !== undefined) own[name] = raw[name];
  // The backward kernels of the depthwise convolution ask for dilations too.
  return family.isDepthwise ? { ...own, dilations: [1, 1] } : own;
}

function traits({ spatial, isDepthwise }: Family): Pick<Kernel, 'attributes' | 'slides'> {
  return {
    attributes: convolutionAttributes(spatial, isDepthwise),
    slides: isDepthwise ? 'depthwise convolution' : 'convolution',
  };
}

// tfjs' backward kernels know no dilation; a dilated filter is a larger filter with zeros in it.
function forward(family: Family): Kernel {
  const kernel = family.forward;
  return {
    ...traits(family),
    shape: ({ x, filter }: Named<'x' | 'filter'>, attrs: ConvolutionAttributes) => {
      requireReal(kernel, 'x', x);
      requireSameDType(kernel, x, filter);
      return { shape: outputOf(kernel, family, x.shape, filter.shape, attrs), dtype: x.dtype };
    },
    gradient: ({ inputs, attrs, raw, dy: [dy] }) => {
      const { x, filter } = inputs as { x: tf.Tensor; filter: tf.Tensor };
      const steps = attrs['dilations'] as readonly number[];
      const wide = (): tf.Tensor => steps.reduce((found, step, axis) => spread(found, axis, step), filter);
      const filterShape = filter.shape.map((size, i) => (size - 1) * (steps[i] ?? 1) + 1);
      const common = shared(family, raw);
      return {
        x: () => runKernel(family.toInput, { dy: dy!, filter: wide() }, { ...common, inputShape: x.shape }),
        filter: () =>
          pick(runKernel(family.toFilter, { x, dy: dy! }, { ...common, filterShape }), [...steps, 1, 1]),
      };
    },
  };
}

function toInput(family: Family): Kernel {
  const kernel = family.toInput;
  return {
    ...traits(family),
    shape: ({ dy, filter }: Named<'dy' | 'filter'>, attrs: ConvolutionAttributes) => {
      const shape = attrs.inputShape!;
      const expected = outputOf(kernel, family, shape, filter.shape, attrs);
      const why = `for input ${formatShape(shape)} and filter ${formatShape(filter.shape)}`;
      requireShape(kernel, 'dy', dy, expected, why);
      return { shape, dtype: 'float32' };
    },
    gradient: ({ inputs, raw, dy: [v] }) => {
      const { dy, filter } = inputs as { dy: tf.Tensor; filter: tf.Tensor };
      const common = shared(family, raw);
      return {
        dy: () => runKernel(family.forward, { x: v!, filter }, { ...family.defaults, ...common }),
        filter: () => runKernel(family.toFilter, { x: v!, dy }, { ...common, filterShape: filter.shape }),
      };
    },
  };
}

function toFilter(family: Family): Kernel {
  const kernel = family.toFilter;
  return {
    ...traits(family),
    shape: ({ x, dy }: Named<'x' | 'dy'>, attrs: ConvolutionAttributes) => {
      const shape = attrs.filterShape!;
      const expected = outputOf(kernel, family, x.shape, shape, attrs);
      const why = `for input ${formatShape(x.shape)} and filter ${formatShape(shape)}`;
      requireShape(kernel, 'dy', dy, expected, why);
      return { shape, dtype: 'float32' };
    },
    gradient: ({ inputs, raw, dy: [v] }) => {
      const { x, dy } = inputs as { x: tf.Tensor; dy: tf.Tensor };
      const common = shared(family, raw);
      return {
        x: () => runKernel(family.toInput, { dy, filter: v! }, { ...common, inputShape: x.shape }),
        dy: () => runKernel(family.forward, { x, filter: v! }, { ...family.defaults, ...common }),
      };
    },
  };
}

export const Conv2D = forward(conv2D);
export const Conv2DBackpropInput = toInput(conv2D);
export const Conv2DBackpropFilter = toFilter(conv2D);
export const DepthwiseConv2dNative: Kernel = { ...forward(depthwise), portable: stridedAndDilated };
export const DepthwiseConv2dNativeBackpropInput = toInput(depthwise);
export const DepthwiseConv2dNativeBackpropFilter = toFilter(depthwise);
export const Conv3D = forward(conv3D);
export const Conv3DBackpropInputV2 = toInput(conv3D);
export const Conv3DBackpropFilterV2 = toFilter(conv3D);

/** It strides or dilates, not both: of every place, those that the strides reach are kept. */
function stridedAndDilated(...[{ x, filter }, raw]: Parameters<PortableForm>): tf.Tensor | undefined {
  const attrs = convolutionAttributes(2, true)(raw as never);
  const { strides, dilations } = attrs;
  if ([strides, dilations].some((list) => list.every((by) => by === 1))) return undefined;
  const windows = convolutionWindows(attrs, x!.shape, filter!.shape);
  const everywhere = tf.depthwiseConv2d(
    padForWindows(x!, windows) as tf.Tensor4D,
    filter as tf.Tensor4D,
    1,
    'valid',
    'NHWC',
    [...dilations] as [number, number],
  );
  const ends = windows.map(({ output, stride }) => (output - 1) * stride + 1);
  return tf.stridedSlice(
    everywhere,
    [0, 0, 0, 0],
    [everywhere.shape[0], ...ends, everywhere.shape[3]],
    [1, ...strides, 1],
  );
}
