import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { decompositions } from './decompositions.js';
import { gradientExclusions } from './gradient-rules/exclusions.js';
import { gradientRules, kernelNames, shapeRules } from './kernels.js';
import { shapeRuleExclusions } from './shape-rules/exclusions.js';

const names = kernelNames();
const decomposed = Object.keys(decompositions);

/** In how many of the tables each kernel stands; what stands in none, or in two, must show. */
function notOnce(...tables: readonly (readonly string[])[]): string[] {
  return names.filter((name) => tables.filter((table) => table.includes(name)).length !== 1);
}

function unknown(...tables: readonly (readonly string[])[]): string[] {
  return tables.flat().filter((name) => !names.includes(name));
}

describe('the kernels of tfjs-core', () => {
  it('are all listed by name', () => {
    expect(tf.version_core).toBe('4.22.0');
    expect(names).toHaveLength(180);
    expect(new Set(names).size).toBe(180);
    expect(names).toEqual(expect.arrayContaining([tf.Add, tf._FusedMatMul, tf.ZerosLike, tf.FFT, tf.LRN]));
  });

  it('have a shape rule each, or are decomposed, or are excluded for a reason', () => {
    const tables = [Object.keys(shapeRules), decomposed, Object.keys(shapeRuleExclusions)];
    expect(notOnce(...tables)).toEqual([]);
    expect(unknown(...tables)).toEqual([]);
  });

  it('have a gradient rule each, or are decomposed, or are excluded for a reason', () => {
    const tables = [Object.keys(gradientRules), decomposed, Object.keys(gradientExclusions)];
    expect(notOnce(...tables)).toEqual([]);
    expect(unknown(...tables)).toEqual([]);
  });

  it('have no gradient rule where they have no shape rule', () => {
    expect(Object.keys(gradientRules).filter((name) => shapeRules[name] === undefined)).toEqual([]);
  });

  it('are never captured where that is the reason for having no gradient', () => {
    const never = Object.entries(gradientExclusions).filter(([, reason]) =>
      reason.includes('never captured'),
    );
    expect(never.length).toBeGreaterThan(5);
    for (const [name] of never) expect(Object.keys(shapeRuleExclusions)).toContain(name);
  });

  it.each([
    ['shape', shapeRuleExclusions],
    ['gradient', gradientExclusions],
  ])('give a reason for each excluded %s', (_rule, exclusions) => {
    for (const [name, reason] of Object.entries(exclusions))
      expect([name, reason.length > 10]).toEqual([name, true]);
  });
});
