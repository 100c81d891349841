import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { capture, HostTensor, type CaptureResult, type Program, type Shape } from '@lamella/program';
import { assertClose, runProgram } from '@lamella/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { lowerSymbolic } from './lower-symbolic.js';

type Fn = (x: tf.Tensor) => CaptureResult;

function programOf(fn: Fn, shape: Shape): Program {
  return capture((x) => fn(x!), [{ name: 'x', shape, dtype: 'float32' }]).program;
}

/** Compares the graph with the Program on backend-cpu, for x of shape [batch, ...rest]. */
async function compare(fn: Fn, rest: Shape, batches = [1, 2, 3, 17, 61]): Promise<string[]> {
  const { bytes, operators } = lowerSymbolic(([batch]) => programOf(fn, [batch!, ...rest]));
  const session = await ort.InferenceSession.create(bytes);
  for (const batch of batches) {
    const program = programOf(fn, [batch, ...rest]);
    const x = HostTensor.zeros([batch, ...rest]);
    x.data.forEach((_, i) => (x.data[i] = Math.sin(i)));
    const expected = await runProgram(await cpu().compile(program), program, [x]);
    const results = await session.run({
      [session.inputNames[0]!]: new ort.Tensor('float32', x.data as Float32Array, x.shape),
    });
    session.outputNames.forEach((name, i) => {
      const { data, dims } = results[name]!;
      const got = new HostTensor(data as Float32Array, dims, expected[i]!.dtype);
      assertClose(got, expected[i]!, 1e-5, `output ${i} at ${batch}`);
    });
  }
  return [...operators];
}

describe('lowerSymbolic', () => {
  it('lets Reshape find the batch where that is the only size it does not know', async () => {
    const operators = await compare((x) => tf.reshape(x, [x.shape[0]!, 2, 2]), [4]);
    expect(operators).toEqual(['Reshape']);
  });

  it('computes sizes that are products and squares of the batch', async () => {
    const fn: Fn = (x) => {
      const rows = tf.reshape(tf.matMul(x, x, false, true), [-1, 1]);
      return tf.concat([rows, tf.ones([x.shape[0]! ** 2, 3])], 1);
    };
    expect(await compare(fn, [2])).toContain('Shape');
  });

  it('computes sizes that are multiples of the batch, and sums', async () => {
    await compare(
      (x) => [
        tf.concat([tf.reshape(x, [-1, 1]), tf.ones([3 * x.shape[0]!, 2])], 1),
        tf.concat([x, tf.ones([2, 3]), tf.zeros([2 * x.shape[0]! + 1, 3])], 0),
      ],
      [3],
    );
  });

  it('spreads constants of one value, of one row, and of one value that follows the batch', async () => {
    await compare(
      (x) => [
        tf.mul(x, tf.fill([x.shape[0]!, 3], 2)),
        tf.add(x, tf.tensor2d(Array.from({ length: x.shape[0]! }, () => [1, 2, 3]))),
        tf.div(x, x.shape[0]!),
      ],
      [3],
    );
  });

  it('counts, and makes the identity matrix', async () => {
    await compare(
      (x) => [
        tf.range(0, x.shape[0]!),
        tf.mul(x, tf.tensor2d(Array.from({ length: x.shape[0]! }, (_, i) => [3 - 2 * i]))),
        tf.eye(x.shape[0]!),
      ],
      [2],
    );
  });

  it('reads several unknown sizes from the inputs', async () => {
    const { bytes } = lowerSymbolic(
      ([batch, length]) =>
        programOf((x) => tf.reshape(x, [x.shape[0]! * x.shape[1]!, 2]), [batch!, length!, 2]),
      { unknowns: ['batch', 'length'] },
    );
    const session = await ort.InferenceSession.create(bytes);
    const x = new ort.Tensor('float32', new Float32Array(24), [3, 4, 2]);
    const results = await session.run({ [session.inputNames[0]!]: x });
    expect(results[session.outputNames[0]!]!.dims).toEqual([12, 2]);
  });

  it('keeps operands in one order where passes sort them by numbers that follow the batch', async () => {
    const fn: Fn = (x) => {
      const wide = tf.reshape(x, [x.shape[0]!, 1, 4]);
      const tall = tf.reshape(x, [x.shape[0]!, 4, 1]);
      return tf.squaredDifference(tf.mul(tall, wide), tf.add(tf.exp(wide), tf.tanh(tall)));
    };
    await compare(fn, [4], [1, 2, 17]);
  });

  it('names the layer and the operator that unrolls the batch', () => {
    const unstacked: Fn = (x) => tf.addN(tf.unstack(x));
    expect(() => lowerSymbolic(([batch]) => scoped(unstacked, [batch!, 2]))).toThrow(
      /\[NOT_BATCH_POLYMORPHIC\] Layer "unrolled": .*the operator Split for batch 101/,
    );
  });

  it('computes sizes that are rounded down or up', async () => {
    await compare((x) => tf.slice(x, [0, 0], [Math.ceil(x.shape[0]! / 2), 2]), [2], [1, 2, 5, 18]);
  });

  it('names the operator whose input follows the batch in no simple way', () => {
    const third: Fn = (x) => tf.slice(x, [0, 0], [Math.round(x.shape[0]! * 0.37), 2]);
    expect(() => lowerSymbolic(([batch]) => scoped(third, [batch!, 2]))).toThrow(
      /Layer "unrolled": .*an input of Slice follows the size in no simple way: it is \[37\] for batch 101, \[39\]/,
    );
  });

  it('refuses what is different for a batch of one or two', () => {
    const single: Fn = (x) => (x.shape[0] === 1 ? tf.neg(x) : x);
    const couple: Fn = (x) => tf.mul(x, x.shape[0] === 2 ? 3 : 4);
    for (const [fn, size] of [
      [single, 1],
      [couple, 2],
    ] as const) {
      expect(() =>
        lowerSymbolic(([batch]) => programOf(fn, [batch!, 2]), { subject: 'Lambda "odd"' }),
      ).toThrow(
        `[NOT_BATCH_POLYMORPHIC] Lambda "odd": it has no ONNX graph for every batch size: it computes something else for batch ${size}.`,
      );
    }
  });
});

function scoped(fn: Fn, shape: Shape): Program {
  return capture((x) => fn(x!), [{ name: 'x', shape, dtype: 'float32' }], { scope: 'unrolled' }).program;
}
