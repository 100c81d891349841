import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { capture, HostTensor, type Program } from '@lamella/program';
import { callContext } from './call-context.js';
import { DTypePolicy, dtypePolicy, setDTypePolicy, toDTypePolicy } from './dtype-policy.js';
import { input } from './input.js';
import { Layer, type LayerOptions } from './layer.js';
import { LayerGraph } from './layer-graph.js';
import { replayBackend } from './replay-backend.js';
import { Runner } from './runner.js';
import type { Weight } from './weight.js';

const cpu = replayBackend({ name: 'cpu', load: () => Promise.resolve('cpu') });
const third = { initialize: () => HostTensor.fromArray([1 / 3]) as HostTensor };

/** Multiplies with a third, adds 1 and gives the size of the batch beside it. */
class Third extends Layer {
  static readonly className = 'Third';
  factor!: Weight;

  override build(): void {
    this.factor = this.addWeight({ name: 'factor', shape: [1], initializer: third as never });
  }

  override call(x: tf.Tensor): [tf.Tensor, tf.Tensor] {
    return [tf.add(tf.mul(x, this.factor.read()), 1), tf.fill([1], x.shape[0]!, 'int32')];
  }
}

function chain(...policies: LayerOptions['dtype'][]): LayerGraph {
  const x = input({ shape: [1], name: 'x' });
  const y = policies.reduce(
    (tensor, dtype, i) => new Third({ dtype: dtype!, name: `third_${i}` }).apply(tensor)[0],
    x,
  );
  return new LayerGraph('Functional "net"', { inputs: x, outputs: y });
}

function programOf(net: LayerGraph): ReturnType<typeof capture> {
  return capture(
    (x) => net.compute(x, callContext()).outputs as tf.Tensor,
    [{ name: 'x', shape: [2, 1], dtype: 'float32' }],
  );
}

/** The dtypes of all values of floats, in order. */
function floatsIn(program: Program): string[] {
  return program.nodes.flatMap(({ kernel, outputs }) =>
    outputs.map((id) => `${kernel} ${program.type(id).dtype}`),
  );
}

beforeAll(() => {
  tf.env().set('IS_TEST', true); // tfjs greets Node's users else
});

afterEach(() => setDTypePolicy('float32'));

describe('a dtype policy', () => {
  it.each([
    ['float32', 'float32', 'float32'],
    ['float16', 'float16', 'float16'],
    ['bfloat16', 'bfloat16', 'bfloat16'],
    ['float64', 'float64', 'float64'],
    ['mixed_float16', 'float16', 'float32'],
    ['mixed_bfloat16', 'bfloat16', 'float32'],
    ['int32', 'int32', 'int32'],
  ])('%s computes in %s and keeps weights in %s', (name, compute, variable) => {
    const policy = new DTypePolicy(name);
    expect([policy.computeDType, policy.variableDType]).toEqual([compute, variable]);
    expect(policy.toJSON()).toEqual({
      module: 'keras',
      class_name: 'DTypePolicy',
      config: { name },
      registered_name: null,
    });
  });

  it.each(['DTypePolicy', 'FloatDTypePolicy', 'Policy', 'PolicyV1'])(
    'is read from an object of class %s',
    (name) => {
      const given = { class_name: name, config: { name: 'mixed_bfloat16', loss_scale: null } };
      expect(toDTypePolicy(given, 'Layer "a"').name).toBe('mixed_bfloat16');
    },
  );

  it('is the default where a layer is given none', () => {
    expect(new Third().dtypePolicy.name).toBe('float32');
    setDTypePolicy('mixed_float16');
    expect(dtypePolicy().name).toBe('mixed_float16');
    expect(new Third().dtypePolicy.name).toBe('mixed_float16');
    expect(new DTypePolicy().name).toBe('mixed_float16');
    expect(new Third({ dtype: 'float32' }).dtypePolicy.name).toBe('float32');
    expect(new Third({ dtype: new DTypePolicy('bfloat16') }).getConfig()).toMatchObject({
      dtype: 'bfloat16',
    });
  });

  it.each<[unknown, string]>([
    ['mixed_float8', 'expected a dtype policy, got "mixed_float8"'],
    ['complex64', 'expected a dtype policy, got "complex64"'],
    [16, 'expected a dtype policy, got 16'],
    [{ class_name: 'Adam', config: {} }, 'expected a dtype policy, got {"class_name":"Adam"'],
    ['int8_from_float32', 'policy "int8_from_float32" is one of quantized weights'],
    [
      { class_name: 'QuantizedDTypePolicy', config: { mode: 'int8' } },
      'QuantizedDTypePolicy is a policy of quantized',
    ],
    [{ class_name: 'DTypePolicyMap', config: {} }, 'DTypePolicyMap gives the layers inside policies'],
  ])('refuses %j', (given, message) => {
    expect(() => new Third({ dtype: given as 'float16', name: 'a' })).toThrow(
      `[DTYPE_POLICY_UNKNOWN] Third "a": ${message}`,
    );
  });
});

