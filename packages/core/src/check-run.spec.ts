import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { capture, HostTensor, type Program } from '@lamella/program';
import { checkRun, hostDType, runPlaces } from './check-run.js';
import { type HostBuffer, hostBuffer } from './host-buffer.js';
import { replayBackend } from './replay-backend.js';
import { Weight } from './weight.js';

const backend = replayBackend({ name: 'own', load: () => Promise.resolve('cpu') });
const other = replayBackend({ name: 'other', load: () => Promise.resolve('cpu') });
const total = new Weight({ name: 'total', owner: 'sum', value: HostTensor.zeros([2]) });
const program: Program = capture(
  (a, b) => {
    total.assign(tf.add(total.read(), a));
    return [tf.add(a!, b!), tf.cast(b!, 'int32')];
  },
  [
    { name: 'a', shape: [2], dtype: 'float32' },
    { name: 'b', shape: [2], dtype: 'float32' },
  ],
).program;
const own = (length = 2, dtype: 'float32' | 'int32' = 'float32'): HostBuffer =>
  backend.buffer({ shape: [length], dtype }) as HostBuffer;
const plain = (length = 2): HostBuffer => hostBuffer(HostTensor.zeros([length]));
const foreign = (): HostBuffer => other.buffer({ shape: [2], dtype: 'float32' }) as HostBuffer;
const state = own();
const same = own();

describe('the buffers of a run', () => {
  it('are the arguments and the state, and the outputs that update nothing', () => {
    expect(runPlaces(program)).toEqual({ inputs: [0, 1, 2], outputs: [0, 1] });
  });

  it('fit where arguments lie with the backend or in plain memory, one buffer for two of them, too', () => {
    const both = plain();
    for (const args of [
      [own(), own()],
      [plain(), own()],
      [both, both],
    ])
      expect(() => checkRun(backend, program, [...args, own()], [own(), own(2, 'int32')])).not.toThrow();
  });

  it.each<[string, (HostBuffer | undefined)[], (HostBuffer | undefined)[], RegExp]>([
    ['too few inputs', [own()], [own(), own(2, 'int32')], /EXECUTABLE_INVALID.*expected 3 inputs/],
    ['too few outputs', [own(), own(), own()], [own()], /EXECUTABLE_INVALID.*and 2 outputs/],
    [
      'a missing input',
      [own(), undefined, own()],
      [own(), own(2, 'int32')],
      /EXECUTABLE_INVALID\] Input "b"/,
    ],
    [
      'an input of another shape',
      [own(), own(3), own()],
      [own(), own(2, 'int32')],
      /SHAPE_MISMATCH\] Input "b".*\[2\], got \[3\]/,
    ],
    [
      'an input of another dtype',
      [own(), own(2, 'int32'), own()],
      [own(), own(2, 'int32')],
      /DTYPE_MISMATCH\] Input "b".*float32, got int32/,
    ],
    [
      'an output of another shape',
      [own(), own(), own()],
      [own(3), own(2, 'int32')],
      /SHAPE_MISMATCH\] Output "output_0"/,
    ],
    [
      'an output of another dtype',
      [own(), own(), own()],
      [own(), own()],
      /DTYPE_MISMATCH\] Output "output_1"/,
    ],
    [
      'an input of another backend',
      [foreign(), own(), own()],
      [own(), own(2, 'int32')],
      /BUFFER_FOREIGN\] Input "a": expected a buffer of backend "own", got one of "other"/,
    ],
    [
      'state to update in plain memory',
      [own(), own(), plain()],
      [own(), own(2, 'int32')],
      /BUFFER_FOREIGN\] Input "sum\/total".*plain host memory/,
    ],
    [
      'an output in plain memory',
      [own(), own(), own()],
      [plain(), own(2, 'int32')],
      /BUFFER_FOREIGN\] Output/,
    ],
    [
      'an output that is an input',
      [same, own(), own()],
      [same, own(2, 'int32')],
      /OUTPUT_ALIASED\] Output "output_0": its memory is that of input "a", too/,
    ],
    [
      'an output that is state to update',
      [own(), own(), state],
      [state, own(2, 'int32')],
      /OUTPUT_ALIASED\] Output "output_0": its memory is that of input "sum\/total", too/,
    ],
    [
      'an argument that is state to update',
      [state, own(), state],
      [own(), own(2, 'int32')],
      /OUTPUT_ALIASED\] Input "sum\/total": its memory is that of input "a", too/,
    ],
  ])('are refused with %s', (_, inputs, outputs, message) => {
    expect(() => checkRun(backend, program, inputs as HostBuffer[], outputs as HostBuffer[])).toThrow(
      message,
    );
  });

  it('cannot hold complex numbers or strings', () => {
    expect(hostDType({ shape: [], dtype: 'bool' }, 'x')).toBe('bool');
    expect(() => hostDType({ shape: [], dtype: 'complex64' }, 'Output "x"')).toThrow(
      '[EXECUTABLE_INVALID] Output "x": it is complex64',
    );
  });
});
