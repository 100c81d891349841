import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { captureBackendName } from './capture-backend.js';
import { capture } from './capture.js';
import { claimCapture, reportSecondTfjs } from './copies.js';

const holder = globalThis as Record<symbol, unknown>;
const key = Symbol.for('lamella.program.copy');
const once = () =>
  capture((x) => tf.neg(x), [{ name: 'x', shape: [1], dtype: 'float32' }]).program.nodes.length;

describe('importing the package', () => {
  let registered: { backend: boolean; gradients: boolean; copy: boolean };
  beforeAll(async () => {
    await import('./index.js');
    registered = {
      backend: tf.engine().registryFactory[captureBackendName] !== undefined,
      gradients: tf.getGradient('Add') !== undefined,
      copy: key in holder,
    };
  });

  it('registers nothing; the first capture does', () => {
    expect(registered).toEqual({ backend: false, gradients: false, copy: false });
    expect(once()).toBe(1);
    expect(tf.engine().registryFactory[captureBackendName]).toBeDefined();
    expect(tf.getGradient('Add')).toBeDefined();
    expect(key in holder).toBe(true);
    expect(claimCapture()).toBe(false);
  });

  it('keeps the gradients that the application registered', async () => {
    tf.unregisterGradient('Add');
    const gradFunc = () => ({});
    tf.registerGradient({ kernelName: 'Add', gradFunc });
    delete holder[key];
    once();
    expect(tf.getGradient('Add').gradFunc).toBe(gradFunc);
  });
});

describe('another copy of @lamella/program', () => {
  afterEach(() => {
    delete holder[key];
  });

  const elsewhere = 'file:///app/node_modules/x/node_modules/@lamella/program/dist/copies.js';

  it('that captured before with another plugin API is an error with both places', () => {
    holder[key] = { url: elsewhere, pluginApi: 2 };
    expect(once).toThrow(
      /^\[PACKAGE_DUPLICATED\] Package "@lamella\/program": two copies of it are loaded\.\n {2}file:\/\/\/app\/node_modules\/x\S+, plugin API 2\n {2}@lamella\/program \d+\.\d+\.\d+ at \S*program, plugin API 1\nFix: install one version of it: "npm ls @lamella\/program"/,
    );
  });

  it('that captured before with this plugin API made all ready', () => {
    holder[key] = { url: elsewhere, pluginApi: 1 };
    expect(claimCapture()).toBe(false);
    expect(once()).toBe(1);
  });

  it('that was loaded from the same file again takes over, and gives back', async () => {
    expect(once()).toBe(1);
    jest.resetModules();
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const again = await import('./capture.js');
    const tfAgain = await import('@tensorflow/tfjs-core');
    expect(again.capture).not.toBe(capture);
    const program = again.capture(
      (x) => tfAgain.neg(x),
      [{ name: 'x', shape: [1], dtype: 'float32' }],
    ).program;
    expect(program.nodes).toHaveLength(1);
    expect(once()).toBe(1);
    jest.restoreAllMocks();
  });
});

describe('another copy of tfjs-core', () => {
  it('is reported when it makes the tensors', () => {
    const messages: string[] = [];
    reportSecondTfjs({} as never, (message) => messages.push(message));
    expect(messages).toEqual([
      expect.stringContaining(
        '[PACKAGE_DUPLICATED] Package "@tensorflow/tfjs-core": two copies of it are loaded',
      ),
    ]);
    expect(messages[0]).toContain(`Lamella uses version ${tf.version_core}`);
  });

  it('is not there in a capture of ours', () => {
    delete holder[key];
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    once();
    expect(warn).not.toHaveBeenCalledWith(expect.stringContaining('PACKAGE_DUPLICATED'));
    warn.mockRestore();
  });
});
