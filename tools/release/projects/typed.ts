import { compose, dense, input, model, sequential, type HostTensor } from 'lamella';
import { cpu } from '@lamella/backend-cpu';
import { layers } from '@lamella/layers';

const x = input({ shape: [2], name: 'x' });
const net = model({ inputs: x, outputs: dense({ units: 1 }).apply(x) });
net.compile({ optimizer: 'adam', loss: 'mse' });
const { history } = await net.fit([[1, 2]], [[1]], { verbose: 0 });
const losses: number[] | undefined = history['loss'];
const result: HostTensor = await net.predict([[1, 2]]);
const other = compose({ backend: cpu(), plugins: [layers] });
// @ts-expect-error units is a number
dense({ units: 'one' });
console.log(losses, result.shape, sequential, other);
