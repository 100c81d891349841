// The graph of a function whose batch is left open (OpenProgram), and the sessions that its Programs for many batch sizes share.
// Not here: how one graph comes to hold for all sizes (symbolic/).
import { HostTensor, type OpenProgram, type Program } from '@lamella/program';
import type { FrozenInputs } from './frozen-inputs.js';
import { GraphPart, sessionOutputs } from './graph-part.js';
import type { LoweredModel, LoweredProgram, LoweredValue } from './lower-program.js';
import type { Lowerings } from './lowering/index.js';
import { encodeModel, type OnnxTensor } from './model/onnx-model.js';
import type { Part } from './partition.js';
import type { Session } from './runtime/runtime.js';
import { SharedSession } from './runtime/shared-session.js';
import { batchOf } from './data-parallel/split-batch.js';
import { openModel, type OpenModel } from './symbolic/lower-symbolic.js';

/** The first sizes have graphs of their own: most functions have two, and an open graph takes as long to make as some of those. */
const mostOwn = 2;

/** Makes a session of a graph for `program`, by so many threads. */
export type CreateSession = (program: Program, lowered: LoweredProgram, threads: number) => Promise<Session>;

/** A shared session, and for whom. */
interface Sharing {
  readonly threads: number;
  /** Copies of the inputs that are built in. */
  readonly frozen: FrozenInputs;
  readonly session: SharedSession;
}

/** See the head of this file. */
export class OpenGraph {
  /** The sizes that have graphs of their own because they came first. */
  private readonly own = new Set<number>();
  /** Undefined before it is needed, null where there is none. */
  private model: OpenModel | undefined | null;
  private readonly holding = new WeakMap<Program, boolean>();
  private sharings: Sharing[] = [];

  constructor(
    private readonly open: OpenProgram,
    private readonly lowerings?: Lowerings,
  ) {}

  /**
   * `program`, one of the function's, by the open graph; undefined where it has to have a graph of its own. `part` is all of it,
   * without the inputs that are frozen.
   */
  formOf(program: Program, part: Part, frozen: FrozenInputs): OpenForm | undefined {
    const batch = batchOf(program);
    if (batch === 0 || this.own.has(batch)) return undefined;
    if (this.own.size < mostOwn) this.own.add(batch);
    else if (this.holdsFor(program)) return new OpenForm(this, this.model!.lowered, part, frozen);
    return undefined;
  }

  /** Whether the open graph computes the same for so many rows as the function. */
  holdsAt(batch: number): boolean {
    return this.holdsFor(this.open.at(batch));
  }

  /** A session with `frozen` built in, shared with those that want the same one. */
  share(threads: number, frozen: FrozenInputs, create: () => Promise<Session>): SharedSession {
    this.sharings = this.sharings.filter(({ session }) => !session.isOver);
    const found = this.sharings.find(
      (other) => other.threads === threads && sameValues(other.frozen, frozen),
    );
    if (found !== undefined) return found.session;
    const session = new SharedSession(create());
    this.sharings.push({ threads, frozen: copyOf(frozen), session });
    return session;
  }

  /** Where ONNX Runtime refuses it. */
  giveUp(): void {
    this.model = null;
  }

  private holdsFor(program: Program): boolean {
    if (this.model === undefined) this.model = this.makeModel() ?? null;
    if (this.model === null) return false;
    const known = this.holding.get(program) ?? this.model.agrees(program, [batchOf(program)]);
    this.holding.set(program, known);
    return known;
  }

  /** Undefined where the function has no such graph, be it that it throws for other sizes: then those it has go their own way. */
  private makeModel(): OpenModel | undefined {
    try {
      return openModel(([batch]) => this.open.at(batch!), { lowerings: this.lowerings });
    } catch {
      return undefined;
    }
  }
}

/** How one executable runs by an {@link OpenGraph}. */
export class OpenForm {
  private readonly inputs: readonly LoweredValue[];
  /** Those of `frozen` that are no inputs of the part. */
  private readonly frozen: FrozenInputs;

  constructor(
    private readonly graph: OpenGraph,
    private readonly lowered: LoweredModel,
    private readonly part: Part,
    frozen: FrozenInputs,
  ) {
    const places = new Map(part.inputs.map((index, place) => [index, place]));
    this.inputs = lowered.inputs.flatMap(({ index, name }) =>
      places.has(index) ? [{ index: places.get(index)!, name }] : [],
    );
    this.frozen = new Map([...frozen].filter(([index]) => !places.has(index)));
  }

  /** The part, or `program`, a share of it by rows; undefined where there is no session for that. */
  async graphPart(program: Program, threads: number, create: CreateSession): Promise<GraphPart | undefined> {
    const { graph, inputs, frozen } = this;
    const { outputs } = this.lowered;
    if (program !== this.part.program && !graph.holdsAt(batchOf(program))) return undefined;
    const shared = graph.share(threads, frozen, () => create(program, this.encoded(), threads));
    try {
      const session = await shared.lease(sessionOutputs(program, this.lowered));
      return new GraphPart(program, { inputs, outputs }, session);
    } catch {
      graph.giveUp();
      return undefined;
    }
  }

  private encoded(): LoweredProgram {
    const { inputs, frozen } = this;
    const { model, outputs, inputs: all } = this.lowered;
    const initializers = all.flatMap(({ index, name }): OnnxTensor[] => {
      const tensor = frozen.get(index);
      return tensor === undefined
        ? []
        : [{ name, type: tensor.dtype, shape: tensor.shape, bytes: bytesOf(tensor) }];
    });
    const built = new Set(initializers.map(({ name }) => name));
    const bytes = encodeModel({
      ...model,
      inputs: model.inputs.filter(({ name }) => !built.has(name)),
      initializers: [...model.initializers, ...initializers],
    });
    return { bytes, operators: model.nodes.map(({ type }) => type), inputs, outputs };
  }
}

const bytesOf = ({ data }: HostTensor): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const copyOf = (frozen: FrozenInputs): FrozenInputs =>
  new Map(
    [...frozen].map(([index, { data, shape, dtype }]) => [index, new HostTensor(data.slice(), shape, dtype)]),
  );

function sameValues(a: FrozenInputs, b: FrozenInputs): boolean {
  return a.size === b.size && [...a].every(([index, tensor]) => sameBytes(tensor, b.get(index)));
}

function sameBytes(a: HostTensor, b: HostTensor | undefined): boolean {
  if (b === undefined || a.data.byteLength !== b.data.byteLength) return false;
  const [left, right] = [bytesOf(a), bytesOf(b)];
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}
