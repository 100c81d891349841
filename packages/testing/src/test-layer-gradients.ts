// A layer's gradients compared with finite differences of its outputs, by each element of its inputs and weights.
import type { Backend, Layer } from '@lamella/core';
import { type HostTensor, formatShape } from '@lamella/program';
import { floats } from './kernel-case.js';
import { callLayer, LayerProgram, tensorsOf, type LayerCall } from './test-layer-program.js';

/**
 * Half the distance of two points whose outputs are compared: where float32 rounds and bends least first, and nearer where
 * kinks lie on both sides within it.
 */
const steps = [1e-2, 1e-3, 1e-4];

/** At most this many elements of one tensor are tried, evenly spread. */
const most = 48;

/**
 * Throws unless each gradient is a difference of the outputs, weighed by fixed numbers. At a kink either side will do.
 */
export async function checkGradients(
  layer: Layer,
  call: LayerCall,
  backend: Backend,
  tolerance: number,
): Promise<void> {
  const plain = await LayerProgram.create(layer, call, backend);
  try {
    const given = tensorsOf(call);
    const { outputs } = await plain.run(given, call.masks);
    if (outputs.some((output) => output.dtype !== 'float32')) return;
    const cotangents = outputs.map((output) => floats(output.shape, -1, 1.5));
    const found = await callLayer(layer, { ...call, cotangents }, backend);
    const weighed = async (inputs: readonly HostTensor[]): Promise<number> =>
      weighedSum((await plain.run(inputs, call.masks)).outputs, cotangents);

    for (const [i, input] of given.entries()) {
      if (input.dtype !== 'float32') continue;
      const others = given.map((tensor) => tensor.clone());
      await compareGradient(`input ${i}`, input, found.inputGradients[i] ?? null, tolerance, (moved) => {
        others[i] = moved;
        return weighed(others);
      });
    }
    for (const [i, weight] of layer.weights.entries()) {
      if (!layer.trainableWeights.includes(weight)) continue;
      const original = (await weight.values()).clone();
      try {
        await compareGradient(weight.name, original, found.weightGradients[i] ?? null, tolerance, (moved) => {
          weight.set(moved);
          return weighed(given);
        });
      } finally {
        weight.set(original);
      }
    }
  } finally {
    plain.dispose();
  }
}

function weighedSum(outputs: readonly HostTensor[], weights: readonly HostTensor[]): number {
  let sum = 0;
  outputs.forEach((output, k) => output.data.forEach((value, i) => (sum += value * weights[k]!.data[i]!)));
  return sum;
}

/** Throws unless `gradient` is what differences of `evaluate` around `at` have; null is all zeros. */
export async function compareGradient(
  what: string,
  at: HostTensor,
  gradient: HostTensor | null,
  tolerance: number,
  evaluate: (moved: HostTensor) => Promise<number>,
): Promise<void> {
  const size = at.data.length;
  const here = await evaluate(at);
  const moved = at.clone();
  for (let n = 0; n < Math.min(size, most); n++) {
    const i = Math.floor((n * size) / Math.min(size, most));
    const value = at.data[i]!;
    const probe = async (offset: number): Promise<{ readonly x: number; readonly y: number }> => {
      moved.data[i] = value + offset;
      return { x: moved.data[i]!, y: await evaluate(moved) };
    };
    const got = gradient?.data[i] ?? 0;
    const slopes: number[] = [];
    const agrees = (): boolean =>
      slopes.some((slope) => Math.abs(slope - got) <= tolerance * (1 + Math.abs(slope)));
    for (const step of steps) {
      if (agrees()) break;
      const [above, below] = [await probe(step), await probe(-step)];
      slopes.push(
        (above.y - below.y) / (above.x - below.x),
        (above.y - here) / (above.x - value),
        (here - below.y) / (value - below.x),
      );
    }
    moved.data[i] = value;
    if (agrees()) continue;
    throw new Error(
      `gradient of ${what}, element ${i} of ${formatShape(at.shape)}: expected ${slopes[0]!} as finite differences have it, got ${got}`,
    );
  }
}
