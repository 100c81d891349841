// Measures what this package is for: Adam over the tutorial's weights, normal numbers, and a whole step of a tiny network.
// Run: npx tsc -b packages/fused && node packages/fused/bench/bench.mjs. Prints one JSON line a case; a copy of as much
// memory is measured beside each, since figures of a shared machine mean little alone.
import * as tf from '@tensorflow/tfjs-core';
import { capture, fillRandom, gradients, Program, simplify } from '@lamella/program';
import { compileProgram, createArena, randomFill } from '@lamella/fused';

const arena = createArena();

/** Milliseconds a call: the best and the median of many short rounds, the best being what a busy machine disturbs least. */
function time(calls, body, rounds = 41) {
  const figures = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) body();
    figures.push((performance.now() - start) / calls);
  }
  figures.sort((a, b) => a - b);
  return { ms: Number(figures[0].toFixed(5)), medianMs: Number(figures[rounds >> 1].toFixed(5)) };
}

function report(figures) {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

/** Adam as Keras has it: what @lamella/training captures. */
function adam(weights, slots, grads, iterations, rate) {
  const step = tf.add(tf.cast(iterations, 'float32'), 1);
  const correction = tf.div(tf.sqrt(tf.sub(1, tf.pow(0.999, step))), tf.sub(1, tf.pow(0.9, step)));
  const alpha = tf.mul(rate, correction);
  const updated = weights.flatMap((weight, i) => {
    const [m0, v0] = slots.slice(2 * i, 2 * i + 2);
    const m = tf.add(m0, tf.mul(tf.sub(grads[i], m0), 0.1));
    const v = tf.add(v0, tf.mul(tf.sub(tf.square(grads[i]), v0), 0.001));
    return [tf.sub(weight, tf.div(tf.mul(m, alpha), tf.add(tf.sqrt(v), 1e-7))), m, v];
  });
  return [...updated, tf.add(iterations, tf.scalar(1, 'int32'))];
}

/** Declares output i the new value of input i, for the first inputs. */
function updating(program, count) {
  const updates = Array.from({ length: count }, (_, i) => ({ output: i, input: i }));
  return simplify(new Program({ ...program, updates }));
}

const float = (name, shape) => ({ name, shape, dtype: 'float32' });
const stateOf = (shapes) =>
  shapes.flatMap((shape, i) => ['w', 'm', 'v'].map((name) => float(`${name}${i}`, shape)));
const scalars = [{ name: 'iterations', shape: [], dtype: 'int32' }, float('rate', [])];

/** Tensors for the inputs, small numbers in them, and the outputs in place as far as it goes. */
function bind(fused) {
  const { program } = fused;
  const tensors = (list) =>
    list.map(({ id }) => arena.tensor(program.type(id).shape, program.type(id).dtype));
  const inputs = tensors(program.inputs);
  for (const { data } of inputs)
    data.forEach((_, i) => (data[i] = data.length === 1 ? 0.001 : Math.sin(i) / 100));
  const outputs = tensors(program.outputs);
  let shared = 0;
  for (const { output, input } of program.updates) {
    if (!fused.mayReplace(output, input)) continue;
    outputs[output] = inputs[input];
    shared++;
  }
  return { bound: fused.bind(inputs, outputs), shared };
}

async function measure(name, program, path, calls, warmUp) {
  const start = performance.now();
  const fused = await compileProgram(program, { arena, path });
  const compileMs = Number((performance.now() - start).toFixed(2));
  const { bound, shared } = bind(fused);
  for (let i = 0; i < warmUp; i++) bound.run();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const figures = time(calls, () => bound.run());
  report({
    case: name,
    path,
    ...figures,
    compileMs,
    loops: fused.loops,
    shared,
    updates: program.updates.length,
  });
}

async function adamCase() {
  const sizes = [784, 500, 250, 20, 10];
  const shapes = sizes.slice(1).flatMap((units, i) => [[sizes[i], units], [units]]);
  const state = stateOf(shapes);
  const args = [...state, ...scalars, ...shapes.map((shape, i) => float(`g${i}`, shape))];
  const { program } = capture((...all) => {
    const count = state.length;
    const weights = shapes.map((_, i) => all[3 * i]);
    const slots = shapes.flatMap((_, i) => [all[3 * i + 1], all[3 * i + 2]]);
    return adam(weights, slots, all.slice(count + 2), all[count], all[count + 1]);
  }, args);
  const parameters = shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b), 0);
  const updates = updating(program, state.length + 1);
  await measure(`adam ${parameters}`, updates, 'simd', 4, 100);
  await measure(`adam ${parameters}`, updates, 'plain', 1, 3);
  // Adam reads four arrays and writes three; a copy reads one and writes one.
  const [from, to] = [arena.tensor([parameters * 3.5]), arena.tensor([parameters * 3.5])];
  report({ case: 'copy of as many bytes', ...time(4, () => to.data.set(from.data)) });
}

async function randomCase() {
  const count = 1_000_000;
  const fill = await randomFill({ arena });
  const target = arena.tensor([count]).data;
  for (const distribution of ['bits', 'uniform', 'normal', 'truncatedNormal']) {
    const into = distribution === 'bits' ? arena.tensor([count], 'int32').data : target;
    const spec = { distribution, stream: 'bench' };
    for (let i = 0; i < 5; i++) fill(spec, { seed: 1, step: i }, into);
    await new Promise((resolve) => setTimeout(resolve, 50));
    report({ case: `${distribution} ${count}`, ...time(1, () => fill(spec, { seed: 1, step: 7 }, into)) });
    const plain = time(1, () => fillRandom(spec, { seed: 1, step: 7 }, into));
    report({ case: `${distribution} ${count}, @lamella/program`, ...plain });
  }
}

/** 4-16-1 with ReLU, mean squared error, batch 1, Adam. */
async function tinyCase(batch) {
  const shapes = [[4, 16], [16], [16, 1], [1]];
  const state = stateOf(shapes);
  const args = [...state, ...scalars, float('x', [batch, 4]), float('y', [batch, 1])];
  const { program } = capture((...all) => {
    const count = state.length;
    const weights = shapes.map((_, i) => all[3 * i]);
    const slots = shapes.flatMap((_, i) => [all[3 * i + 1], all[3 * i + 2]]);
    const [iterations, rate, x, y] = all.slice(count);
    const hidden = tf.relu(tf.add(tf.matMul(x, weights[0]), weights[1]));
    const output = tf.add(tf.matMul(hidden, weights[2]), weights[3]);
    const loss = tf.mean(tf.mean(tf.squaredDifference(output, y), -1));
    return [...adam(weights, slots, gradients(loss, weights), iterations, rate), loss];
  }, args);
  const step = updating(program, state.length + 1);
  await measure(`tiny step, batch ${batch}`, step, 'simd', 200, 5000);
  await measure(`tiny step, batch ${batch}`, step, 'plain', 5, 200);
}

const cases = { adam: adamCase, random: randomCase, tiny: () => tinyCase(1), tiny32: () => tinyCase(32) };
const selected = process.argv.slice(2);
for (const [name, run] of Object.entries(cases))
  if (selected.length === 0 || selected.includes(name)) await run();
