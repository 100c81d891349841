// Calls that tfjs-backend-cpu computes wrongly (4.22), each recorded in a form that every backend computes rightly.
// Not here: fused kernels, which are always written out (decompositions.ts).
import * as tf from '@tensorflow/tfjs-core';
import { broadcastable, sameShape, sizeOf } from './shape.js';

/** The call in other kernels, or undefined where it can stay as it is. */
type PortableForm = (inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap) => tf.Tensor | undefined;

/** By kernel name. */
export const portableForms: Readonly<Record<string, PortableForm | undefined>> = {
  [tf.Add]: (inputs) =>
    ofBroadcastComplex(inputs, (a, b) => tf.complex(tf.add(a.re, b.re), tf.add(a.im, b.im))),
  [tf.Sub]: (inputs) =>
    ofBroadcastComplex(inputs, (a, b) => tf.complex(tf.sub(a.re, b.re), tf.sub(a.im, b.im))),
  [tf.Multiply]: (inputs) =>
    ofBroadcastComplex(inputs, (a, b) =>
      tf.complex(
        tf.sub(tf.mul(a.re, b.re), tf.mul(a.im, b.im)),
        tf.add(tf.mul(a.re, b.im), tf.mul(a.im, b.re)),
      ),
    ),
  [tf.Cumsum]: (inputs, attrs) => alongAxisFromFront(tf.Cumsum, inputs, attrs),
  [tf.Cumprod]: (inputs, attrs) => alongAxisFromFront(tf.Cumprod, inputs, attrs),
  [tf.BatchMatMul]: ofBroadcastBatches,
  [tf.Einsum]: ofUnchangedTensor,
  [tf.Transform]: imageByImage,
};

interface Parts {
  readonly re: tf.Tensor;
  readonly im: tf.Tensor;
}

/** Broadcasting complex numbers reads past their end. */
function ofBroadcastComplex(
  inputs: tf.NamedTensorMap,
  compute: (a: Parts, b: Parts) => tf.Tensor,
): tf.Tensor | undefined {
  const { a, b } = inputs as { a: tf.Tensor; b: tf.Tensor };
  if (![a.dtype, b.dtype].includes('complex64') || sameShape(a.shape, b.shape)) return undefined;
  const partsOf = (x: tf.Tensor): Parts =>
    x.dtype === 'complex64' ? { re: tf.real(x), im: tf.imag(x) } : { re: x, im: tf.zerosLike(x) };
  return compute(partsOf(a), partsOf(b));
}

/** An axis counted from the end is looked up in the shape as it is. */
function alongAxisFromFront(
  kernel: string,
  inputs: tf.NamedTensorMap,
  attrs: tf.NamedAttrMap,
): tf.Tensor | undefined {
  const axis = attrs['axis'] as number;
  if (!(axis < 0)) return undefined;
  return tf.engine().runKernel(kernel, inputs, { ...attrs, axis: axis + inputs['x']!.shape.length });
}

/** Batches that repeat are matched by their number, which is right only where one side has a single one. */
function ofBroadcastBatches(inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor | undefined {
  const { a, b } = inputs as { a: tf.Tensor; b: tf.Tensor };
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  if (sameShape(batchA, batchB) || sizeOf(batchA) === 1 || sizeOf(batchB) === 1) return undefined;
  if (!broadcastable(batchA, batchB)) return undefined;
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
  return tf.engine().runKernel(
    tf.BatchMatMul,
    {
      a: tf.broadcastTo(a, [...batch, ...a.shape.slice(-2)]),
      b: tf.broadcastTo(b, [...batch, ...b.shape.slice(-2)]),
    },
    attrs,
  );
}

/** An equation such as `ij->ij` gives the tensor itself, and frees it twice. */
function ofUnchangedTensor(inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor | undefined {
  const [left, right] = (attrs['equation'] as string).replaceAll(' ', '').split('->');
  return left === right && Object.keys(inputs).length === 1 ? tf.clone(Object.values(inputs)[0]!) : undefined;
}

/** Only the first image of a batch is transformed. */
function imageByImage(inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor | undefined {
  const { image, transforms } = inputs as { image: tf.Tensor; transforms: tf.Tensor };
  const batch = image.shape[0]!;
  if (image.shape.length !== 4 || batch < 2) return undefined;
  const each = tf.split(transforms, transforms.shape[0]!);
  if (each.length !== 1 && each.length !== batch) return undefined;
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
