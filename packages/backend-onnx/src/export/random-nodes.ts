// Random numbers in exported graphs: as inputs that somebody fills, or drawn by ONNX' own operators.
// ONNX Runtime's numbers are others than Lamella's, of the same distribution.
import type { Program, RandomSpec } from '@lamella/program';
import type { LoweredModel } from '../lower-program.js';
import { GraphBuilder } from '../model/graph-builder.js';
import { renameValues } from '../model/inner-graphs.js';
import { elementTypes } from '../model/onnx-model.js';

/** The model with nodes in place of its random inputs. */
export function drawInGraph(lowered: LoweredModel, program: Program): LoweredModel {
  const graph = new GraphBuilder({ prefix: 'random_', bySize: false });
  const drawn = new Map<string, string>();
  for (const { index, name } of lowered.inputs) {
    const { random } = program.inputs[index]!;
    if (random === undefined) continue;
    const { shape } = program.type(program.inputs[index]!.id);
    graph.scope = random.stream.slice(0, random.stream.lastIndexOf(':'));
    drawn.set(name, draw(graph, random, graph.full(0, shape, 'float32')));
  }
  if (drawn.size === 0) return lowered;
  const { nodes, initializers } = graph.finish([]).model;
  const { model } = lowered;
  return {
    model: {
      ...model,
      nodes: [...nodes, ...model.nodes.map((node) => renameValues(node, (name) => drawn.get(name) ?? name))],
      initializers: [...initializers, ...model.initializers],
      inputs: model.inputs.filter(({ name }) => !drawn.has(name)),
    },
    inputs: lowered.inputs.filter(({ name }) => !drawn.has(name)),
    outputs: lowered.outputs,
  };
}

/** Normal numbers beyond two deviations are drawn again, at most so often; less than one in 10^10 is then cut off. */
const attempts = 8;

function draw(graph: GraphBuilder, { distribution, seed }: RandomSpec, like: string): string {
  // Each operator has a seed of its own, or a random one.
  let drawn = 0;
  const seeded = (): { seed?: { float: number } } =>
    seed === undefined ? {} : { seed: { float: (seed % 2 ** 24) + drawn++ } };
  switch (distribution) {
    case 'uniform':
      return graph.op('RandomUniformLike', [like], { low: { float: 0 }, high: { float: 1 }, ...seeded() });
    case 'normal':
      return graph.op('RandomNormalLike', [like], seeded());
    case 'truncatedNormal': {
      const two = graph.scalar(2);
      let x = graph.op('RandomNormalLike', [like], seeded());
      for (let i = 1; i < attempts; i++) {
        const isInside = graph.op('LessOrEqual', [graph.op('Abs', [x]), two]);
        x = graph.op('Where', [isInside, x, graph.op('RandomNormalLike', [like], seeded())]);
      }
      return graph.op('Max', [graph.op('Min', [x, two]), graph.scalar(-2)]);
    }
    case 'bits': {
      const range = { low: { float: -(2 ** 31) }, high: { float: 2 ** 31 } };
      const wide = graph.op('RandomUniformLike', [like], {
        dtype: elementTypes.float64,
        ...range,
        ...seeded(),
      });
      return graph.cast(graph.op('Floor', [wide]), 'int32');
    }
  }
}

/** What an input must hold, for people. */
export function describeRandom({ distribution }: RandomSpec): string {
  const numbers: Readonly<Record<RandomSpec['distribution'], string>> = {
    uniform: 'evenly distributed from 0 to below 1',
    normal: 'normally distributed with mean 0 and deviation 1',
    truncatedNormal: 'normally distributed with mean 0 and deviation 1, drawn again beyond two deviations',
    bits: 'any int32, evenly distributed',
  };
  return `Random numbers, ${numbers[distribution]}; to be drawn anew for each run.`;
}
