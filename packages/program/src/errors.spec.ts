import { describe, expect, it } from '@jest/globals';
import {
  captureMissing,
  dtypeMismatch,
  happenedIn,
  inOneLine,
  isLamellaError,
  kernelUnsupported,
  lamellaError,
  LamellaError,
  notCapturable,
  packageDuplicated,
  programInvalid,
  randomInvalid,
  shapeMismatch,
  suggest,
  withoutCode,
} from './errors.js';

describe('a coded error', () => {
  it('is told without its code, and in one line with its fix', () => {
    const error = lamellaError('X', { subject: 'A', problem: 'b', details: ['c'], fix: 'd' });
    expect(withoutCode(error)).toBe('A: b.\nc\nFix: d.');
    expect(inOneLine(error)).toBe('A: b. Fix: d.');
    expect(inOneLine(lamellaError('X', { subject: 'A', problem: 'b' }))).toBe('A: b.');
    expect(inOneLine(new Error('no module'))).toBe('no module');
  });

  it('says code, subject, problem, details and fix', () => {
    const error = lamellaError('SHAPE_MISMATCH', {
      subject: 'Dense "classifier"',
      problem: 'expected last dimension 784, got 768 (input [32, 768])',
      details: ['Its kernel was created for 784 features from input "pixels".'],
      fix: 'feed [batch, 784]',
    });
    expect(error.message.split('\n')).toEqual([
      '[SHAPE_MISMATCH] Dense "classifier": expected last dimension 784, got 768 (input [32, 768]).',
      'Its kernel was created for 784 features from input "pixels".',
      'Fix: feed [batch, 784].',
    ]);
    expect(error.name).toBe('LamellaError');
    expect(error.code).toBe('SHAPE_MISMATCH');
    expect(error.subject).toBe('Dense "classifier"');
    expect(Object.keys(error)).toEqual(['code', 'subject', 'name']);
  });

  it('adds a full stop only where a sentence has no end', () => {
    const ends = ['a', 'a.', 'a?', 'a!', 'a:'].map(
      (problem) => lamellaError('X', { subject: 's', problem }).message,
    );
    expect(ends).toEqual(['[X] s: a.', '[X] s: a.', '[X] s: a?', '[X] s: a!', '[X] s: a:']);
  });

  it('keeps its cause, and has none where none was given', () => {
    const cause = new Error('first');
    expect(lamellaError('X', { subject: 's', problem: 'p', cause }).cause).toBe(cause);
    expect('cause' in lamellaError('X', { subject: 's', problem: 'p' })).toBe(false);
  });

  it('is known by its brand, not by its class', () => {
    const error = lamellaError('X', { subject: 's', problem: 'p' });
    expect(isLamellaError(error)).toBe(true);
    expect(isLamellaError(error, 'X')).toBe(true);
    expect(isLamellaError(error, 'Y')).toBe(false);
    const ofAnotherCopy = Object.assign(new Error('m'), { code: 'X', [Symbol.for('lamella.error')]: true });
    expect(ofAnotherCopy).not.toBeInstanceOf(LamellaError);
    expect(isLamellaError(ofAnotherCopy, 'X')).toBe(true);
    for (const value of [new Error('m'), null, undefined, 'X', { code: 'X' }])
      expect(isLamellaError(value)).toBe(false);
  });

  it('tells where it happened in a further line', () => {
    const inner = shapeMismatch('Kernel "Add"', 'they differ', 'make them equal', ['one']);
    const outer = happenedIn(inner, 'Model "m", at "dense"');
    expect(outer.message.split('\n')).toEqual([
      '[SHAPE_MISMATCH] Kernel "Add": they differ.',
      'one',
      'In Model "m", at "dense".',
      'Fix: make them equal.',
    ]);
  });

  it.each([
    [captureMissing('Weight "w"', 'p', 'f'), '[CAPTURE_MISSING] Weight "w": p.\nFix: f.'],
    [notCapturable('Lambda "l"', 'p', 'f'), '[NOT_CAPTURABLE] Lambda "l": p.\nFix: f.'],
    [shapeMismatch('Kernel "K"', 'p'), '[SHAPE_MISMATCH] Kernel "K": p.'],
    [dtypeMismatch('Kernel "K"', 'p', 'f'), '[DTYPE_MISMATCH] Kernel "K": p.\nFix: f.'],
    [programInvalid('p', ['d']), '[PROGRAM_INVALID] Program: p.\nd'],
    [
      kernelUnsupported('M "m"', 'K', 'gradient', 'f'),
      '[KERNEL_UNSUPPORTED] M "m": kernel K has no gradient.\nFix: f.',
    ],
    [
      randomInvalid('random.normal', 'seed', 'an integer', 1.5),
      '[RANDOM_INVALID] random.normal: seed: expected an integer, got 1.5.',
    ],
    [
      packageDuplicated('p', ['here', 'there']),
      '[PACKAGE_DUPLICATED] Package "p": two copies of it are loaded.\n  here\n  there\nFix: install one version of it: "npm ls p" shows who brings which; update the package that asks for an older one, or ask its author for a newer range.',
    ],
  ])('has a factory for each code', (error, message) => {
    expect(error.message).toBe(message);
  });
});

describe('suggest()', () => {
  it('lists at most five names, the nearest first, and asks for the nearest when it is near', () => {
    expect(suggest('dens', ['conv', 'dense', 'lstm'])).toBe(
      'Known: dense, conv, lstm. Did you mean "dense"?',
    );
    expect(suggest('Relu', ['relu'])).toContain('Did you mean "relu"?');
    expect(suggest('entirely-else', ['a', 'b'])).toBe('Known: a, b.');
    expect(suggest('a', ['a1', 'b1', 'c1', 'd1', 'e1', 'f1', 'g1'])).toMatch(
      /^Known: a1, b1, c1, d1, e1, and 2 more\. Did you mean "a1"\?$/,
    );
    expect(suggest('a', [])).toBe('None are known.');
  });
});
