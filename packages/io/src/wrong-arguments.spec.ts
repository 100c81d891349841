import { describe, expect, it } from '@jest/globals';
import { input } from '@lamella/core';
import { dense } from '@lamella/layers';
import { composed } from './keras-fixtures.spec.js';

const app = composed();

function net() {
  const x = input({ shape: [2] });
  return app.model({ inputs: x, outputs: dense({ units: 1 }).apply(x) });
}

describe('what saves and loads', () => {
  it.each([undefined, null, 5, 10n, Symbol('path'), {}, [], new URL('file:///tmp/net.keras')] as const)(
    'refuses a path that is no text: %p',
    async (path) => {
      const message = 'path: expected the name of a file';
      await expect(app.saveModel(net(), path as never)).rejects.toThrow(
        `[OPTION_INVALID] saveModel(): ${message}`,
      );
      await expect(app.encodeModel(net(), path as never)).rejects.toThrow('[OPTION_INVALID]');
      await expect(app.saveWeights(net(), path as never)).rejects.toThrow(
        `[OPTION_INVALID] saveWeights(): ${message}`,
      );
      await expect(app.encodeWeights(net(), path as never)).rejects.toThrow('[OPTION_INVALID]');
    },
  );

  it.each([undefined, null, 5, 'net', {}, [], () => 1] as const)(
    'refuses a model that is none: %p',
    async (given) => {
      await expect(app.encodeModel(given as never, 'net.keras')).rejects.toThrow(
        '[NOT_SERIALIZABLE] saveModel()',
      );
      for (const name of ['net.weights.h5', 'net.weights.json', 'net.safetensors'])
        await expect(app.encodeWeights(given as never, name)).rejects.toThrow(
          '[NOT_SERIALIZABLE] saveWeights()',
        );
      await expect(app.loadWeights(given as never, 'net.weights.h5')).rejects.toThrow(
        '[NOT_SERIALIZABLE] loadWeights()',
      );
    },
  );
});
