// The tutorial, part by part. Options: --epochs N, --backend onnx|cpu, --limit ROWS, --out DIR.
import { parseArgs } from 'node:util';
import { plainNetwork } from './1-plain-network.js';
import { lambdaNetwork } from './2-lambda.js';
import { twoTensorNetwork } from './3-two-tensors.js';
import { samplingNetwork } from './4-sampling.js';
import { composition, failedChecks, loadData, type Options } from './setup.js';

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      epochs: { type: 'string', default: '20' },
      backend: { type: 'string', default: 'onnx' },
      limit: { type: 'string', default: '60000' },
      out: { type: 'string', default: 'tutorial-output' },
    },
  });
  const natural = (name: string, text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1)
      throw new Error(`--${name}: expected a positive integer, got "${text}"`);
    return value;
  };
  if (values.backend !== 'onnx' && values.backend !== 'cpu')
    throw new Error(`--backend: expected onnx or cpu, got "${values.backend}"`);
  return {
    epochs: natural('epochs', values.epochs),
    limit: natural('limit', values.limit),
    backend: values.backend,
    out: values.out,
  };
}

const options = readOptions();
const lamella = composition(options);
const data = await loadData(options.limit);
console.log(
  `MNIST: ${data.xTrain.shape[0]} rows to train on, ${data.xTest.shape[0]} to test on, backend ${options.backend}`,
);

for (const [title, part] of [
  ['1. A plain network', plainNetwork],
  ['2. With a Lambda', lambdaNetwork],
  ['3. A Lambda over two tensors', twoTensorNetwork],
  ['4. A Lambda that samples', samplingNetwork],
] as const) {
  console.log(`\n${title}\n`);
  await part(lamella, data, options);
}

console.log(failedChecks() === 0 ? '\nAll checks passed.' : `\n${failedChecks()} checks failed.`);
process.exitCode = failedChecks() === 0 ? 0 : 1;
