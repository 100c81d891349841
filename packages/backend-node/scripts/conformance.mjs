// Runs the conformance suite of backends on tfjs-node, which the tests of this repository cannot install everywhere.
// Usage: node --test packages/backend-node/scripts/conformance.mjs; see the README beside it.
import { describe, it } from 'node:test';
import { loadNode, node } from '@lamella/backend-node';
import { testBackend } from '@lamella/testing';

const missing = 'tfjs-node 4.22 registers no such kernel';
const padding = 'tfjs-node takes only "same" and "valid"';

await loadNode();
testBackend('node', () => node(), {
  tolerance: 1e-4,
  runner: { describe, it: (name, body, timeout = 60_000) => it(name, { timeout }, body) },
  unsupported: {
    BitwiseAnd: missing,
    DenseBincount: missing,
    SearchSorted: missing,
    'conv2d of a 6 by 6 image with a window of 3, strides 1, padding 1': padding,
    'depthwiseConv2d of a 6 by 6 image with a window of 3, strides 1, padding 1': padding,
  },
});
