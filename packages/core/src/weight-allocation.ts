// Where the first values of new weights come from. A reader of files replaces it while it builds a model: it counts what
// a config asks for before memory is taken, and draws no numbers that the file is about to replace.
import { sharedState, type HostTensor, type NumberDType, type Shape } from '@lamella/program';

/** What a weight's first values are asked for. */
export interface WeightRequest {
  /** The weight's path, e.g. `dense_1/kernel`. */
  readonly path: string;
  readonly shape: Shape;
  readonly dtype: NumberDType;
}

/** Gives the first values of a weight, perhaps those that `initialize` draws; throws to refuse it. */
export type WeightAllocator = (request: WeightRequest, initialize: () => HostTensor) => HostTensor;

const inForce = sharedState('weight allocator', () => ({
  current: undefined as WeightAllocator | undefined,
}));

/** Runs `use`, synchronous code, with `allocator` in place of the layers' initializers. */
export function withWeightAllocator<T>(allocator: WeightAllocator, use: () => T): T {
  const cell = inForce();
  const outer = cell.current;
  cell.current = allocator;
  try {
    return use();
  } finally {
    cell.current = outer;
  }
}

/** The first values of a weight: the allocator's in force, else those that `initialize` draws. */
export function allocateWeight(request: WeightRequest, initialize: () => HostTensor): HostTensor {
  return inForce().current?.(request, initialize) ?? initialize();
}
