import type * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, jest } from '@jest/globals';
import { checkCopy, markCopy } from './copies.js';
import * as ours from './index.js';

/** The same package once more, as where two versions of it are installed. */
async function anotherCopy(): Promise<typeof ours> {
  jest.resetModules();
  return import('./index.js');
}

describe('another copy of the package', () => {
  it('is told from this one by where it was loaded from', () => {
    const mine = {};
    markCopy(mine);
    expect(() => checkCopy('Thing', mine)).not.toThrow();
    const foreign = { [Symbol.for('lamella.core.copy')]: 'file:///elsewhere/core/dist/copies.js' };
    expect(() => checkCopy('Thing "x"', foreign)).toThrow(
      /\[PACKAGE_DUPLICATED\] Thing "x": it was made by another copy of @lamella\/core[\s\S]*file:\/\/\/elsewhere[\s\S]*Fix:.*npm ls/,
    );
    for (const value of [null, undefined, 5, {}]) expect(() => checkCopy('Thing', value)).not.toThrow();
  });

  it('makes objects that are known for what they are', async () => {
    const theirs = await anotherCopy();
    expect(theirs.input).not.toBe(ours.input);
    expect(ours.isSymbolicTensor(theirs.input({ shape: [1] }))).toBe(true);
    expect(ours.isLayer(theirs.input({ shape: [1] }).node.layer)).toBe(true);
  });
});

describe('objects of another copy are refused', () => {
  const elsewhere = 'file:///elsewhere/core/dist/copies.js';
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
