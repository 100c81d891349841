import { HostTensor } from '@lamella/core';
import { lambda } from '@lamella/lambda';
import { testFunction } from '@lamella/testing';
import { templateName, templateNamePlugin } from './template-name.js';

/** One example of so many features. */
const row = (...values: number[]): HostTensor =>
  new HostTensor(Float32Array.from(values), [1, values.length]);

testFunction(
  templateName,
  [
    {
      name: 'of frequency 2',
      arguments: { frequency: 2 },
      inputs: row(0, Math.PI / 4),
      outputs: row(0, 1),
    },
  ],
  {
    plugins: [templateNamePlugin],
    rejects: [
      {
        name: 'a frequency that is no number',
        run: () => lambda(templateName, { arguments: { frequency: 'high' } as never }),
        code: 'ARGUMENTS_INVALID',
        says: ['frequency', 'number'],
      },
    ],
  },
);
