// The part of a graph that is computed in host memory, before what is compiled: the layers that can, from the inputs on.
// Behind it the graph goes on from the numbers that it gives.
import {
  entering,
  flatten,
  isHostTensor,
  requireRoomForResult,
  type AnyHostTensor,
  type HostTensor,
  type Tree,
} from '@lamella/program';
import { dataInvalid, hostLayerMisplaced } from './errors.js';
import { isGraph } from './invoke-part.js';
import { computesOnHost, needsHost } from './host-layer.js';
import { isInputLayer } from './input.js';
import type { Layer } from './layer.js';
import { LayerGraph } from './layer-graph.js';
import type { Node } from './node.js';
import type { SymbolicTensor } from './symbolic-tensor.js';

type Values = ReadonlyMap<SymbolicTensor, AnyHostTensor>;

/** What a batch becomes on the host. */
export interface HostValues {
  /** What the compiled part takes, in the order of its inputs. */
  readonly x: readonly HostTensor[];
  /** The outputs of the model that are known already, by their place. */
  readonly known: ReadonlyMap<number, AnyHostTensor>;
}

/** See the head of this file. */
export class HostPart {
  private behind: LayerGraph | undefined;

  constructor(
    private readonly subject: string,
    private readonly graph: LayerGraph,
    private readonly nodes: readonly Node[],
    /** The tensors that the compiled part begins with. */
    private readonly cut: readonly SymbolicTensor[],
    private readonly reached: ReadonlySet<SymbolicTensor>,
  ) {}

  /** Whether nothing is left to compile. */
  get isAll(): boolean {
    return this.graph.outputs.every((tensor) => this.reached.has(tensor));
  }

  /** Whether it can be computed nowhere else. */
  get isNeeded(): boolean {
    return this.nodes.some(({ layer }) => needsHost(layer));
  }

  /** The graph behind it: it gives all outputs but those of strings. */
  get computed(): LayerGraph {
    return (this.behind ??= new LayerGraph(this.subject, {
      inputs: this.cut,
      outputs: this.graph.outputs.filter(({ dtype }) => dtype !== 'string'),
    }));
  }

  /** Whether input `index` is taken as it is, strings and wide integers too. */
  takes(index: number): boolean {
    const tensor = this.graph.inputs[index]!;
    return this.nodes.some(({ parents }) => parents.includes(tensor));
  }

  /** Computes it for a batch. Throws: what the layers throw, DATA_INVALID. */
  run(inputs: readonly AnyHostTensor[]): HostValues {
    const values = this.evaluate(inputs);
    const known = new Map<number, AnyHostTensor>();
    this.graph.outputs.forEach((tensor, i) => {
      const value = values.get(tensor);
      if (value !== undefined) known.set(i, value);
    });
    return { x: this.cut.map((tensor) => this.entering(tensor.name, values.get(tensor)!)), known };
  }

  private entering(name: string, value: AnyHostTensor): HostTensor {
    const subject = `${this.subject}, "${name}"`;
    if (value.size > 0 || value.shape[0] === 0) return entering(value, subject);
    throw dataInvalid(
      subject,
      'none of the texts of a batch has a token',
      'give the layer an outputSequenceLength',
    );
  }

  /** All outputs, from those that the compiled part gives and those that are known. */
  outputs(computed: readonly HostTensor[], known: HostValues['known']): readonly AnyHostTensor[] {
    let next = 0;
    return this.graph.outputs.map(({ dtype }, i) => {
      const given = dtype === 'string' ? undefined : computed[next++];
      return known.get(i) ?? given!;
    });
  }

  /** The values of everything that it reaches. */
  evaluate(inputs: readonly AnyHostTensor[]): Values {
    const values = new Map(this.graph.inputs.map((tensor, i) => [tensor, inputs[i]!]));
    for (const node of this.nodes) {
      const { inputs: given } = node.callOn((tensor) => values.get(tensor)!);
      const rows = flatten(given, isHostTensor)[0]?.shape[0] ?? 1;
      for (const { shape } of node.outputs) requireRoomForResult(node.layer.label, shape, rows);
      const results = flatten(computeOnHost(node.layer, given), isHostTensor);
      node.outputs.forEach((tensor, i) => values.set(tensor, results[i]!));
    }
    return values;
  }
}

const found = new WeakMap<LayerGraph, { readonly part: HostPart | undefined }>();

/**
 * The part of a graph that the host computes; undefined where there is none. `subject` is how errors name the graph's model.
 * Throws: HOST_LAYER_MISPLACED.
 */
export function hostPartOf(subject: string, graph: LayerGraph): HostPart | undefined {
  const known = found.get(graph);
  if (known !== undefined) return known.part;
  const part = findPart(subject, graph);
  found.set(graph, { part });
  return part;
}

function findPart(subject: string, graph: LayerGraph): HostPart | undefined {
  const reached = new Set<SymbolicTensor>(graph.inputs);
  const nodes: Node[] = [];
  const cut = new Set<SymbolicTensor>();
  for (const node of graph.nodes) {
    if (isInputLayer(node.layer)) continue;
    const { layer, parents, outputs } = node;
    if (parents.every((tensor) => reached.has(tensor)) && canCompute(layer)) {
      nodes.push(node);
      for (const tensor of outputs) reached.add(tensor);
      continue;
    }
    requirePlace(layer, parents, reached);
    for (const tensor of parents) if (reached.has(tensor)) cut.add(tensor);
  }
  for (const tensor of graph.outputs) if (reached.has(tensor) && tensor.dtype !== 'string') cut.add(tensor);
  return nodes.length === 0 ? undefined : new HostPart(subject, graph, nodes, [...cut], reached);
}

/** Throws: HOST_LAYER_MISPLACED. */
function requirePlace(
  layer: Layer,
  parents: readonly SymbolicTensor[],
  reached: ReadonlySet<SymbolicTensor>,
): void {
  const inner = innerPart(layer);
  if (needsHost(layer) || inner?.isNeeded === true) {
    const from = parents.find((tensor) => !reached.has(tensor));
    throw hostLayerMisplaced(
      layer.label,
      from === undefined
        ? 'it is a model that computes partly in host memory, as strings need it, and partly not'
        : `it computes in host memory, before what is compiled, and its input "${from.name}" is compiled`,
    );
  }
  const text = parents.find((tensor) => tensor.dtype === 'string');
  if (text !== undefined)
    throw hostLayerMisplaced(
      layer.label,
      `it computes with numbers, and its input "${text.name}" is of strings`,
    );
}

function canCompute(layer: Layer): boolean {
  return computesOnHost(layer) || innerPart(layer)?.isAll === true;
}

function computeOnHost(layer: Layer, inputs: Tree<AnyHostTensor>): Tree<AnyHostTensor> {
  if (computesOnHost(layer)) return layer.computeOnHost(inputs);
  const { graph } = layer as GraphLayer;
  const values = innerPart(layer)!.evaluate(graph.arranged(inputs));
  return graph.outputs.map((tensor) => values.get(tensor)!);
}

type GraphLayer = Layer & { readonly graph: LayerGraph };

/** The part of a model inside. */
function innerPart(layer: Layer): HostPart | undefined {
  return isGraph(layer) ? hostPartOf(layer.label, (layer as GraphLayer).graph) : undefined;
}
