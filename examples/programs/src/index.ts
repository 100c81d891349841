// `node dist/index.js iris`: runs a program as it is meant to be, and says what it gives.
import { addition } from './addition.js';
import { cartPole } from './cart-pole.js';
import { denoising } from './denoising.js';
import { dqn } from './dqn.js';
import { gan } from './gan.js';
import { iris } from './iris.js';
import { siamese } from './siamese.js';
import { textGeneration } from './text-generation.js';
import { vae } from './vae.js';

const programs: Readonly<Record<string, () => Promise<unknown>>> = {
  addition,
  cartPole,
  denoising,
  dqn,
  gan,
  iris,
  siamese,
  textGeneration,
  vae,
};

const [name = ''] = process.argv.slice(2);
const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
if (program === undefined) {
  console.log(`One of these, please: ${Object.keys(programs).join(', ')}`);
  process.exitCode = 1;
} else console.log(await program());
