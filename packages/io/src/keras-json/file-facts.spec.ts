import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { compose, input, Layer, numberOption, withOptions, type FileFacts, type Weight } from '@lamella/core';
import { initializers, layers } from '@lamella/layers';
import { training } from '@lamella/training';
import { io } from '../io.js';
import { writePythonJson } from './python-json.js';
import { writeModel } from './write-model.js';

class Scale extends withOptions(Layer, { rise: numberOption(1), steps: numberOption(2) }) {
  static readonly className: string = 'acme>Scale';
  protected factor!: Weight;
  override build(): void {
    this.factor = this.addWeight({ name: 'factor', shape: [], initializer: initializers.ones() });
  }
  override call(x: tf.Tensor): tf.Tensor {
    return tf.mul(x, this.factor.read());
  }
}

class Stored extends Scale {
  static override readonly className = 'acme>Stored';
  static readonly fileFacts: FileFacts = {
    builtAtOnce: true,
    fixedOptions: { synchronized: false },
    tfjsWeights: { factor: 'scale_factor' },
  };
}

const acme = { name: 'acme', classes: { layers: [Scale, Stored] } };
const composed = compose({ backend: cpu(), plugins: [layers, training, io, acme] });
const x = input({ shape: [2], name: 'x' });
const net = composed.model({
  inputs: x,
  outputs: new Stored({ name: 'stored' }).apply(new Scale({ name: 'scale' }).apply(x)),
});

describe('what a class says of itself for files', () => {
  it('stands in them, as do its options: floats as floats', () => {
    const stored = JSON.parse(writePythonJson(writeModel(net, 'v3')));
    const [, scale, other] = stored.config.layers;
    expect(scale).toHaveProperty('build_config');
    expect(scale.config).not.toHaveProperty('synchronized');
    expect(other).not.toHaveProperty('build_config');
    expect(other.config).toMatchObject({ rise: 1, steps: 2, synchronized: false });
    expect(writePythonJson(writeModel(net, 'v3'))).toContain('"rise": 1.0, "steps": 2.0');
  });

  it('names weights as TensorFlow.js does, there and back', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'lamella-')), 'model.json');
    await composed.saveModel(net, path);
    const text = await readFile(path, 'utf8');
    expect(text).toContain('"stored/scale_factor"');
    expect(text).toContain('"scale/factor"');
    const again = await composed.loadModel(path);
    expect(again.getLayer('stored').weights[0]!.name).toBe('stored/factor');
  });
});
