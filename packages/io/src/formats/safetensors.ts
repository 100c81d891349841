// `.safetensors`: the weights of a model by name, as much of machine learning exchanges them. No structure, no optimizer.
import type { Format } from '@lamella/core';
import type { AnyHostTensor } from '@lamella/program';
import { assignOffers, checkOffers } from '../hdf5/assign.js';
import { namedWeights } from '../weights/named-weights.js';
import { readValues } from '../weights/read-values.js';
import { assignRule, readContext } from './read-context.js';
import { decodeTensor, readSafetensors, writeSafetensors } from './safetensors-bytes.js';
import { isSafetensors } from './signatures.js';

/** Source: https://github.com/huggingface/safetensors. */
export const safetensorsFormat: Format = {
  name: 'safetensors',
  extensions: ['.safetensors'],

  matches: isSafetensors,

  async writeWeights(layer) {
    const values = await readValues(layer.weights);
    return writeSafetensors(
      new Map([...namedWeights(layer)].map(([name, weight]) => [name, values.get(weight)!])),
    );
  },

  async readWeights(bytes, layer, context) {
    const { file, budget } = context;
    const reading = readContext(context);
    const stored = readSafetensors(bytes, file, budget);
    const offers = [...namedWeights(layer)].map(([name, weight]) => {
      const raw = stored.get(name);
      stored.delete(name);
      return { name, weight, raw };
    });
    const decoded = offers.map(
      ({ name, weight, raw }): { weight: typeof weight; value: AnyHostTensor | undefined } => ({
        weight,
        value: raw === undefined ? undefined : decodeTensor(name, raw, file),
      }),
    );
    assignOffers(checkOffers(file, decoded, [...stored.keys()], assignRule(context, reading)));
    reading.notices.say(file, reading.warn);
  },

  async inspect(bytes, { file, budget }) {
    return {
      format: 'safetensors',
      weights: [...readSafetensors(bytes, file, budget)].map(([name, raw]) => ({
        name,
        shape: raw.shape,
        dtype: raw.dtype,
        read: () => decodeTensor(name, raw, file),
      })),
    };
  },
};
