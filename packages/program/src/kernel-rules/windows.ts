// The geometry of convolutions, pooling and dilation: one window an axis of space, for two or three axes, from tfjs' attributes
// and shapes. Padding is explicit here.
import * as tf from '@tensorflow/tfjs-core';
import { shapeMismatch } from '../errors.js';
import type { Shape } from '../shape.js';
import type { NormalAttributes } from './attribute-rule.js';

/** How a window moves along one axis. */
export interface Window {
  readonly input: number;
  readonly output: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  /** The padding in front of the first element, and behind the last one as far as windows reach. */
  readonly before: number;
  readonly after: number;
  /** The elements behind the last window, which none reaches. */
  readonly rest: number;
}

type Padding = 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;
type Steps = number | readonly number[] | null;

/** What all kernels with windows read. */
export interface WindowAttributes extends NormalAttributes {
  readonly strides: readonly number[];
  /** As tfjs' op passes it on; {@link Window} has it by axis. */
  readonly pad: Padding;
  readonly rounding?: 'floor' | 'round' | 'ceil';
  readonly isChannelsFirst: boolean;
}

/** What convolutions read; dilations are 1 in their backward kernels. */
export interface ConvolutionAttributes extends WindowAttributes {
  readonly dilations: readonly number[];
  readonly isDepthwise: boolean;
  /** Of the kernel that gives the gradient by the input. */
  readonly inputShape?: Shape;
  /** Of the kernel that gives the gradient by the filter. */
  readonly filterShape?: Shape;
}

/** What pooling reads. */
export interface PoolingAttributes extends WindowAttributes {
  readonly filterSize: readonly number[];
}

interface RawAttributes {
  readonly strides: Steps;
  readonly pad: Padding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dataFormat?: string;
}

/** One number for each axis. */
function perAxis(given: Steps | undefined, axes: number): readonly number[] {
  return typeof given === 'object' && given !== null ? given : Array<number>(axes).fill(given ?? 1);
}

function windowAttributes(
  { strides, pad, dimRoundingMode, dataFormat }: RawAttributes,
  axes: number,
): WindowAttributes {
  return {
    strides: perAxis(strides, axes),
    pad,
    isChannelsFirst: dataFormat?.startsWith('NC') ?? false,
    ...(dimRoundingMode && { rounding: dimRoundingMode }),
  };
}

/** The attributes of convolutions over so many axes. tfjs' depthwise kernels compute channels last whatever the attribute says. */
export function convolutionAttributes(axes: number, isDepthwise = false) {
  return (
    raw: RawAttributes & { dilations?: Steps; inputShape?: Shape; filterShape?: Shape },
  ): ConvolutionAttributes => {
    const { inputShape, filterShape } = raw;
    const isBackward = inputShape !== undefined || filterShape !== undefined;
    return {
      ...windowAttributes(isDepthwise ? { ...raw, dataFormat: 'NHWC' } : raw, axes),
      dilations: perAxis(isBackward && !isDepthwise ? 1 : raw.dilations, axes),
      isDepthwise,
      ...(inputShape && { inputShape }),
      ...(filterShape && { filterShape }),
    };
  };
}

/** The attributes of pooling over so many axes. */
export function poolingAttributes(axes: number) {
  return (raw: RawAttributes & { filterSize: Steps }): PoolingAttributes => ({
    ...windowAttributes(raw, axes),
    filterSize: perAxis(raw.filterSize, axes),
  });
}

/** The windows of a convolution of `input` with `filter`. */
export function convolutionWindows(attrs: ConvolutionAttributes, input: Shape, filter: Shape): Window[] {
  const { strides, dilations, pad, rounding, isDepthwise, isChannelsFirst } = attrs;
  const format = isChannelsFirst ? 'channelsFirst' : 'channelsLast';
  if (input.length === 5)
    return windowsOf(
      tf.backend_util.computeConv3DInfo(
        [...input] as Shape5,
        [...filter] as Shape5,
        [...strides] as Triple,
        [...dilations] as Triple,
        pad as 'same',
        isDepthwise,
        format,
        rounding,
      ),
    );
  return windowsOf(
    tf.backend_util.computeConv2DInfo(
      [...input] as Shape4,
      [...filter] as Shape4,
      [...strides] as Pair,
      [...dilations] as Pair,
      pad,
      rounding,
      isDepthwise,
      format,
    ),
  );
}

/** The windows of pooling over `input`. */
export function poolWindows(attrs: PoolingAttributes, input: Shape): Window[] {
  const { filterSize, strides, pad, rounding, isChannelsFirst } = attrs;
  if (input.length === 5)
    return windowsOf(
      tf.backend_util.computePool3DInfo(
        [...input] as Shape5,
        [...filterSize] as Triple,
        [...strides] as Triple,
        1,
        pad as 'same',
        rounding,
        isChannelsFirst ? 'NCDHW' : 'NDHWC',
      ),
    );
  return windowsOf(
    tf.backend_util.computePool2DInfo(
      [...input] as Shape4,
      [...filterSize] as Pair,
      [...strides] as Pair,
      1,
      pad,
      rounding,
    ),
  );
}

/** The windows of a morphological dilation of `input` with `filter`. */
export function dilationWindows(attrs: ConvolutionAttributes, input: Shape, filter: Shape): Window[] {
  return windowsOf(
    tf.backend_util.computeDilation2DInfo(
      [...input] as Shape4,
      [...filter] as [number, number, number],
      [...attrs.strides] as Pair,
      attrs.pad as 'same',
      'NHWC',
      [...attrs.dilations] as Pair,
    ),
  );
}

type Pair = [number, number];
type Triple = [number, number, number];
type Shape4 = [number, number, number, number];
type Shape5 = [number, number, number, number, number];

/** Backends walk through padding: windows that reach further than that beyond an image are no one's. */
const mostPadding = 2 ** 16;

/** tfjs' words for the axes, and for their edges in front. */
const axes2D = { Height: 'top', Width: 'left' };
const axes3D = { Depth: 'front', ...axes2D };

function windowsOf(info: tf.backend_util.Conv2DInfo | tf.backend_util.Conv3DInfo): Window[] {
  const sizes = info as unknown as Readonly<Record<string, number>>;
  const edges = info.padInfo as unknown as Readonly<Record<string, number>>;
  return Object.entries('inDepth' in info ? axes3D : axes2D).map(([axis, edge]) => {
    const of = (what: string): number => sizes[`${what}${axis}`]!;
    const [input, output, size, stride, dilation] = ['in', 'out', 'filter', 'stride', 'dilation'].map(of) as [
      ...Triple,
      ...Pair,
    ];
    const before = edges[edge]!;
    const beyond = (output - 1) * stride + (size - 1) * dilation + 1 - input - before;
    const [after, rest] = [Math.max(0, beyond), Math.max(0, -beyond)];
    if (!(Math.max(before, after) <= mostPadding))
      throw shapeMismatch(
        'Window',
        `expected padding of at most ${mostPadding} positions at each end of an axis, got ${before} and ${after} (input ${input}, window ${size}, dilation ${dilation}, stride ${stride})`,
        'choose a smaller window or dilation',
      );
    return { input, output, size, stride, dilation, before, after, rest };
  });
}
