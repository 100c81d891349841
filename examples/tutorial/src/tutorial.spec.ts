import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readOptions } from './options.js';
import { runTutorial } from './tutorial.js';

let out: string;
let printed: string;

beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'lamella-tutorial-'));
  printed = '';
  jest.spyOn(console, 'log').mockImplementation((line: string) => void (printed += `${line}\n`));
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((printed += text)));
});
afterEach(async () => {
  jest.restoreAllMocks();
  await rm(out, { recursive: true, force: true });
});

// Plain JavaScript is slow: there, as few rows as the checks need.
describe.each([
  ['onnx', 512],
  ['cpu', 16],
])('the tutorial on %s', (backend, rows) => {
  it('passes all its checks, shows what it does and saves its models', async () => {
    const args = ['--backend', backend, '--limit', String(rows), '--epochs', '2', '--out', out];
    expect(await runTutorial(readOptions(args))).toBe(0);
    expect(printed.match(/^ok .*$/gm)).toEqual([
      'ok     the plain network learns',
      'ok     the difference is 2 everywhere',
      expect.stringMatching(/^ok {5}the test accuracy is 0\.\d{4}$/),
      'ok     lambda_model.keras predicts the same after loading',
      'ok     lambda_model.keras predicts the same where add_two is unknown',
      'ok     relu_layer_3 is dense_layer_3 where that is positive',
      'ok     the Lambda adds its two tensors',
      'ok     two predictions draw the same samples',
      'ok     model.h5 predicts the same after loading, samples included',
      'ok     model.h5 predicts the same where its function is unknown',
      'ok     model_weights.h5 fills a model that was built again, which predicts the same',
    ]);
    expect(printed).toContain(`MNIST: ${rows} rows to train on, ${rows} to test on. Backend: ${backend}.`);
    expect(printed).toContain('│ lambda_layer (Lambda)           │ (None, 20)             │             0 │');
    expect(printed).toMatch(
      /(\d)\/\1 ━{20} \d+s \d+[mu]?s\/step - accuracy: 0\.\d+ - loss: \d\.\d+ - val_accuracy/,
    );
    expect(printed).toContain(`The difference:\n${'   2.000'.repeat(10)}\n${'   2.000'.repeat(10)}\n`);
    expect((await readdir(out)).sort()).toEqual(['lambda_model.keras', 'model.h5', 'model_weights.h5']);
  });
});

describe('the options of the tutorial', () => {
  it('have defaults', () => {
    expect(readOptions([])).toEqual({ epochs: 20, backend: 'onnx', limit: 60_000, out: 'tutorial-output' });
  });

  it.each([
    [['--epochs', '0'], '--epochs: expected a positive integer, got "0"'],
    [['--limit', 'many'], '--limit: expected a positive integer, got "many"'],
    [['--backend', 'gpu'], '--backend: expected onnx or cpu, got "gpu"'],
    [['--epoch', '3'], "Unknown option '--epoch'"],
  ])('refuse %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});
