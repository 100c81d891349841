// An application: trains, saves and loads a model, with the layer of a plugin where one is named.
import { dense, input, use } from 'lamella';

const [pluginName] = process.argv.slice(2);
const plugin = pluginName === undefined ? undefined : await import(pluginName);
const app = use(...(plugin === undefined ? [] : [plugin.myLayerPlugin]));
const x = input({ shape: [2] });
const hidden = plugin === undefined ? x : plugin.myLayer({ steepness: 2 }).apply(x);
const net = app.model({ inputs: x, outputs: dense({ units: 1 }).apply(hidden) });
net.compile({ optimizer: 'adam', loss: 'mse' });
const rows = [
  [0, 1],
  [1, 1],
];
const { history } = await net.fit(rows, [[1], [2]], { epochs: 3, verbose: 0 });
for (const file of ['net.keras', 'net.h5']) {
  await app.saveModel(net, file);
  const again = await app.loadModel(file);
  const [before, after] = await Promise.all([net, again].map(async (one) => (await one.predict(rows)).data));
  if (String(before) !== String(after)) throw new Error(`${file}: ${before} became ${after}`);
}
if (history['loss']?.length !== 3) throw new Error(`expected three losses, got ${history['loss']}`);
console.log(`trained, saved and loaded on ${net.backend?.name ?? 'its backend'}`);
