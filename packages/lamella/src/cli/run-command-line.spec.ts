// The command, run in this process with its lines captured.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { flatten, HostTensor } from '@lamella/program';
import type { Model } from '@lamella/training';
import * as ort from 'onnxruntime-node';
import {
  definePlugin,
  input,
  lambda,
  Layer,
  loadModel,
  loadWeights,
  model,
  saveModel,
  use,
} from '../index.js';
import { printTo, runCommandLine } from './run-command-line.js';

const fixtures = fileURLToPath(new URL('../../../../fixtures/', import.meta.url));
const mlp = join(fixtures, 'keras/files/mlp');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lamella-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(...argv: string[]): Promise<{ code: number; out: string; error: string }> {
  const [out, error]: string[][] = [[], []];
  const code = await runCommandLine(argv, {
    print: (text) => void out!.push(text),
    printError: (text) => error!.push(text),
  });
  return { code, out: out!.join('\n'), error: error!.join('\n') };
}

/** What a model makes of the same numbers every time. */
async function predicted(net: Model): Promise<readonly number[]> {
  const sizes = net.inputs[0]!.shape.map((size) => size ?? 2);
  const x = HostTensor.zeros(sizes);
  x.data.forEach((_, i) => (x.data[i] = Math.sin(i)));
  return [...flatten(await net.predict(x))[0]!.data];
}

function expectClose(found: readonly number[], wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length);
  found.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 5));
}

describe('lamella convert', () => {
  const models = { '.keras': `${mlp}.keras`, '.h5': `${mlp}.h5`, '.json': join(fixtures, 'tfjs/nested') };

  describe.each(Object.entries(models))('from a model in %s', (ending, from) => {
    let wanted: readonly number[];
    beforeAll(async () => {
      wanted = await predicted(await loadModel(from));
    });

    it.each(['.keras', '.h5', '.json'])('writes a model to %s', async (out) => {
      const to = join(folder, `model${ending}-to${out}`);
      expect(await run('convert', from, to)).toEqual({
        code: 0,
        out: `${to}: a model, from ${from}`,
        error: '',
      });
      expectClose(await predicted(await loadModel(to)), wanted);
    });

    it.each(['.weights.h5', '.weights.json', '.safetensors', '.h5'])('writes weights to %s', async (out) => {
      const to = join(folder, `weights${ending}-to${out}`);
      const { code, out: said } = await run('convert', from, to, ...(out === '.h5' ? ['--weights'] : []));
      expect([code, said]).toEqual([0, `${to}: weights, from ${from}`]);
      const net = await loadModel(from);
      for (const weight of net.weights) weight.set(HostTensor.zeros(weight.shape));
      await loadWeights(net, to);
      expectClose(await predicted(net), wanted);
    });

    it('writes .onnx, which ONNX Runtime runs', async () => {
      const to = join(folder, `model${ending}-to.onnx`);
      expect((await run('convert', from, to)).code).toBe(0);
      const session = await ort.InferenceSession.create(new Uint8Array(await readFile(to)));
      const net = await loadModel(from);
      const sizes = net.inputs[0]!.shape.map((size) => size ?? 2);
      const x = Float32Array.from({ length: sizes.reduce((a, b) => a * b) }, (_, i) => Math.sin(i));
      const results = await session.run({ [session.inputNames[0]!]: new ort.Tensor('float32', x, sizes) });
      expectClose([...(results[session.outputNames[0]!]!.data as Float32Array)], wanted);
    });
  });

  it.each(['.keras', '.safetensors', '.weights.json', '.onnx'])(
    'takes weights from one file and their model from another, to %s',
    async (out) => {
      const weights = join(folder, 'changed.weights.h5');
      const changed = await loadModel(`${mlp}.keras`);
      for (const weight of changed.weights)
        weight.set(new HostTensor(new Float32Array(weight.size).fill(0.125), weight.shape));
      const altered = join(folder, 'changed.keras');
      await saveModel(changed, altered);
      expect((await run('convert', altered, weights)).code).toBe(0);
      const to = join(folder, `joined${out}`);
      expect(await run('convert', weights, to, '--model', `${mlp}.keras`)).toMatchObject({
        code: 0,
        error: '',
      });
      if (out === '.onnx') return;
      const net = await loadModel(out === '.keras' ? to : `${mlp}.keras`);
      if (out !== '.keras') await loadWeights(net, to);
      expectClose(await predicted(net), await predicted(changed));
    },
  );

  it('keeps Lambdas, as operations where that is asked for', async () => {
    const x = input({ shape: [3] });
    const net = model({ inputs: x, outputs: lambda((t: tf.Tensor) => tf.mul(t, 3)).apply(x) });
    const from = join(folder, 'lambda.keras');
    await saveModel(net, from);
    const [again, plain] = [join(folder, 'again.h5'), join(folder, 'plain.keras')];
    expect((await run('convert', from, again)).code).toBe(0);
    expect((await run('convert', from, plain, '--lambda', 'keras_ops')).code).toBe(0);
    expectClose(await predicted(await loadModel(again)), await predicted(net));
    expect((await run('inspect', again)).out).toMatch(/its captured Programs are in the file/);
    expect((await run('inspect', plain)).out).not.toMatch(/captured Programs/);
  });

  it('wants a model for weights alone', async () => {
    const { code, out, error } = await run('convert', `${mlp}.weights.h5`, join(folder, 'x.keras'));
    expect([code, out]).toEqual([1, '']);
    expect(error).toBe(
      `[OPTION_INVALID] "${mlp}.weights.h5": it holds weights alone, without their model.\nFix: name a file of the model: --model FILE.`,
    );
  });
});

