// What the specs of this package share: runs Programs on both paths and compares them with tfjs' current backend.
import {
  capture,
  HostTensor,
  replay,
  type ArgumentSpec,
  type Program,
  type NumberDType,
} from '@lamella/program';
import { compileProgram, type Path } from '../compile-program.js';
import { createArena } from '../memory/arena.js';

/** Where all tensors of these specs lie. */
export const arena = createArena({ bytes: 2 ** 25 });
let used: HostTensor[] = [];
/** Frees what the helpers here took of the arena. */
export function releaseTensors(): void {
  for (const tensor of used) arena.release(tensor);
  used = [];
}

/** Captures. */
export function program(fn: Parameters<typeof capture>[0], ...args: ArgumentSpec[]): Program {
  return capture(fn, args).program;
}

/** An argument of a capture. */
export const float = (name: string, ...shape: number[]): ArgumentSpec => ({ name, shape, dtype: 'float32' });
export const int = (name: string, ...shape: number[]): ArgumentSpec => ({ name, shape, dtype: 'int32' });
export const bool = (name: string, ...shape: number[]): ArgumentSpec => ({ name, shape, dtype: 'bool' });

/** A copy in the arena. */
export function inArena(source: HostTensor): HostTensor {
  const tensor = arena.tensor(source.shape, source.dtype);
  tensor.data.set(source.data);
  used.push(tensor);
  return tensor;
}

/** Tensors for the outputs. */
export function outputsOf(of: Program): HostTensor[] {
  return of.outputs.map(({ id }) => {
    const { shape, dtype } = of.type(id);
    return inArena(HostTensor.zeros(shape, dtype as NumberDType));
  });
}

/** Compiles and runs once. */
export async function run(of: Program, inputs: readonly HostTensor[], path: Path): Promise<HostTensor[]> {
  const fused = await compileProgram(of, { arena, path });
  const outputs = outputsOf(of);
  const bound = fused.bind(inputs.map(inArena), outputs);
  bound.run();
  bound.dispose();
  fused.dispose();
  return outputs;
}

/** Numbers from -2 to 2 in no order, or small integers, or truth values. */
export function numbers(of: Program, seed = 1): HostTensor[] {
  let state = seed;
  const next = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  return of.inputs.map(({ id, storage }) => {
    const { shape, dtype } = of.type(id);
    const tensor = HostTensor.zeros(shape, storage ?? (dtype as NumberDType));
    tensor.data.forEach((_, i) => {
      const x = next();
      tensor.data[i] =
        dtype === 'float32' ? x * 4 - 2 : dtype === 'int32' ? Math.floor(x * 9) - 2 : x < 0.5 ? 1 : 0;
    });
    return tensor;
  });
}

/** Both paths give the same bits, and what backend-cpu gives to 1e-5. */
export async function expectLikeCpu(of: Program, inputs = numbers(of), tolerance = 1e-5): Promise<void> {
  const given = inputs.map((input) => input.tensor());
  const results = replay(of, given);
  const expected = results.map((tensor) => [...tensor.dataSync()]);
  for (const tensor of [...given, ...results]) tensor.dispose();
  const simd = await run(of, inputs, 'simd');
  const plain = await run(of, inputs, 'plain');
  simd.forEach(({ data }, output) => {
    const at = data.findIndex((value, i) => !Object.is(value, plain[output]!.data[i]));
    if (at >= 0)
      throw new Error(`output ${output} [${at}]: ${data[at]} on simd, ${plain[output]!.data[at]} on plain`);
    data.forEach((value, i) => {
      const wanted = expected[output]![i]!;
      const isNear =
        Object.is(value, wanted) ||
        Math.abs(value - wanted) <= tolerance + tolerance * Math.abs(wanted) ||
        value === wanted;
      if (!isNear && !(Number.isNaN(value) && Number.isNaN(wanted)))
        throw new Error(`output ${output} [${i}]: expected ${wanted}, got ${value}\n${of.toString()}`);
    });
  });
}
