// Layers that compute in host memory, on values: what strings go into and come out of. A model runs those that stand before
// everything else on each batch, and what is compiled begins behind them (host-part.ts).
import type * as tf from '@tensorflow/tfjs-core';
import {
  HostTensor,
  isCapturing,
  isHostTensor,
  mapTree,
  notCapturable,
  type AnyHostTensor,
  type Tree,
} from '@lamella/program';
import { Layer, type Autocast } from './layer.js';

/** What a layer has that can compute in host memory. */
export interface ComputesOnHost {
  /** Computes with values, nested like what the layer is applied to. */
  computeOnHost(inputs: Tree<AnyHostTensor>): Tree<AnyHostTensor>;
}

/** Whether a layer can compute in host memory. */
export function computesOnHost(layer: object): layer is ComputesOnHost {
  return typeof (layer as Partial<ComputesOnHost>).computeOnHost === 'function';
}

/** Whether a layer can compute nowhere else. */
export function needsHost(layer: object): boolean {
  return computesOnHost(layer) && 'isHostLayer' in layer;
}

/**
 * A layer that can compute in host memory only. Subclasses say shapes and dtypes in `computeOutputs`, and compute in
 * {@link computeOnHost}.
 *
 * @example
 * import { HostLayer, type TensorSpec } from '@lamella/core';
 * import { HostTensor, type AnyHostTensor } from '@lamella/program';
 *
 * class Lengths extends HostLayer {
 *   static readonly className = 'acme>Lengths';
 *   override computeOnHost(texts: AnyHostTensor): HostTensor {
 *     return new HostTensor(Int32Array.from(texts.data as string[], (text) => text.length), texts.shape, 'int32');
 *   }
 *   override computeOutputs({ shape }: TensorSpec): TensorSpec {
 *     return { shape, dtype: 'int32' };
 *   }
 * }
 */
export abstract class HostLayer extends Layer implements ComputesOnHost {
  /** Marks such layers, of any copy of this package. */
  readonly isHostLayer = true;

  abstract computeOnHost(inputs: Tree<AnyHostTensor>): Tree<AnyHostTensor>;

  override get autocast(): Autocast {
    return 'none';
  }

  /** Reads tensors that have values. Throws: NOT_CAPTURABLE for those of what is to be compiled. */
  override call(inputs: Tree<tf.Tensor>): tf.Tensor {
    if (isCapturing())
      throw notCapturable(
        this.label,
        'it computes in host memory, before what is compiled, and its input comes from there',
        'apply it to inputs of the model, or to what such layers make of them, in a graph',
      );
    const values = mapTree(inputs, valueOf);
    return mapTree(this.computeOnHost(values), (value) => value.tensor(), isHostTensor) as tf.Tensor;
  }
}

function valueOf(tensor: tf.Tensor): AnyHostTensor {
  return new HostTensor(tensor.dataSync() as Float32Array, tensor.shape, tensor.dtype as 'float32');
}