describe('lamella inspect', () => {
  it('prints what is in a file', async () => {
    const { code, out, error } = await run('inspect', `${mlp}.keras`);
    expect([code, error]).toEqual([0, '']);
    expect(out).toMatch(/^.*mlp\.keras\nKeras 3 archive, written by Keras 3\.15\.1, /);
    expect(out).toMatch(/Everything that loading it needs is there\.$/);
  });
});

describe('lamella inspect --html', () => {
  it('writes a page, where it is told to or beside the file', async () => {
    const page = join(folder, 'page.html');
    const file = `${mlp}.keras`;
    expect(await run('inspect', file, '--html', page)).toEqual({
      code: 0,
      out: `${page}: a page, from ${file}`,
      error: '',
    });
    expect(await readFile(page, 'utf8')).toMatch(/<h2>Graph<\/h2>[^]*<svg class="bars"/);
    const own = join(folder, 'own.keras');
    await writeFile(own, await readFile(file));
    expect((await run('inspect', '--html', own)).out).toBe(`${own}.html: a page, from ${own}`);
    expect(await readFile(`${own}.html`, 'utf8')).toContain('own.keras</h1>');
  });

  it('ends with 2 for a second file without it, and with 1 where it cannot be written', async () => {
    expect(await run('inspect', `${mlp}.keras`, 'page.html')).toMatchObject({
      code: 2,
      error: expect.stringContaining('with --html'),
    });
    expect(await run('inspect', `${mlp}.keras`, '--html', join(folder, 'no/such/page.html'))).toMatchObject({
      code: 1,
      error: expect.stringMatching(/^\[FILE_NOT_WRITTEN\]/),
    });
  });
});

describe('lamella diff', () => {
  it('ends with 0 where two files hold the same model, in other formats too', async () => {
    for (const other of [`${mlp}.keras`, `${mlp}.h5`])
      expect(await run('diff', `${mlp}.keras`, other)).toEqual({
        code: 0,
        out: 'No differences.',
        error: '',
      });
  });

  it('ends with 1 where they differ, and says how, as text and as data', async () => {
    const changed = await loadModel(`${mlp}.keras`);
    changed.weights[0]!.set(HostTensor.zeros(changed.weights[0]!.shape));
    const other = join(folder, 'other.keras');
    await saveModel(changed, other);
    const { code, out } = await run('diff', `${mlp}.keras`, other);
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(/^Weights\n {2}hidden\/kernel float32\[4, 5\]: 20 of 20 /),
    ]);
    const data = await run('diff', '--json', `${mlp}.keras`, other);
    expect(data.code).toBe(1);
    expect(JSON.parse(data.out)).toMatchObject({
      isSame: false,
      weights: [{ weight: 'hidden/kernel', count: 20 }],
    });
    const [weights, more] = [join(folder, 'a.weights.h5'), join(folder, 'b.safetensors')];
    await run('convert', other, weights);
    await run('convert', other, more);
    expect(await run('diff', weights, more, '--model', `${mlp}.keras`)).toMatchObject({ code: 0 });
    expect(await run('diff', weights, `${mlp}.keras`, '--model', `${mlp}.keras`)).toMatchObject({ code: 1 });
  });

  it('ends with 2 where there is nothing to compare', async () => {
    expect(await run('diff', 'absent.keras', `${mlp}.keras`)).toMatchObject({
      code: 2,
      error: expect.stringMatching(/^\[FILE_MISSING\]/),
    });
    expect(await run('diff', `${mlp}.weights.h5`, `${mlp}.keras`)).toMatchObject({
      code: 2,
      error: expect.stringContaining('--model FILE'),
    });
    expect(await run('diff', `${mlp}.keras`)).toMatchObject({ code: 2 });
  });
});

