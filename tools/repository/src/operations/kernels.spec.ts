// docs/backends.md says which backend computes which kernel. `npm run operations` writes it anew, out of what the packages say
// themselves: the definitions of kernels, the tables of lowerings and of loops, and what tfjs' backends register.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { isWrittenOut, kernelNames, roundKernel, type KernelName } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { lowerings } from '../../../../packages/backend-onnx/src/lowering/index.js';
import { kernels as loops } from '../../../../packages/fused/src/kernels/table.js';
import { kernels } from '../../../../packages/program/src/kernels.js';
import { kernelsIn, programOf } from '../../../../packages/testing/src/kernel-case.js';
import { kernelCases } from '../../../../packages/testing/src/kernel-cases/index.js';
import { markdownTable } from './markdown-table.js';

const root = new URL('../../../../', import.meta.url);
const page = fileURLToPath(new URL('docs/backends.md', root));
const missingInNode = JSON.parse(
  readFileSync(new URL('packages/backend-node/scripts/missing-kernels.json', root), 'utf8'),
) as string[];

const names = kernelNames().sort((a, b) => (a < b ? -1 : 1));
/** Float32 that stands for narrower floats is rounded on the host. */
const onHost = (name: KernelName): boolean => name === roundKernel;
const onCpu = (name: KernelName): boolean => onHost(name) || tf.getKernel(name, 'cpu') !== undefined;
const onNode = (name: KernelName): boolean => onHost(name) || !missingInNode.includes(name);
const onOnnx = (name: KernelName): boolean => Object.hasOwn(lowerings, name) || isWrittenOut(name);

function gradientOf(name: KernelName): { readonly exists: boolean; readonly reason: string } {
  const definition = kernels[name];
  const gradient = 'gradient' in definition ? definition.gradient : '';
  return typeof gradient === 'string' ? { exists: false, reason: gradient } : { exists: true, reason: '' };
}

const code = (list: readonly string[]): string => list.map((name) => `\`${name}\``).join(', ');
const mark = (isThere: boolean): string => (isThere ? '✓' : '✗');

/** Names under what is said of each, as a list. */
function listed(all: readonly KernelName[], said: (name: KernelName) => string): string[] {
  const groups = new Map<string, string[]>();
  for (const name of all) groups.set(said(name), [...(groups.get(said(name)) ?? []), name]);
  return [...groups].map(([reason, found]) => `- ${code(found)}: ${reason}.`);
}

function written(): string {
  const rows = names.map((name) => [
    `\`${name}\``,
    ...[onCpu(name), onNode(name), onOnnx(name), loops.has(name)].map(mark),
    gradientOf(name).exists ? '✓' : '',
  ]);
  const uncapturable = (Object.keys(kernels) as KernelName[]).filter(
    (name) => 'uncapturable' in kernels[name],
  );
  const fused = Object.keys(kernels).filter((name) => 'decompose' in kernels[name as KernelName]);
  return [
    '# Kernels and backends',
    '',
    'Programs are made of the kernels of tfjs-core. Which backend computes which of them, this page says; what one calls in a Lambda, and whether it can be saved and',
    'exported, [operations of Lambdas](operations.md) says. `npm run operations` writes both anew: this one out of the tables that the packages run by, that one by trying.',
    '',
    '- **cpu** is the reference, tfjs-backend-cpu: [`testBackend`](../packages/testing/README.md) compares the others with it. **node** is libtensorflow.',
    '- **onnx** is ONNX Runtime, native and in WebAssembly, and files in `.onnx`: they have one table of lowerings. Complex numbers, cropped, turned and transformed images are written out in other kernels before.',
    '- **loops** are those of [`@lamella/fused`](../packages/fused/README.md), which backend onnx uses for updates of weights and for what is small. What they lack, ONNX Runtime does; some they take for some dtypes and shapes alone.',
    '- **gradient**: it has a rule; an empty place says that there is nothing to derive, below.',
    '',
    'A backend refuses a kernel that it lacks when it compiles, with the layer that calls it (`KERNEL_UNSUPPORTED`); a plugin may [bring a lowering](guides/add-a-kernel.md#a-lowering-from-outside).',
    'Loops and choices, `scan`, `whileLoop` and `cond`, run on all of them but in loops of WebAssembly.',
    '',
    ...markdownTable([['kernel', 'cpu', 'node', 'onnx', 'loops', 'gradient'], ...rows]),
    '',
    `${code(names.filter((name) => !onCpu(name)))}: no operation of tfjs-core calls them, so tfjs-backend-cpu has none of them.`,
    '',
    '## Without a gradient',
    '',
    ...listed(
      names.filter((name) => !gradientOf(name).exists),
      (name) => gradientOf(name).reason,
    ),
    '',
    '## In no Program',
    '',
    `${code(fused)} are written out as the kernels that they stand for. The outputs of others have no size before they run (\`NOT_CAPTURABLE\`, \`KERNEL_UNSUPPORTED\`):`,
    '',
    ...listed(uncapturable, (name) => {
      const definition = kernels[name];
      return 'uncapturable' in definition ? definition.uncapturable : '';
    }),
    '',
  ].join('\n');
}

describe('docs/backends.md', () => {
  it('says of each kernel which backend computes it', () => {
    if (process.env['UPDATE_OPERATIONS'] !== undefined) writeFileSync(page, written());
    expect(readFileSync(page, 'utf8')).toBe(written());
  });

  it('says so of no kernel that testBackend does not compare, but for those that nothing calls', () => {
    const compared = new Set(kernelCases.flatMap((one) => [...kernelsIn(programOf(one))]));
    const untried = names.filter((name) => onOnnx(name) && !compared.has(name));
    // The gradients of resizing are written in other kernels too.
    expect(untried).toEqual([
      'BroadcastTo',
      'LogSoftmax',
      'LogicalXor',
      'ResizeBilinearGrad',
      'ResizeNearestNeighborGrad',
    ]);
    expect(
      [...compared].filter((name) => names.includes(name as KernelName) && !onOnnx(name as KernelName)),
    ).toEqual([]);
  });
});
