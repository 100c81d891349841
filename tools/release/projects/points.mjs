// What plugins and their mistakes meet, one line of JSON each: { ok, what, note }.
import * as tf from '@tensorflow/tfjs-core';
import { compose, dense, input, lambdas, Layer, layers, SGD, use } from 'lamella';

/** @type {unknown} */
let given;
/** A class of a third party whose config has every key that Keras' classes know otherwise. */
const config = {
  grid_size: 3,
  FFTSize: 8,
  beta_1: 0.5,
  inputAxes: [1],
  jitCompile: true,
  sparse: true,
  ragged: false,
  optional: 1,
  decay: 0.1,
  fn: 'sweep',
};
class Odd extends Layer {
  static className = 'acme>Odd';
  constructor(options = {}) {
    super(options);
    given = options;
    this.extra = options.extra;
  }
  call(x) {
    return tf.add(x, 1);
  }
  getConfig() {
    return { ...super.getConfig(), ...config, ...(this.extra !== undefined && { extra: this.extra }) };
  }
}
class Steady extends SGD {
  static className = 'acme>Steady';
}
class Liar extends Layer {
  static className = 'acme>Liar';
  call(x) {
    return x;
  }
  computeOutputs({ dtype }) {
    return { shape: [null, 7], dtype };
  }
}
const plugin = { name: 'acme', classes: { layers: [Odd, Liar], optimizers: [Steady] } };
const app = use(plugin);

/** @param {InstanceType<typeof Layer>} layer */
function modelWith(layer, optimizer = 'sgd') {
  const x = input({ shape: [2] });
  const net = app.model({ inputs: x, outputs: dense({ units: 1 }).apply(layer.apply(x)) });
  net.compile({ optimizer, loss: 'mse' });
  return net;
}

/** The first line of what fails. @param {() => unknown} run */
async function failure(run) {
  try {
    await run();
  } catch (error) {
    return String(error.message).split('\n')[0];
  }
  throw new Error('nothing fails');
}

/** @type {Record<string, () => Promise<string | void>>} */
const points = {
  '3. configs of other packages keep every key, in .keras and .h5': async () => {
    for (const file of ['odd.keras', 'odd.h5']) {
      await app.saveModel(modelWith(new Odd()), file);
      await app.loadModel(file);
      const lost = Object.keys(config).filter((key) => String(given[key]) !== String(config[key]));
      if (lost.length > 0)
        throw new Error(`${file}: ${lost.join(', ')} came back as ${JSON.stringify(given)}`);
    }
    return failure(() => app.saveModel(modelWith(new Odd({ extra: new Map([[1, 2]]) })), 'map.keras'));
  },
  '4. optimizers of other packages come back out of .h5': async () => {
    await app.saveModel(modelWith(new Odd(), new Steady({ learningRate: 0.5 })), 'steady.h5');
    const { optimizer } = await app.loadModel('steady.h5');
    if (!(optimizer instanceof Steady)) throw new Error(`it came back as ${optimizer?.constructor.name}`);
  },
  '5. a missing plugin is named, and its classes are data': async () => {
    const lamella = use();
    const { missing } = await lamella.inspectFile('steady.h5');
    const known = missing.classes.map((one) => `${one.kind} ${one.className} of ${one.package}`);
    if (!known.includes('layers acme>Odd of acme')) throw new Error(`missing: ${JSON.stringify(missing)}`);
    return `${known.join(', ')}; ${await failure(() => lamella.loadModel('odd.keras'))}`;
  },
  '7. mistakes are refused where they are made': async () => {
    const mistakes = {
      'an uncalled function': [layers, lambdas],
      'an unknown part': [{ name: 'a', clases: {} }],
      'a class without a name': [{ name: 'a', classes: { layers: [class extends Layer {}] } }],
      'a wrong family': [{ name: 'a', classes: { optimizers: [Odd] } }],
      'a format that does nothing': [{ name: 'a', formats: [{}] }],
      'one name twice': [{ name: 'a' }, { name: 'a', classes: { layers: [Odd] } }],
      'another plugin API': [{ name: 'a', pluginApi: 99 }],
    };
    for (const [what, plugins] of Object.entries(mistakes)) {
      const message = await failure(() => compose({ plugins }));
      if (!message.startsWith('[PLUGIN_INVALID]')) throw new Error(`${what}: ${message}`);
    }
    return `${Object.keys(mistakes).length} of them`;
  },
  '8. faults are laid at the right door': async () => {
    const lie = await failure(() => modelWith(new Liar({ name: 'liar' })).predict([[1, 2]]));
    if (!lie.includes('"liar"')) throw new Error(lie);
    const notices = [];
    const { warn } = console;
    console.warn = (line) => notices.push(line);
    modelWith(new Odd()).compile({ optimizer: 'sgd', loss: (a, b) => tf.sub(a, b) });
    console.warn = warn;
    if (!/loss/.test(String(notices))) throw new Error(`compile() of a loss without a name says ${notices}`);
    return `${lie}; ${notices[0].split('\n')[1]?.trim()}`;
  },
};

for (const [what, run] of Object.entries(points)) {
  const result = await run().then(
    (note) => ({ ok: true, note }),
    (error) => ({ ok: false, note: String(error.stack ?? error) }),
  );
  console.log(JSON.stringify({ what, ...result }));
}
