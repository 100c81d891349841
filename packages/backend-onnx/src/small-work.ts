// When a whole Program is faster as loops than as an ONNX graph: an estimate of both, from measurements of this package
// on two cores (tools/bench). A call of ONNX Runtime and each operator in it cost some time whatever they compute.
import { sizeOf, type Program, type ProgramNode } from '@lamella/program';

/** Units: microseconds. */
const perCall = 40;
const perOperator = 1.5;
const perInputOrOutput = 1;
/** Units: operations a microsecond. */
const graphRate = 60_000;
const loopProductRate = 3_000;
const loopElementRate = 400;

/** Whether loops are expected to run `program`, all of whose nodes they support, in less time than ONNX Runtime. */
export function isSmall(program: Program): boolean {
  const elements = program.nodes.reduce((sum, node) => sum + elementsOf(node, program), 0);
  const products = program.nodes.reduce((sum, node) => sum + productsOf(node, program), 0);
  const loops = products / loopProductRate + elements / loopElementRate;
  const graph =
    perCall +
    perOperator * program.nodes.length +
    perInputOrOutput * (program.inputs.length + program.outputs.length) +
    (products + elements) / graphRate;
  return loops < graph;
}

function elementsOf(node: ProgramNode, program: Program): number {
  const ids = [...Object.values(node.inputs), ...node.outputs];
  return Math.max(...ids.map((id) => sizeOf(program.type(id).shape)));
}

/** Multiplications and additions of a product of matrices. */
function productsOf(node: ProgramNode, program: Program): number {
  if (node.kernel !== 'BatchMatMul') return 0;
  const { shape } = program.type(node.inputs['a']!);
  const inner = shape.at(node.attrs['transposeA'] === true ? -2 : -1) ?? 1;
  return 2 * inner * sizeOf(program.type(node.outputs[0]!).shape);
}
