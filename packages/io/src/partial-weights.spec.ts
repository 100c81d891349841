import { describe, expect, it, jest } from '@jest/globals';
import { input } from '@lamella/core';
import { dense } from '@lamella/layers';
import type { Model } from '@lamella/training';
import { composed } from './keras-fixtures.spec.js';

/** Two layers; the second is the head. */
function net(options: { readonly head?: string; readonly units?: number } = {}): Model {
  const { head = 'head', units = 2 } = options;
  const x = input({ shape: [3] });
  const hidden = dense({ units: 4, name: 'hidden' }).apply(x);
  return composed().model({ inputs: x, outputs: dense({ units, name: head }).apply(hidden) });
}

const valuesOf = (model: Model): Promise<number[][]> =>
  Promise.all(model.weights.map(async (weight) => [...(await weight.values()).data].map(Number)));

describe('loadWeights of a file that fits in part', () => {
  it.each(['w.weights.h5', 'w.h5', 'w.safetensors', 'w.weights.json'])(
    '%s: skipMismatch loads the layers that fit, and names the others once',
    async (name) => {
      const { encodeWeights, loadWeights } = composed();
      const from = net();
      const file = await encodeWeights(from, name);
      const to = net({ units: 5 });
      const before = await valuesOf(to);
      const warn = jest.fn();
      await loadWeights(to, file, { skipMismatch: true, warn });
      expect((await valuesOf(to)).slice(0, 2)).toEqual((await valuesOf(from)).slice(0, 2));
      expect((await valuesOf(to)).slice(2)).toEqual(before.slice(2));
      expect(warn.mock.calls).toEqual([
        [
          expect.stringMatching(
            /\[NOT_RESTORED\].*\n {2}layer "head" keeps its weights: kernel is expected \[4, 5\], found \[4, 2\]/,
          ),
        ],
      ]);
    },
  );

  it.each(['w.h5', 'w.safetensors'])(
    '%s: byName passes over layers of other names, and says nothing',
    async (name) => {
      const { encodeWeights, loadWeights } = composed();
      const from = net();
      const file = await encodeWeights(from, name);
      const to = net({ head: 'other_head', units: 5 });
      const before = await valuesOf(to);
      const warn = jest.fn();
      await loadWeights(to, file, { byName: true, warn });
      expect((await valuesOf(to)).slice(0, 2)).toEqual((await valuesOf(from)).slice(0, 2));
      expect((await valuesOf(to)).slice(2)).toEqual(before.slice(2));
      expect(warn).not.toHaveBeenCalled();
      await expect(loadWeights(net({ units: 5 }), file, { byName: true })).rejects.toThrow(
        /WEIGHTS_MISMATCH.*head\/kernel/s,
      );
    },
  );

  it('byName is refused where a file does not name layers', async () => {
    const { encodeWeights, loadWeights } = composed();
    const file = await encodeWeights(net(), 'w.weights.h5');
    await expect(loadWeights(net(), file, { byName: true })).rejects.toThrow(
      /\[OPTION_INVALID\] loadWeights\(\): byName: expected nothing for "w.weights.h5"/,
    );
  });
});

describe('options that do not exist', () => {
  it('are refused by name, with the one that was meant', async () => {
    const { saveModel, loadModel, saveWeights, loadWeights, inspectFile } = composed();
    const model = net();
    const wrong: readonly [() => Promise<unknown>, RegExp][] = [
      [
        () => saveModel(model, 'x.keras', { includeOptimiser: false } as object),
        /saveModel\(\): unknown option "includeOptimiser".*Did you mean "includeOptimizer"/,
      ],
      [
        () => loadModel('x.keras', { compiled: false } as object),
        /loadModel\(\): unknown option "compiled".*Did you mean "compile"/,
      ],
      [
        () => saveWeights(model, 'x.weights.h5', { shardSize: 3 } as object),
        /saveWeights\(\): unknown option "shardSize"/,
      ],
      [
        () => loadWeights(model, 'x.weights.h5', { skip_mismatch: true } as object),
        /loadWeights\(\): unknown option "skip_mismatch".*Did you mean "skipMismatch"/,
      ],
      [() => inspectFile('x.keras', { maxBytes: 3 } as object), /inspectFile\(\): unknown option "maxBytes"/],
      [
        () => loadModel('x.keras', 3 as unknown as object),
        /\[OPTION_INVALID\] loadModel\(\): options: expected an object, got 3/,
      ],
    ];
    for (const [attempt, message] of wrong) await expect(attempt()).rejects.toThrow(message);
  });
});
