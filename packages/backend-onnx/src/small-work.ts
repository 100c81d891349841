// How small Programs run: whether as loops rather than as an ONNX graph, and whether by one thread. Estimates, from measurements
// of this package on two cores (tools/bench). A call of ONNX Runtime and each operator in it cost some time whatever they compute.
import {
  sizeOf,
  traitsOf,
  type Program,
  type ProgramNode,
  type Shape,
  type ValueId,
  scanKernel,
  whileKernel,
} from '@lamella/program';

/** Units: microseconds. */
const perCall = 40;
const perOperator = 1.5;
const perInputOrOutput = 1;
/** Units: operations a microsecond. */
const graphRate = 60_000;
const loopProductRate = 3_000;
const loopElementRate = 400;
const leastForThreads = 50;

/** Whether loops are expected to run `program`, all of whose nodes they support, in less time than ONNX Runtime. */
export function isSmall(program: Program): boolean {
  const [products, elements] = workOf(program);
  const loops = products / loopProductRate + elements / loopElementRate;
  const graph =
    perCall +
    perOperator * program.nodes.length +
    perInputOrOutput * (program.inputs.length + program.outputs.length) +
    (products + elements) / graphRate;
  return loops < graph;
}

/**
 * Whether several threads would gain less than they risk: each operator waits for the slowest, which may have to wait for a
 * core itself, as while V8 compiles functions.
 */
export function suitsOneThread(program: Program): boolean {
  const [products, elements] = workOf(program);
  return (products + elements) / graphRate < leastForThreads;
}

function workOf(program: Program): [products: number, elements: number] {
  let [products, elements] = [0, 0];
  for (const node of program.nodes) {
    products += productsOf(node, program);
    elements += elementsOf(node, program);
    for (const inner of Object.values(node.programs ?? {})) {
      const [more, others] = workOf(inner);
      products += timesRun(node) * more;
      elements += timesRun(node) * others;
    }
  }
  return [products, elements];
}

/** How often a node runs the Programs that it holds, at most; once where nobody knows. */
function timesRun({ kernel, attrs }: ProgramNode): number {
  const times =
    kernel === scanKernel ? attrs['length'] : kernel === whileKernel ? attrs['maximumIterations'] : 1;
  return typeof times === 'number' ? times : 1;
}

function elementsOf(node: ProgramNode, program: Program): number {
  const ids = [...Object.values(node.inputs), ...node.outputs];
  return Math.max(...ids.map((id) => sizeOf(program.type(id).shape)));
}

/** Multiplications and additions of products of matrices and convolutions; of the latter, at the borders some too many. */
function productsOf(node: ProgramNode, program: Program): number {
  const { kernel, inputs, outputs } = node;
  const shapeOf = (id: ValueId): Shape => program.type(id).shape;
  if (kernel === 'BatchMatMul') {
    const inner = shapeOf(inputs['a']!).at(node.attrs['transposeA'] === true ? -2 : -1) ?? 1;
    return 2 * inner * sizeOf(shapeOf(outputs[0]!));
  }
  // Whatever an equation sums over is one of both inputs' axes.
  if (kernel === 'Einsum') return 2 * Object.values(inputs).reduce((n, id) => n * sizeOf(shapeOf(id)), 1);
  const { slides } = traitsOf(kernel);
  if (slides === undefined || slides === 'pooling') return 0;
  const filter = shapeOf(inputs['filter'] ?? outputs[0]!);
  const outer = shapeOf(inputs['dy'] ?? outputs[0]!);
  const perOutput = slides === 'convolution' ? sizeOf(filter.slice(0, -1)) : sizeOf(filter.slice(0, 2));
  return 2 * perOutput * sizeOf(outer);
}
