// A picture of a model as pixels, or the code of the error where nothing draws them.
import { existsSync, readFileSync } from 'node:fs';
import { plotModel } from '@lamella/vis';
import { dense, input, model } from 'lamella';

const x = input({ shape: [3], name: 'pixels' });
const net = model({ inputs: x, outputs: dense({ units: 1, name: 'classifier' }).apply(x) });
const failure = await plotModel(net, 'net.png', { showLayerNames: true }).then(
  () => undefined,
  (error) => error,
);
if (failure !== undefined) console.log(failure.code, existsSync('net.png'));
else {
  // The first chunk of a PNG has its size.
  const bytes = readFileSync('net.png');
  console.log(`${bytes.readUInt32BE(16)} by ${bytes.readUInt32BE(20)} pixels`);
}
