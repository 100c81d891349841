// The programs that learn pictures and points, small.
import { expect, it } from '@jest/globals';
import { acgan } from './acgan.js';
import { denoising } from './denoising.js';
import { fineTuning } from './fine-tuning.js';
import { gan } from './gan.js';
import { siamese } from './siamese.js';
import { vae } from './vae.js';

it('a denoising autoencoder takes most of the noise away', async () => {
  expect(await denoising()).toBeLessThan(0.05);
});

it('a siamese network tells pairs apart, and so does what comes back from its file', async () => {
  const { accuracy, loaded } = await siamese();
  expect(accuracy).toBeGreaterThan(0.9);
  expect(loaded).toBe(accuracy);
});

it('a variational autoencoder gives back what went through two numbers, and makes pictures of any two', async () => {
  const { lost, made } = await vae();
  expect(lost[0]).toBeGreaterThan(3);
  expect(lost.at(-1)).toBeLessThan(1);
  expect(made.shape).toEqual([3, 16]);
});

it('a GAN makes points where the real ones are', async () => {
  const { before, after } = await gan();
  expect(before).toBeGreaterThan(1.5);
  expect(after).toBeLessThan(0.5);
});

it('a classifier GAN makes pictures of the kind that it is asked for', async () => {
  expect(await acgan({ epochs: 20 })).toBeGreaterThan(0.8);
});

it('fine-tuning: what a frozen network sees is enough to learn something new from few pictures', async () => {
  const { frozen, tuned } = await fineTuning();
  expect(frozen).toBeGreaterThan(0.85);
  expect(tuned).toBeGreaterThan(0.85);
});