describe('lamella', () => {
  it('ends with 1 and the coded error, without a stack, where something fails', async () => {
    expect(await run('inspect', 'absent.keras')).toMatchObject({ code: 1, out: '' });
    const damaged = join(folder, 'damaged.keras');
    await writeFile(damaged, 'no archive');
    const unknown = await run('convert', `${mlp}.keras`, join(folder, 'x.pickle'));
    for (const { code, error } of [await run('convert', damaged, 'y.keras'), unknown]) {
      expect(code).toBe(1);
      expect(error).toMatch(/^\[[A-Z_]+\] "/);
      expect(error).not.toMatch(/\n\s+at /);
    }
    expect(unknown.error).toMatch(/FORMAT_UNKNOWN.*x\.pickle[^]*\.onnx/);
  });

  it('writes out what could steer a terminal in an error', async () => {
    const { error } = await run('inspect', 'a\u001b[31m.keras');
    expect(error).toContain('a\\u001b[31m.keras');
  });

  it.each([
    [[], /^Usage: lamella/],
    [['destroy'], /there is no command "destroy"/],
    [['toString'], /there is no command "toString"/],
    [['inspect'], /inspect takes FILE, got 0 arguments/],
    [['backend', 'a.keras'], /backend takes no arguments, got 1/],
    [['convert', 'a.keras'], /convert takes IN OUT, got 1 argument\n/],
    [['convert', 'a.keras', 'b.keras', '--fast'], /Unknown option '--fast'/],
    [['convert', 'a.keras', 'b.keras', '--model'], /--model/],
    [['inspect', 'a.keras', '--weights'], /Unknown option '--weights'/],
  ])('ends with 2 for %j', async (argv, message) => {
    const { code, out, error } = await run(...argv);
    expect([code, out]).toEqual([2, '']);
    expect(error).toMatch(message);
    expect(error).toContain('lamella');
  });

  it.each([['inspect', `${mlp}.keras`], ['--help'], ['--version'], ['convert', '--help']])(
    'fails where what it prints cannot be written: %s',
    async (...argv) => {
      const full = new Writable({
        write: (_chunk, _encoding, done) =>
          done(Object.assign(new Error('no space left'), { code: 'ENOSPC' })),
      });
      const errors: string[] = [];
      const printError = (text: string): void => void errors.push(text);
      expect(await runCommandLine(argv, { print: printTo(full), printError })).toBe(1);
      expect(errors).toEqual([
        '[FILE_NOT_WRITTEN] Standard output: writing failed: no space left.\nFix: make room, or let it go to another place.',
      ]);
    },
  );

  it('ends well where its reader has seen enough', async () => {
    const closed = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('no reader'), { code: 'EPIPE' })),
    });
    expect(await runCommandLine(['--help'], { print: printTo(closed) })).toBe(0);
  });

  it('knows the classes of plugins that the command line names, and imports nothing else', async () => {
    class Twice extends Layer {
      static readonly className = 'acme>Twice';
      override call(x: tf.Tensor): tf.Tensor {
        return tf.mul(x, 2);
      }
    }
    const acme = definePlugin({ name: 'acme', classes: { layers: [Twice] } });
    const app = use(acme);
    const x = input({ shape: [2] });
    const file = join(folder, 'twice.keras');
    await app.saveModel(app.model({ inputs: x, outputs: new Twice({ name: 'two' }).apply(x) }), file);
    expect((await run('inspect', file)).out).toContain('layers: acme>Twice (layer "two")');
    // One that is looked up and not made.
    const source = `export const some = 1;
      class Twice { static className = 'acme>Twice'; }
      export const acme = { name: 'acme', pluginApi: ${acme.pluginApi}, classes: { layers: [Twice] } };`;
    const module = join(folder, 'acme.mjs');
    await writeFile(module, source);
    const { code, out } = await run('inspect', file, '--plugin', module, '--plugin', module);
    expect([code, out]).toEqual([0, expect.stringContaining('Everything that loading it needs is there.')]);
    const other = join(folder, 'other.mjs');
    await writeFile(other, 'export const plugin = { name: "acme" };');
    expect((await run('inspect', file, '--plugin', other)).error).toMatch(
      /\[PLUGIN_INVALID\] Plugin ".*other\.mjs": it exports no plugin/,
    );
    expect((await run('convert', file, `${file}.h5`, '--plugin', 'acme-nowhere')).error).toMatch(
      /\[PLUGIN_INVALID\] Plugin "acme-nowhere": it cannot be imported: .*\nFix: install it/,
    );
    expect((await app.loadModel(file)).getLayer('two')).toBeInstanceOf(Twice);
    expect((await loadModel(file, { plugins: [acme] })).getLayer('two')).toBeInstanceOf(Twice);
    await expect(loadModel(file)).rejects.toThrow('[CLASS_UNKNOWN]');
  });

  it('says in one line what models run on', async () => {
    const { code, out } = await run('backend');
    expect(code).toBe(0);
    expect(out).toMatch(/^onnx: ONNX Runtime \d+\.\d+\.\d+, native, \d+ threads?$/);
  });

  it('prints help and version', async () => {
    for (const argv of [['--help'], ['help'], ['-h'], ['convert', '--help'], ['inspect', '-h']])
      expect(await run(...argv)).toMatchObject({ code: 0, out: expect.stringMatching(/^Usage: lamella/) });
    expect((await run('--version')).out).toMatch(/^\d+\.\d+\.\d+/);
  });
});
