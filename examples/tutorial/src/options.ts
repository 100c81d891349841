// The tutorial's command line.
import { parseArgs } from 'node:util';

export interface Options {
  readonly epochs: number;
  readonly backend: 'onnx' | 'cpu';
  readonly limit: number;
  readonly out: string;
}

export const usage = `npm run tutorial -- [options]
  --epochs N            how long part 2 trains; default 20
  --backend onnx|cpu    default onnx; cpu is plain JavaScript, some hundred times slower
  --limit ROWS          rows of MNIST to use; default all
  --out DIR             where the models are saved; default tutorial-output`;

/** Throws an Error that says which option is wrong. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      epochs: { type: 'string', default: '20' },
      backend: { type: 'string', default: 'onnx' },
      limit: { type: 'string', default: '60000' },
      out: { type: 'string', default: 'tutorial-output' },
    },
  });
  const { backend, out } = values;
  if (backend !== 'onnx' && backend !== 'cpu')
    throw new Error(`--backend: expected onnx or cpu, got "${backend}"`);
  return { epochs: positive('epochs', values.epochs), limit: positive('limit', values.limit), backend, out };
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${option}: expected a positive integer, got "${text}"`);
  return value;
}
