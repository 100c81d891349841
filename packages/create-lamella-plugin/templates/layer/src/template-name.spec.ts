import { HostTensor } from '@lamella/core';
import { testLayer } from '@lamella/testing';
import { templateName, templateNamePlugin, type TemplateNameOptions } from './template-name.js';

/** One example of so many features. */
const row = (...values: number[]): HostTensor =>
  new HostTensor(Float32Array.from(values), [1, values.length]);

testLayer(
  (options: TemplateNameOptions) => templateName(options),
  [
    { name: 'half open', options: {}, inputs: row(1, -2), outputs: row(0.5, -1) },
    {
      name: 'that is open',
      options: { steepness: 100, gateInitializer: 'ones' },
      inputs: row(1, -2),
      outputs: row(1, -2),
    },
  ],
  {
    plugins: [templateNamePlugin],
    rejects: [
      {
        name: 'a gate that falls',
        run: () => templateName({ steepness: -1 }),
        code: 'OPTION_INVALID',
        says: ['steepness', '-1'],
      },
    ],
  },
);
