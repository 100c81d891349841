// Where a loop's batches come from: rows of arrays in memory, a Dataset of examples, or a stream of batches.
// A source is told the order of an epoch; it knows nothing of models.
import type { BatchStream, Dataset, Example, ExampleValue } from '@lamella/core';
import { allocateArray, HostTensor, isHostTensor, lamellaError, sizeOf } from '@lamella/program';

/** One batch as a training step takes it: tensors in the order of the model's inputs and outputs. */
export interface Batch {
  readonly x: readonly HostTensor[];
  readonly y: readonly HostTensor[];
  /** For each output, or empty. Shapes: [batch]. */
  readonly weights: readonly HostTensor[];
  readonly size: number;
}

/** Batches, epoch by epoch. The tensors of a batch are valid until the next one is asked for. */
export interface BatchSource {
  /** The steps of an epoch, where known. */
  readonly steps: number | undefined;
  /** The examples of an epoch, where known. */
  readonly examples: number | undefined;
  /** One epoch. `order` permutes the examples, where the source has random access. */
  batches(order?: Int32Array): AsyncIterable<Batch>;
}

/** Rows of tensors in memory. */
export function tensorSource(
  x: readonly HostTensor[],
  y: readonly HostTensor[],
  weights: readonly HostTensor[],
  batchSize: number,
): BatchSource {
  const examples = x[0]?.shape[0] ?? 0;
  const rows = [...x, ...y, ...weights].map((tensor) => new RowGatherer(tensor));
  return {
    examples,
    steps: Math.ceil(examples / batchSize),

    async *batches(order) {
      for (let start = 0; start < examples; start += batchSize) {
        const size = Math.min(batchSize, examples - start);
        const gathered = rows.map((row) => row.gather(start, size, order));
        yield {
          x: gathered.slice(0, x.length),
          y: gathered.slice(x.length, x.length + y.length),
          weights: gathered.slice(x.length + y.length),
          size,
        };
      }
    },
  };
}

/** Copies chosen rows of a tensor side by side; without an order, gives a view of them and copies nothing. */
class RowGatherer {
  private readonly rowSize: number;
  private readonly buffers = new Map<number, HostTensor>();

  constructor(private readonly tensor: HostTensor) {
    this.rowSize = sizeOf(tensor.shape.slice(1));
  }

  gather(start: number, size: number, order: Int32Array | undefined): HostTensor {
    const { data, dtype, shape } = this.tensor;
    const { rowSize } = this;
    if (order === undefined)
      return new HostTensor(
        data.subarray(start * rowSize, (start + size) * rowSize),
        [size, ...shape.slice(1)],
        dtype,
      );
    const target = this.buffer(size);
    if (rowSize === 1) {
      for (let i = 0; i < size; i++) target.data[i] = data[order[start + i]!]!;
    } else {
      for (let i = 0; i < size; i++) {
        const row = order[start + i]! * rowSize;
        target.data.set(data.subarray(row, row + rowSize), i * rowSize);
      }
    }
    return target;
  }

  private buffer(size: number): HostTensor {
    const known = this.buffers.get(size);
    if (known !== undefined) return known;
    const shape = [size, ...this.tensor.shape.slice(1)];
    const made = new HostTensor(allocateArray(this.tensor.dtype, sizeOf(shape)), shape, this.tensor.dtype);
    this.buffers.set(size, made);
    return made;
  }
}

/** How the values of an example become the lists that a model takes. */
export interface ExampleLayout {
  readonly subject: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Examples fetched one by one and stacked. */
export function datasetSource(dataset: Dataset, layout: ExampleLayout, batchSize: number): BatchSource {
  return {
    examples: dataset.length,
    steps: Math.ceil(dataset.length / batchSize),
    async *batches(order) {
      for (let start = 0; start < dataset.length; start += batchSize) {
        const size = Math.min(batchSize, dataset.length - start);
        const indices = Array.from({ length: size }, (_, i) => order?.[start + i] ?? start + i);
        const examples = await Promise.all(indices.map((index) => dataset.get(index)));
        yield stack(
          examples.map((example) => spread(example, layout)),
          layout.subject,
        );
      }
    },
  };
}

/** Batches as they come. A stream that can be iterated again serves every epoch. */
export function streamSource(stream: BatchStream, layout: ExampleLayout): BatchSource {
  return {
    examples: undefined,
    steps: undefined,
    async *batches() {
      for await (const example of stream as AsyncIterable<Example>) {
        const { x, y, weights } = spread(example, layout);
        yield { x, y, weights, size: x[0]?.shape[0] ?? 0 };
      }
    },
  };
}

type Spread = Omit<Batch, 'size'>;

function spread(example: Example, layout: ExampleLayout): Spread {
  if (typeof example !== 'object' || example === null || example.x === undefined) {
    throw lamellaError('DATA_INVALID', {
      subject: layout.subject,
      problem: 'expected examples of the form { x, y }',
      fix: 'map the dataset to { x, y } with host tensors',
    });
  }
  return {
    x: listOf(example.x, layout.inputs, layout.subject, 'input'),
    y: example.y === undefined ? [] : listOf(example.y, layout.outputs, layout.subject, 'output'),
    weights:
      example.sampleWeight === undefined
        ? []
        : listOf(example.sampleWeight, layout.outputs, layout.subject, 'output'),
  };
}

function listOf(
  value: ExampleValue,
  names: readonly string[],
  subject: string,
  what: string,
): readonly HostTensor[] {
  const list = isHostTensor(value)
    ? [value]
    : Array.isArray(value)
      ? (value as readonly HostTensor[])
      : names.map((name) => (value as Readonly<Record<string, HostTensor>>)[name]!);
  if (list.length !== names.length || list.some((tensor) => !isHostTensor(tensor))) {
    throw lamellaError('DATA_INVALID', {
      subject,
      problem: `expected a host tensor for each ${what} (${names.map((name) => `"${name}"`).join(', ')}), got ${list.filter(isHostTensor).length}`,
    });
  }
  return list;
}

function stack(examples: readonly Spread[], subject: string): Batch {
  const join = (pick: (example: Spread) => readonly HostTensor[]): HostTensor[] =>
    pick(examples[0]!).map((first, k) => {
      const shape = [examples.length, ...first.shape];
      const joined = new HostTensor(allocateArray(first.dtype, sizeOf(shape)), shape, first.dtype);
      examples.forEach((example, i) => {
        const part = pick(example)[k];
        if (part?.size !== first.size)
          throw lamellaError('DATA_INVALID', {
            subject,
            problem: 'examples of one batch differ in shape',
            fix: 'pad or resize them in map()',
          });
        joined.data.set(part.data, i * first.size);
      });
      return joined;
    });
  return { x: join((e) => e.x), y: join((e) => e.y), weights: join((e) => e.weights), size: examples.length };
}
