import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { capture, HostTensor, type Program } from '@lamella/program';
import { checkRunBuffers, hostDType } from './run-buffers.js';

const program: Program = capture(
  (a, b) => [tf.add(a!, b!), tf.cast(b!, 'int32')],
  [
    { name: 'a', shape: [2], dtype: 'float32' },
    { name: 'b', shape: [2], dtype: 'float32' },
  ],
).program;
const host = (length = 2): HostTensor => HostTensor.zeros([length]);
const int = (): HostTensor => HostTensor.zeros([2], 'int32');

describe('buffers of a run', () => {
  it('fit, all of them or none of the outputs given', () => {
    expect(() => checkRunBuffers(program, [host(), host()], [])).not.toThrow();
    expect(() => checkRunBuffers(program, [host(), host()], [undefined, int()])).not.toThrow();
    expect(() => checkRunBuffers(program, [host(), host()], [host(), int()])).not.toThrow();
  });

  it('may have one tensor for two inputs', () => {
    const both = host();
    expect(() => checkRunBuffers(program, [both, both], [])).not.toThrow();
  });

  it('may lie side by side in one buffer', () => {
    const arena = new Float32Array(6);
    const at = (i: number): HostTensor => new HostTensor(arena.subarray(2 * i, 2 * i + 2), [2]);
    expect(() => checkRunBuffers(program, [at(0), at(1)], [at(2)])).not.toThrow();
  });

  it.each<[string, (HostTensor | undefined)[], (HostTensor | undefined)[], RegExp]>([
    ['too few inputs', [host()], [], /EXECUTABLE_INVALID.*expected 2 inputs/],
    ['too many outputs', [host(), host()], [host(), int(), host()], /EXECUTABLE_INVALID.*at most 2 outputs/],
    ['a missing input', [host(), undefined], [], /EXECUTABLE_INVALID\] Input "b"/],
    ['an input of another shape', [host(), host(3)], [], /SHAPE_MISMATCH\] Input "b".*\[2\], got \[3\]/],
    ['an input of another dtype', [host(), int()], [], /DTYPE_MISMATCH\] Input "b".*float32, got int32/],
    ['an output of another shape', [host(), host()], [host(3)], /SHAPE_MISMATCH\] Output "output_0"/],
    [
      'an output of another dtype',
      [host(), host()],
      [undefined, host()],
      /DTYPE_MISMATCH\] Output "output_1"/,
    ],
  ])('are refused with %s', (_, inputs, outputs, message) => {
    expect(() => checkRunBuffers(program, inputs as HostTensor[], outputs)).toThrow(message);
  });

  it('are refused where an output overlaps an input or another output', () => {
    const arena = new Float32Array(4);
    const [one, overlapping] = [
      new HostTensor(arena.subarray(0, 2), [2]),
      new HostTensor(arena.subarray(1, 3), [2]),
    ];
    expect(() => checkRunBuffers(program, [host(), one], [overlapping])).toThrow(
      '[OUTPUT_ALIASED] Output "output_0": its memory overlaps that of input "b"',
    );
    const same = host();
    const twice = capture(
      (a) => [tf.neg(a!), tf.relu(a!)],
      [{ name: 'a', shape: [2], dtype: 'float32' }],
    ).program;
    expect(() => checkRunBuffers(twice, [host()], [same, same])).toThrow(
      /overlaps that of output "output_0"/,
    );
  });

  it('may be one tensor for the two sides of an update in place, and for no others', () => {
    const [a, b] = [host(), host()];
    const inPlace = [{ output: 0, input: 0 }];
    expect(() => checkRunBuffers(program, [a, b], [a], inPlace)).not.toThrow();
    expect(() => checkRunBuffers(program, [a, b], [b], inPlace)).toThrow('[OUTPUT_ALIASED]');
    expect(() => checkRunBuffers(program, [a, a], [a], inPlace)).toThrow('[OUTPUT_ALIASED]');
    const shifted = new HostTensor(new Float32Array(a.data.buffer, 0, 2), [2]);
    expect(() => checkRunBuffers(program, [a, b], [shifted], inPlace)).toThrow('[OUTPUT_ALIASED]');
  });

  it('cannot hold complex numbers or strings', () => {
    expect(hostDType({ shape: [], dtype: 'bool' }, 'x')).toBe('bool');
    expect(() => hostDType({ shape: [], dtype: 'complex64' }, 'Output "x"')).toThrow(
      '[EXECUTABLE_INVALID] Output "x": it is complex64',
    );
  });
});
