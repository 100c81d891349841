import { describe, it } from 'node:test';
import { compose, HostTensor } from '@lamella/core';
import { io } from '@lamella/io';
import { layers } from '@lamella/layers';
import { testLayer } from '@lamella/testing';
import { training } from '@lamella/training';
import { templateName, templateNamePlugin, type TemplateNameOptions } from './template-name.js';

const { encodeModel, loadModel } = compose({ plugins: [layers, training, io, templateNamePlugin] });
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
    runner: { describe: (name, body) => void describe(name, body), it: (name, body) => void it(name, body) },
    plugins: [templateNamePlugin],
    reload: async (model) => loadModel(await encodeModel(model, 'model.keras')),
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
