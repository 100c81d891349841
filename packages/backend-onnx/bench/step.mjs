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

const [x, y] = [HostTensor.zeros([batch, 784]), HostTensor.zeros([batch, 10])];
x.data.forEach((_, i) => (x.data[i] = (i * 0.6180339887498949) % 1));
for (let i = 0; i < batch; i++) y.data[i * 10 + (i % 10)] = 1;
const inputs = [x, y, ...state.map(({ initial }) => initial)].map((tensor) => {
  const buffer = backend.buffer(tensor);
  buffer.write(tensor);
  return buffer;
});
const loss = backend.buffer({ shape: [], dtype: 'float32' });

async function run(count) {
  const start = performance.now();
  for (let step = 0; step < count; step++) await executable.run(inputs, [loss], { seed: 0, step });
  return (performance.now() - start) / count;
}

await run(Math.min(5, steps));
for (let round = 0; round < 4; round++) {
  console.log(
    `batch ${batch}: ${(await run(steps)).toFixed(3)} ms a step, loss ${(await loss.read()).data[0].toFixed(6)}`,
  );
}
executable.dispose();
