// A bias, and a ReLU behind it, joined to the product or convolution before them, as tfjs' own fused kernels.
// ONNX has the bias as an input of Gemm and Conv; the ReLU follows there, for ONNX Runtime to fuse.
import { type Program, type ProgramNode, type ValueId } from '@lamella/program';
import { readersOf } from './readers-of.js';

const fusedKernels: Readonly<Record<string, string>> = { BatchMatMul: '_FusedMatMul', Conv2D: 'FusedConv2D' };

/** Fuses where nobody else reads what lies between. Run it last: other passes do not know the fused kernels. */
export function fuseBias(program: Program): Program {
  const readers = readersOf(program);
  const soleReader = (id: ValueId, kernel: string): ProgramNode | undefined => {
    const list = readers.get(id) ?? [];
    return list.length === 1 && list[0]?.kernel === kernel ? list[0] : undefined;
  };
  const replaced = new Map<ProgramNode, ProgramNode>();
  const dropped = new Set<ProgramNode>();
  for (const node of program.nodes) {
    const kernel = fusedKernels[node.kernel];
    const add = kernel === undefined ? undefined : soleReader(node.outputs[0]!, 'Add');
    if (kernel === undefined || add === undefined || !isFusible(node, program)) continue;
    const { a, b } = add.inputs as { a: ValueId; b: ValueId };
    const bias = a === node.outputs[0] ? b : a;
    const { shape } = program.type(add.outputs[0]!);
    const biasShape = program.type(bias).shape;
    if (biasShape.length !== 1 || biasShape[0] !== shape.at(-1)) continue;
    const relu = soleReader(add.outputs[0]!, 'Relu');
    const last = relu ?? add;
    const fused = {
      ...node,
      kernel,
      inputs: { ...node.inputs, bias },
      attrs: { ...node.attrs, activation: relu === undefined ? 'linear' : 'relu' },
      outputs: last.outputs,
    };
    // In the place of the last of them: the bias may be computed in between.
    replaced.set(last, fused);
    for (const other of [node, add]) if (other !== last) dropped.add(other);
  }
  if (replaced.size === 0) return program;
  const nodes = program.nodes.flatMap((node) => (dropped.has(node) ? [] : [replaced.get(node) ?? node]));
  return program.with({ nodes });
}

function isFusible(node: ProgramNode, program: Program): boolean {
  const [first, second] = [node.inputs['a'] ?? node.inputs['x'], node.inputs['b'] ?? node.inputs['filter']];
  const isFloat = [first, second].every((id) => program.type(id!).dtype === 'float32');
  if (node.kernel === 'Conv2D') return isFloat && node.attrs['dataFormat'] !== 'NCHW';
  const hasElements = program.type(first!).shape.every((size) => size > 0);
  return isFloat && hasElements && [first, second].every((id) => program.type(id!).shape.length === 2);
}
