import { HostTensor } from '@lamella/core';
import { testOptimizer } from '@lamella/testing';
import { templateName, templateNamePlugin, type TemplateNameOptions } from './template-name.js';

const list = (...values: number[]): HostTensor => new HostTensor(Float32Array.from(values), [values.length]);

testOptimizer(
  (options: TemplateNameOptions) => templateName(options),
  [
    {
      name: 'of half a momentum',
      options: { learningRate: 0.25, momentum: 0.5 },
      steps: {
        weights: [list(1, 2)],
        gradients: [[list(4, -4)], [list(-1, -1)]],
        expected: [[list(0.75, 2.25)], [list(0.5, 2.5)]],
      },
    },
    { name: 'as it is', options: {} },
  ],
  {
    plugins: [templateNamePlugin],
    rejects: [
      {
        name: 'a momentum of more than 1',
        run: () => templateName({ momentum: 2 }),
        code: 'OPTION_INVALID',
        says: ['momentum', '2'],
      },
    ],
  },
);
