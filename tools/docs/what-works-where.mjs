// The page docs/what-works-where.md: of each layer, what was measured of it, out of the tables of docs/compatibility.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { root } from '../run/commands.mjs';

/** Writes the page anew. */
export async function writeWhatWorksWhere() {
  const text = readFileSync(join(root, 'docs/compatibility.md'), 'utf8');
  const keras = rowsOf(part(text, '## Keras', '### Models'));
  const onnx = rowsOf(part(text, '## ONNX', '## TensorFlow.js'));
  const layers = [...new Set([...keras.keys(), ...onnx.keys()])].sort((a, b) => (a < b ? -1 : 1));
  const rows = layers.map((layer) => {
    const files = keras.get(layer);
    const cells = [...[1, 2, 3, 4].map((column) => files?.[column]), onnx.get(layer)?.[1]];
    return `| ${layer} | ${cells.map((cell) => cell ?? '').join(' | ')} |`;
  });
  writeFileSync(
    join(root, 'docs/what-works-where.md'),
    await format(`${head}\n${rows.join('\n')}\n`, {
      ...(await resolveConfig(join(root, 'docs/x.md'))),
      parser: 'markdown',
    }),
  );
}

const head = `# What works where

## Where models run and train

| place                                                   | backend                      | trains | speed                                                    |
| ------------------------------------------------------- | ---------------------------- | ------ | -------------------------------------------------------- |
| Node, where onnxruntime-node has a binary               | \`onnx()\`, native           | yes    | beside Keras and PyTorch: [performance](performance.md)  |
| Node elsewhere, Alpine among it                         | \`onnx()\`, WebAssembly      | yes    | one thread of WebAssembly                                |
| browsers                                                | \`onnx()\`, WebAssembly      | yes    | the same; threads in isolated pages                      |
| anywhere JavaScript runs                                | \`cpu()\`                    | yes    | slow: it is what the others are tested against           |
| Node with \`@tensorflow/tfjs-node\`                     | \`node()\`                   | yes    | one kernel at a time                                     |

One conformance suite, \`testBackend\` of [\`@lamella/testing\`](../packages/testing/README.md), holds all of them to the same numbers. [Kernels and backends](backends.md) says
which kernel runs where, [operations of Lambdas](operations.md) what can be called in a Lambda, saved and exported.

## Which files hold what

| file             | read | written | Lambdas                    | optimizer | opened by                          |
| ---------------- | ---- | ------- | -------------------------- | --------- | ---------------------------------- |
| \`.keras\`         | yes  | yes     | as Programs, or \`keras.ops\` | yes       | Keras 3                            |
| \`.h5\`            | yes  | yes     | as Programs                | yes       | Keras                              |
| \`model.json\`     | yes  | yes     | as Programs                | yes       | TensorFlow.js                      |
| \`.onnx\`          | no   | yes     | as operators               | no        | ONNX Runtime, anything that has ONNX |
| \`.weights.h5\`    | yes  | yes     |                            | yes       | Keras 3                            |
| \`.weights.json\`  | yes  | yes     |                            | yes       | Keras 3                            |
| \`.safetensors\`   | yes  | yes     |                            | no        | safetensors                        |

## Layers

What was exchanged with real Keras, from it and to it, and computed by ONNX Runtime in Python after an export: the largest difference between the two, relative where values exceed 1. An empty place was not measured. [Compatibility](compatibility.md) has all figures, and how they came about.

| layer | \`.keras\` from Keras | \`.keras\` to Keras | \`.h5\` from Keras | \`.h5\` to Keras | \`.onnx\` |
| --- | --: | --: | --: | --: | --: |`;

/**
 * @param {string} text
 * @param {string} from
 * @param {string} to
 */
function part(text, from, to) {
  const start = text.indexOf(`\n${from}\n`);
  return text.slice(start, text.indexOf(`\n${to}`, start));
}

/**
 * The cells of each row that begins with a name in code, by the name; the first count and what follows it.
 * @param {string} text
 * @returns {Map<string, string[]>}
 */
function rowsOf(text) {
  return new Map(
    [...text.matchAll(/^\| (`\w+`) +\|(.*)\|$/gm)].map(([, name = '', cells = '']) => [
      name,
      cells.split('|').map((cell) => cell.trim()),
    ]),
  );
}
