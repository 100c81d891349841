// In a page: trains, saves into memory and loads.
import { cpu, dense, encodeModel, input, loadModel, model } from 'lamella';

async function run() {
  const x = input({ shape: [2] });
  const net = model({ inputs: x, outputs: dense({ units: 1 }).apply(x), backend: cpu() });
  net.compile({ optimizer: 'adam', loss: 'mse' });
  await net.fit([[0, 1]], [[1]], { epochs: 2, verbose: 0 });
  const again = await loadModel(await encodeModel(net, 'net.keras'));
  const [before, after] = [await net.predict([[1, 2]]), await again.predict([[1, 2]])];
  return { before: Array.from(before.data), after: Array.from(after.data) };
}

const said = await run().catch((error) => ({ error: String(error?.stack ?? error) }));
await fetch('result', { method: 'POST', body: JSON.stringify(said) });
