// Products of matrices, and contractions.
import type { KernelCall, KernelRule } from '../kernel-call.js';
import type { Argument } from '../value.js';

export const BatchMatMul: KernelRule = (call) =>
  call.apply('Matmul', [matrix(call, 'a', 'transposeA'), matrix(call, 'b', 'transposeB')]);

/** A factor, its last two axes exchanged where the kernel reads it so. */
function matrix(call: KernelCall, name: string, flag: string): Argument {
  if (!call.attribute(flag, false)) return call.argument(name);
  const rank = call.rank(name);
  const axes = Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i));
  return call.apply('Transpose', [call.tensor(name)], { axes });
}

export const Einsum: KernelRule = (call) =>
  call.apply(
    'Einsum',
    call.names.map((name) => call.argument(name)),
    { subscripts: call.attribute<string>('equation') },
  );

export const FusedBatchNorm: KernelRule = (call) => {
  const variance = call.apply('Add', [
    call.tensor('variance'),
    { kind: 'number', value: call.attribute<number>('varianceEpsilon', 0.001), isFloat: true },
  ]);
  const centred = call.apply('Subtract', [call.tensor('x'), call.argument('mean')]);
  const whitened = call.apply('Multiply', [centred, call.apply('Rsqrt', [variance])]);
  const scaled = call.has('scale') ? call.apply('Multiply', [whitened, call.argument('scale')]) : whitened;
  return call.has('offset') ? call.apply('Add', [scaled, call.argument('offset')]) : scaled;
};
