// `node dist/index.js iris`: runs a program as it is meant to be, and says what it gives.
import { acgan } from './acgan.js';
import { addition } from './addition.js';
import { cartPole } from './cart-pole.js';
import { ctcReading } from './ctc.js';
import { dateConversion } from './date-conversion.js';
import { denoising } from './denoising.js';
import { dqn } from './dqn.js';
import { fineTuning } from './fine-tuning.js';
import { gan } from './gan.js';
import { housing } from './housing.js';
import { iris } from './iris.js';
import { sentiment } from './sentiment.js';
import { siamese } from './siamese.js';
import { structuredData } from './structured-data.js';
import { textClassification } from './text-classification.js';
import { textGeneration } from './text-generation.js';
import { timeSeries } from './time-series.js';
import { translation } from './translation.js';
import { vae } from './vae.js';
import { jenaWeather } from './weather.js';

const programs: Readonly<Record<string, () => Promise<unknown>>> = {
  acgan,
  addition,
  cartPole,
  ctcReading,
  dateConversion,
  denoising,
  dqn,
  fineTuning,
  gan,
  housing,
  iris,
  jenaWeather,
  sentiment,
  siamese,
  structuredData,
  textClassification,
  textGeneration,
  timeSeries,
  translation,
  vae,
};

const [name = ''] = process.argv.slice(2);
const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
if (program === undefined) {
  console.log(`One of these, please: ${Object.keys(programs).join(', ')}`);
  process.exitCode = 1;
} else console.log(await program());