describe('layers of dtype policies', () => {
  it('leave nothing in a Program of float32', () => {
    expect(floatsIn(programOf(chain('float32', 'float32')).program)).toEqual([
      'Multiply float32',
      'Add float32',
      'Fill int32',
      'Multiply float32',
      'Add float32',
      'Fill int32',
    ]);
  });

  it('compute in their dtype, and cast where two meet', () => {
    const net = chain('mixed_float16', 'bfloat16');
    const [first, second] = net.layers.slice(1) as Third[];
    expect([first!.factor.dtype, second!.factor.dtype]).toEqual(['float32', 'bfloat16']);
    expect(net.outputs[0]!.dtype).toBe('bfloat16');
    const { program } = programOf(net);
    expect(floatsIn(program)).toEqual([
      'Cast float16',
      'Cast float16',
      'Multiply float16',
      'Cast float16',
      'Add float16',
      'Fill int32',
      'Cast bfloat16',
      'Multiply bfloat16',
      'Cast bfloat16',
      'Add bfloat16',
      'Fill int32',
    ]);
  });

  it('round after each operation where the backend has not the dtype, and give what they say', async () => {
    const net = chain('mixed_bfloat16');
    const runner = await Runner.create(cpu, programOf(net));
    const x = HostTensor.fromArray([[1], [3.01]]) as HostTensor;
    const [found] = await runner.compute([x], { seed: 0, step: 0 }, (values) =>
      values.map((value) => value.clone()),
    );
    // A third is 0.333984375 there, 3.01 is 3.015625, their product 1.0078125.
    expect(found!.dtype).toBe('bfloat16');
    expect(found!.array()).toEqual([[1.3359375], [2]]);
    // The weight keeps its own.
    expect((await (net.layers[1] as Third).factor.values()).data[0]).toBe(Math.fround(1 / 3));
  });

  it('keep weights of 16 bits exactly, wherever these lie', async () => {
    const net = chain('float16');
    const weight = (net.layers[1] as Third).factor;
    const before = (await weight.values()).clone();
    expect(before.dtype).toBe('float16');
    expect(before.array()).toEqual([0.333251953125]);
    const runner = await Runner.create(cpu, programOf(net));
    await runner.run([HostTensor.fromArray([[1], [2]]) as HostTensor], { seed: 0, step: 0 });
    expect(weight.buffer.backend).toBe(cpu);
    expect(await weight.values()).toEqual(before);
    weight.set(HostTensor.fromArray([0.1], 'float16') as HostTensor);
    expect((await weight.values()).array()).toEqual([0.0999755859375]);
  });

  it('cannot be had in float64, which the error says with layer and backend', async () => {
    await expect(Runner.create(cpu, programOf(chain('float64')))).rejects.toThrow(
      '[DTYPE_UNSUPPORTED] Layer "third_0": expected a dtype that backend "cpu" computes in (float32, int32, bool, complex64), got float64.',
    );
  });
});
