// CommonJS: require() of ES modules, as Node from 20.19 on allows it.
const { dense, input, model } = require('lamella');

const x = input({ shape: [2] });
const net = model({ inputs: x, outputs: dense({ units: 1 }).apply(x) });
net.predict([[1, 2]]).then(({ shape }) => {
  if (String(shape) !== '1,1') throw new Error(`expected shape 1,1, got ${shape}`);
});
