import type * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, jest } from '@jest/globals';
import { checkCopy, markCopy } from './copies.js';
import * as ours from './index.js';

/** A copy with another plugin API. */
const elsewhere = { url: 'file:///elsewhere/core/dist/copies.js', pluginApi: 2 };

/** The same package once more, as where two versions of it are installed. */
async function anotherCopy(): Promise<typeof ours> {
  jest.resetModules();
  return import('./index.js');
}

describe('another copy of the package', () => {
  it('is told from this one where it has another plugin API, with what and where both are', () => {
    const mine = {};
    markCopy(mine);
    expect(() => checkCopy('Thing', mine)).not.toThrow();
    const foreign = { [Symbol.for('lamella.core.copy')]: { ...elsewhere } };
    expect(() => checkCopy('Thing "x"', foreign)).toThrow(
      /\[PACKAGE_DUPLICATED\] Thing "x": it was made by a copy of @lamella\/core that does not work with the one in use\.\n {2}@lamella\/core \S+ at \S+, plugin API 1\n {2}file:\/\/\/elsewhere\S+, plugin API 2\nFix:.*npm ls/,
    );
    const beside = { [Symbol.for('lamella.core.copy')]: { ...elsewhere, pluginApi: 1 } };
    expect(() => checkCopy('Thing', beside)).not.toThrow();
    for (const value of [null, undefined, 5, {}]) expect(() => checkCopy('Thing', value)).not.toThrow();
  });

  it('makes objects that are known for what they are', async () => {
    const theirs = await anotherCopy();
    expect(theirs.input).not.toBe(ours.input);
    expect(ours.isSymbolicTensor(theirs.input({ shape: [1] }))).toBe(true);
    expect(ours.isLayer(theirs.input({ shape: [1] }).node.layer)).toBe(true);
  });

  it('shares names, seeds and policies with this one', async () => {
    const theirs = await anotherCopy();
    ours.clearNames();
    expect([ours.uniqueName('dense'), theirs.uniqueName('dense'), ours.uniqueName('dense')]).toEqual([
      'dense',
      'dense_1',
      'dense_2',
    ]);
    theirs.setRandomSeed(5);
    expect(ours.randomSeed()).toBe(5);
    theirs.setDTypePolicy('mixed_float16');
    expect(ours.dtypePolicy().computeDType).toBe('float16');
    ours.setDTypePolicy('float32');
    expect(theirs.dtypePolicy().name).toBe('float32');
  });
});

describe('objects of a copy with another plugin API are refused', () => {
  const brand = Symbol.for('lamella.core.copy');
  const foreignTensor = (): ours.SymbolicTensor => {
    const x = ours.input({ shape: [1], name: 'theirs' });
    return Object.create(x, { [brand]: { value: elsewhere } }) as ours.SymbolicTensor;
  };

  it('where a layer is applied to them', () => {
    class Plain extends ours.Layer {
      static readonly className = 'Plain';
      override call(x: tf.Tensor): tf.Tensor {
        return x;
      }
    }
    expect(() => new Plain({ name: 'mine' }).apply(foreignTensor())).toThrow(
      '[PACKAGE_DUPLICATED] Plain "mine"',
    );
  });

  it('where a graph is made of them', () => {
    const x = foreignTensor();
    expect(() => new ours.LayerGraph('Model "m"', { inputs: x, outputs: x })).toThrow(
      '[PACKAGE_DUPLICATED] Model "m"',
    );
  });

  it('where a plugin brings layers that extend it', () => {
    const Theirs = Object.assign(() => undefined, { className: 'acme>Theirs', [brand]: elsewhere });
    const plugin = { name: 'acme', classes: { layers: { Theirs } } };
    expect(() => ours.compose({ plugins: [plugin] })).toThrow(
      '[PACKAGE_DUPLICATED] Plugin "acme", class "acme>Theirs"',
    );
  });
});
