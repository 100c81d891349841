// A recurrent layer for the case "lstm", as small as one can be: Keras' LSTM of its last output, by scan() of @lamella/program.
import * as tf from '@tensorflow/tfjs-core';
import { Layer } from '@lamella/core';
import { initializers } from '@lamella/layers';
import { scan } from '@lamella/program';

export class Lstm extends Layer {
  static className = 'bench>Lstm';

  /** @param {number} units */
  constructor(units) {
    super();
    this.units = units;
  }

  /** @override @param {readonly (number | null)[]} shape */
  build(shape) {
    const { units } = this;
    const features = shape.at(-1) ?? 0;
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [features, 4 * units],
      initializer: initializers.glorotUniform(),
    });
    this.recurrentKernel = this.addWeight({
      name: 'recurrent_kernel',
      shape: [units, 4 * units],
      initializer: initializers.orthogonal(),
    });
    this.bias = this.addWeight({ name: 'bias', shape: [4 * units], initializer: initializers.zeros() });
  }

  /** @override @param {tf.Tensor} x */
  call(x) {
    const [kernel, recurrentKernel, bias] = [this.kernel, this.recurrentKernel, this.bias].map((weight) =>
      /** @type {import('@lamella/core').Weight} */ (weight).read(),
    );
    const zeros = tf.zeros([x.shape[0] ?? 0, this.units]);
    const [{ h }] = scan(
      ({ c, h }, xt) => {
        const z = tf.add(tf.add(tf.matMul(xt, kernel), bias), tf.matMul(h, recurrentKernel));
        const [i, f, g, o] = tf.split(z, 4, 1);
        const next = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
        return [{ c: next, h: tf.mul(tf.sigmoid(o), tf.tanh(next)) }, null];
      },
      { c: zeros, h: zeros },
      tf.transpose(x, [1, 0, 2]),
    );
    return h;
  }

  /** @override */
  getConfig() {
    return { ...super.getConfig(), units: this.units };
  }
}
