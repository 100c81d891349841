// Lowerings of kernels as plugins bring them: how a backend is to compute a kernel that it lacks. What one lowering is, the
// package of the backend says; it makes these values with kernelLowerings().
import type { KernelName } from '@lamella/program';

const brand = Symbol.for('lamella.kernelLowerings');

/** Lowerings of kernels for one backend: what `onnxLowerings` of `@lamella/backend-onnx` gives, for the `lowerings` of a plugin. */
export interface KernelLowerings<Lowering = unknown> {
  /** The name of the backend. */
  readonly backend: string;
  readonly kernels: Readonly<Partial<Record<KernelName, Lowering>>>;
}

/** What plugins bring, all of it for one backend together, by the name of the backend. */
export type LoweringTable = ReadonlyMap<string, KernelLowerings>;

/** Lowerings for a backend; for its package, which checks and types them. */
export function kernelLowerings<Lowering>(
  backend: string,
  kernels: KernelLowerings<Lowering>['kernels'],
): KernelLowerings<Lowering> {
  return Object.freeze({ backend, kernels: Object.freeze({ ...kernels }), [brand]: true });
}

/** Whether {@link kernelLowerings} made it, of this copy of the package or of another. */
export function isKernelLowerings(value: unknown): value is KernelLowerings {
  return typeof value === 'object' && value !== null && brand in value;
}

/** Puts together what is for one backend. `refuse` is told of a kernel that has two lowerings, and throws. */
export function joinLowerings(
  all: Iterable<{ readonly plugin: string; readonly lowerings: KernelLowerings }>,
  refuse: (plugin: string, problem: string) => never,
): LoweringTable {
  const table = new Map<string, KernelLowerings>();
  for (const { plugin, lowerings } of all) {
    const { backend } = lowerings;
    const known: Readonly<Record<string, unknown>> = table.get(backend)?.kernels ?? {};
    for (const [kernel, lowering] of Object.entries(lowerings.kernels))
      if (Object.hasOwn(known, kernel) && known[kernel] !== lowering)
        refuse(plugin, `lowerings: ${kernel} has another lowering for backend "${backend}" already`);
    table.set(backend, kernelLowerings(backend, { ...known, ...lowerings.kernels }));
  }
  return table;
}
