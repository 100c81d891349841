import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { capture, roundKernel, type Program } from '@lamella/program';
import { lowerProgram } from './lower-program.js';
import { lowerings } from './lowering/index.js';

const x = { name: 'x', shape: [2, 3], dtype: 'float32' } as const;

function odd(scope: string): Program {
  const { program } = capture((a) => tf.add(a!, 1), [x]);
  return program.with({ nodes: [{ ...program.nodes[0]!, kernel: 'NoSuchKernel', scope }] });
}

describe('lowerProgram', () => {
  it('names the kernel and the layer that has no lowering', () => {
    expect(() => lowerProgram(odd('model/odd'))).toThrow(
      '[KERNEL_UNSUPPORTED] Layer "model/odd": kernel NoSuchKernel has no lowering to ONNX.',
    );
    expect(() => lowerProgram(odd(''))).toThrow(
      '[KERNEL_UNSUPPORTED] Program: kernel NoSuchKernel has no lowering to ONNX.',
    );
  });

  it('leaves out inputs that nothing reads and outputs without elements', () => {
    const { program } = capture(
      (a, _unused, none) => [tf.neg(a!), tf.neg(none!)],
      [x, { ...x, name: 'unused' }, { name: 'none', shape: [0], dtype: 'float32' }],
    );
    const { inputs, outputs } = lowerProgram(program);
    expect(inputs.map((input) => input.index)).toEqual([0]);
    expect(outputs.map((output) => output.index)).toEqual([0]);
  });

  it('keeps a large constant of one value as a scalar', () => {
    const { program } = capture((a) => tf.add(a!, tf.fill([100, 100], 3)), [{ ...x, shape: [100, 100] }]);
    expect(lowerProgram(program).bytes.length).toBeLessThan(1000);
  });
});

describe('lowerings', () => {
  it('are functions named like kernels of tfjs, or the one of Programs beside them', () => {
    const kernels = new Set<unknown>([
      roundKernel,
      ...Object.values(tf).filter((value) => typeof value === 'string'),
    ]);
    expect(Object.keys(lowerings).filter((name) => !kernels.has(name))).toEqual([]);
    expect(Object.values(lowerings).every((lowering) => typeof lowering === 'function')).toBe(true);
  });
});
