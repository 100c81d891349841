// Times one training step of the tutorial's network (784-500-250-20-10, cross-entropy, Adam) and prints raw figures.
// Run: node packages/backend-onnx/bench/step.mjs [--batch 256] [--steps 100] [--threads N] [--backend onnx|cpu]
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    batch: { type: 'string', default: '256' },
    steps: { type: 'string', default: '100' },
    threads: { type: 'string' },
    backend: { type: 'string', default: 'onnx' },
  },
});
const { HostTensor } = await import('@lamella/program');
const { trainingStep } = await import('@lamella/testing');

const backend =
  values.backend === 'cpu'
    ? (await import('@lamella/backend-cpu')).cpu()
    : (await import('@lamella/backend-onnx')).onnx(
        values.threads === undefined ? {} : { threads: Number(values.threads) },
      );
const batch = Number(values.batch);
const steps = Number(values.steps);
const captureStart = performance.now();
const { captured, state } = trainingStep([784, 500, 250, 20, 10], batch);
const { program } = captured;
const compileStart = performance.now();
const executable = await backend.compile(program);
const compileEnd = performance.now();
console.log(
  `capture ${(compileStart - captureStart).toFixed(1)} ms, ${program.nodes.length} kernels; compile ${(compileEnd - compileStart).toFixed(1)} ms`,
);

const x = backend.allocate([batch, 784], 'float32');
const y = backend.allocate([batch, 10], 'float32');
x.data.forEach((_, i) => (x.data[i] = (i * 0.6180339887498949) % 1));
for (let i = 0; i < batch; i++) y.data[i * 10 + (i % 10)] = 1;
const argumentsLeft = [x, y];
const cells = state.map(({ initial }) => new HostTensor(initial.data.slice(), initial.shape));
const inputs = program.inputs.map((input) =>
  input.kind === 'state' ? cells.shift() : argumentsLeft.shift(),
);
const outputs = program.outputs.map((output) => backend.allocate(program.type(output.id).shape, 'float32'));

async function run(count) {
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    await executable.run(inputs, outputs);
    for (const { input, output } of program.updates)
      [inputs[input], outputs[output]] = [outputs[output], inputs[input]];
  }
  return (performance.now() - start) / count;
}

await run(Math.min(5, steps));
for (let round = 0; round < 4; round++) {
  console.log(
    `batch ${batch}: ${(await run(steps)).toFixed(3)} ms a step, loss ${outputs[0].data[0].toFixed(6)}`,
  );
}
executable.dispose();
