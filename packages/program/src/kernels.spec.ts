import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { findKernel, kernels, traitsOf } from './kernels.js';

/** The constants that tfjs-core exports whose value is their name: its kernels. */
const names = Object.entries(tf)
  .filter(
    ([key, value]) =>
      typeof value === 'string' &&
      (value === key || value === `_${key}` || key === value.replace(/^_/, '')) &&
      /^[A-Z_]/.test(key),
  )
  .map(([, value]) => value as unknown as string);

describe('the kernels of tfjs-core', () => {
  it('are all in the table, and beside them only the one of ours', () => {
    expect(tf.version_core).toBe('4.22.0');
    expect(names).toHaveLength(180);
    expect(Object.keys(kernels).sort()).toEqual([...names, 'RoundTo'].sort());
  });

  it('are each captured, written out as others, or refused for a reason', () => {
    for (const [name, kernel] of Object.entries(kernels)) {
      const forms = ['shape', 'decompose', 'uncapturable'].filter((form) => form in kernel);
      expect([name, forms.length]).toEqual([name, 1]);
      if ('uncapturable' in kernel) expect([name, kernel.uncapturable.length > 10]).toEqual([name, true]);
    }
  });

  it('have a gradient rule each, or a reason to have none', () => {
    for (const name of names) {
      const gradient = findKernel(name)?.gradient;
      if (typeof gradient === 'string') expect([name, gradient.length > 10]).toEqual([name, true]);
    }
  });

  it('fold only element by element, and change places only with two inputs', () => {
    for (const name of names) {
      const kernel = findKernel(name);
      if (kernel?.fold !== undefined) expect(['unary', 'binary']).toContain(kernel.elementWise);
      if (kernel?.commutative === true) expect(kernel.elementWise).toBe('binary');
      if (kernel?.involution === true) expect(kernel.elementWise).toBe('unary');
    }
  });

  it('say which of them reduce, move or slide', () => {
    const having = (trait: 'reduces' | 'moves' | 'slides'): string[] =>
      names.filter((name) => traitsOf(name)[trait] !== undefined);
    expect(having('reduces').sort()).toEqual(['All', 'Any', 'Max', 'Mean', 'Min', 'Prod', 'Sum']);
    expect(having('moves')).toHaveLength(8);
    expect(having('slides').every((name) => /Conv|Pool/.test(name))).toBe(true);
    expect(having('slides')).toHaveLength(20);
  });

  it('have no traits where they are unknown', () => {
    expect(traitsOf('CustomGradient')).toEqual({});
    expect(traitsOf('toString')).toEqual({});
  });
});
