// Pictures of models: what stands in them, that names cannot break out of them, and that Graphviz draws them.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { clearNames, input, type SymbolicTensor } from '@lamella/core';
import { lambda } from '@lamella/lambda';
import { add, concatenate, dense, reLU, subtract } from '@lamella/layers';
import { Functional, Model, Sequential } from '@lamella/training';
import { graphOfModel } from './graph-of-model.js';
import { modelToDot, modelToSvg, plotModel } from './plot-model.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lamella-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => clearNames());

/** Two inputs, an encoder that both share, a model inside that is called twice, and a chain at the end. */
function siamese(): Functional {
  const [a, b] = [input({ shape: [3], name: 'a' }), input({ shape: [3], name: 'b' })];
  const encoder = dense({ units: 2, activation: 'tanh', name: 'encoder' });
  const inside = input({ shape: [2], name: 'inside' });
  const inner = new Functional({
    inputs: inside,
    outputs: dense({ units: 2, name: 'deep' }).apply(inside),
    name: 'inner',
  });
  const [left, right] = [a, b].map((x) => inner.apply(encoder.apply(x)) as SymbolicTensor);
  const apart = subtract({ name: 'apart' }).apply([left!, right!]);
  const head = new Sequential({
    layers: [reLU({ name: 'first' }), dense({ units: 1, name: 'last', trainable: false })],
    inputShape: [2],
    name: 'head',
  });
  return new Functional({ inputs: [a, b], outputs: [head.apply(apart), apart], name: 'siamese' });
}

/** The arrows of a text, by the names of what they connect; a model that is drawn as a frame has no name here. */
function arrowsOf(net: Functional, dot: string): string[] {
  const names = new Map<string, string>();
  const visit = ({ layers }: ReturnType<typeof graphOfModel>): void =>
    layers.forEach(({ id, name, graph }) => {
      names.set(id, name);
      if (graph !== undefined) visit(graph);
    });
  visit(graphOfModel(net));
  return [...dot.matchAll(/(layer_\d+) -> (layer_\d+);/g)].map(
    ([, from, to]) => `${names.get(from!)} > ${names.get(to!)}`,
  );
}

describe('modelToDot()', () => {
  it('draws a layer and a model inside once each, and one arrow from one to another', () => {
    const net = siamese();
    expect(arrowsOf(net, modelToDot(net)).sort()).toEqual([
      'a > encoder',
      'apart > head',
      'b > encoder',
      'encoder > inner',
      'inner > apart',
    ]);
  });

  it('draws models inside as frames of what they are made of, with expandNested', () => {
    const net = siamese();
    const dot = modelToDot(net, { expandNested: true });
    expect(arrowsOf(net, dot).sort()).toEqual([
      'a > encoder',
      'apart > first',
      'b > encoder',
      'deep > apart',
      'encoder > inside',
      'first > last',
      'inside > deep',
    ]);
    expect([...dot.matchAll(/subgraph cluster_\d+ \{\n.*label=<(\w+)>/g)].map(([, name]) => name)).toEqual([
      'inner',
      'head',
    ]);
  });

  it('connects each input and output of a model inside with its own, also where they are named', () => {
    const [p, q] = [input({ shape: [1], name: 'p' }), input({ shape: [1], name: 'q' })];
    const inner = new Functional({
      inputs: { first: p, second: q },
      outputs: { one: reLU({ name: 'of_p' }).apply(p), two: reLU({ name: 'of_q' }).apply(q) },
      name: 'inner',
    });
    const [x, y] = [input({ shape: [1], name: 'x' }), input({ shape: [1], name: 'y' })];
    const made = inner.apply({ second: y, first: x }) as { one: SymbolicTensor; two: SymbolicTensor };
    const net = new Functional({
      inputs: [x, y],
      outputs: [
        dense({ units: 1, name: 'after_p' }).apply(made.one),
        reLU({ name: 'after_q' }).apply(made.two),
      ],
    });
    expect(arrowsOf(net, modelToDot(net, { expandNested: true })).sort()).toEqual([
      'of_p > after_p',
      'of_q > after_q',
      'p > of_p',
      'q > of_q',
      'x > p',
      'y > q',
    ]);
  });

  it('shows what is asked for', () => {
    const net = siamese();
    const plain = modelToDot(net, { showLayerNames: false });
    expect(plain).toContain('<b>Dense</b></font>');
    expect(plain).not.toMatch(/encoder|shape: |dtype: |Activation|Trainable/);
    const all = modelToDot(net, {
      showShapes: true,
      showDtype: true,
      showLayerActivations: true,
      showTrainable: true,
      expandNested: true,
      rankdir: 'LR',
      dpi: 96,
      splines: 'curved',
    });
    expect(all).toContain('graph [rankdir=LR, concentrate=true, dpi=96, splines=curved];');
    const label = all.split('\n').find((line) => line.includes('<b>encoder</b> (Dense)'))!;
    for (const part of [
      'Activation: <b>tanh</b>',
      'Input shape: <b>[null, 3]</b>',
      'Output shape: <b>[null, 2]</b>',
      'Output dtype: <b>float32</b>',
      '<b>Trainable</b>',
    ])
      expect(label).toContain(part);
    expect(all.split('\n').find((line) => line.includes('<b>last</b>'))).toContain('<b>Non-trainable</b>');
    const shapes = all.split('\n').find((line) => line.includes('<b>apart</b>'))!;
    expect(shapes).toContain('Input shape: <b>[null, 2], [null, 2]</b>');
    expect(all.split('\n').find((line) => line.includes('<b>a</b> (InputLayer)'))).not.toContain(
      'Input shape',
    );
  });

  it("lists the operations of a Lambda's Program, and of long ones the first", () => {
    const x = input({ shape: [3] });
    const short = lambda((t: tf.Tensor) => tf.relu(tf.mul(t, 2)), { name: 'short' }).apply(x);
    const long = lambda((t: tf.Tensor) => Array.from({ length: 10 }).reduce<tf.Tensor>((v) => tf.neg(v), t), {
      name: 'long',
    }).apply(short);
    const dot = modelToDot(new Functional({ inputs: x, outputs: long }));
    expect(dot).toContain('Multiply → Relu<');
    expect(dot).toMatch(/(Neg → ){8}2 more</);
  });

  it('shows a model that computes in a call of its own as one layer, once it is built', () => {
    class Own extends Model {
      readonly inner = this.addLayer('inner', dense({ units: 1 }));
      override call(x: tf.Tensor): tf.Tensor {
        return this.inner.apply(x);
      }
    }
    const net = new Own({ name: 'own' });
    expect(() => modelToDot(net)).toThrow(
      /\[LAYER_NOT_BUILT\] .*"own": it is not known yet .*\nFix: call apply\(\)/,
    );
    net.apply(input({ shape: [2] }) as never);
    expect(modelToDot(net).match(/layer_\d+ \[/g)).toHaveLength(1);
  });

  it.each([
    { options: { rankdir: 'UP' }, message: /OPTION_INVALID.*rankdir/ },
    { options: { splines: 'x"]' }, message: /OPTION_INVALID.*splines/ },
    { options: { dpi: '90;' }, message: /OPTION_INVALID.*dpi/ },
    { options: { showShapes: 1 }, message: /OPTION_INVALID.*showShapes/ },
    { options: { show_shapes: true }, message: /OPTION_UNKNOWN.*show_shapes/ },
  ])('refuses $options', ({ options, message }) => {
    expect(() => modelToDot(siamese(), options as never)).toThrow(message);
  });
});

const hostile = [
  '"];evil->n;"',
  '</font></td></tr></table>>]; evil [label=<',
  '<script>alert(1)</script>',
  '&lt;b&#62;&nosuch;',
  'back\\slash\\N\\',
  'line\nbreak\r\u0000\u001b[31m\u202e\ufffe',
  'half \ud800 of a pair',
  'x'.repeat(20_000),
];

describe('hostile names', () => {
  it.each(hostile.map((name) => ({ shown: JSON.stringify(name.slice(0, 30)), name })))(
    'stay names in a picture: $shown',
    async ({ name }) => {
      const x = input({ shape: [1], name: 'x' });
      const y = dense({ units: 1, name: 'y' }).apply(x);
      const net = new Functional({ inputs: x, outputs: y });
      for (const layer of net.layers) Object.defineProperty(layer, 'name', { value: `${layer.name}${name}` });
      const dot = modelToDot(net, { expandNested: true });
      expect(dot.length).toBeLessThan(4000);
      expect(dot.split('\n')).toHaveLength(9);
      const svg = await modelToSvg(net, { showLayerNames: true });
      expect(svg.match(/<g [^>]*class="node"/g)).toHaveLength(2);
      expect(svg.match(/<g [^>]*class="edge"/g)).toHaveLength(1);
      expect(svg).not.toMatch(/<script|\u001b|\u0000/);
      if (name.includes('\\N')) expect(svg).toContain('yback\\slash\\N\\');
      if (name.includes('nosuch')) expect(svg).toContain('&amp;lt;b&amp;#62;&amp;nosuch;');
    },
  );
});

describe('plotModel()', () => {
  it('writes SVG and DOT', async () => {
    const net = siamese();
    const [svg, dot] = [join(folder, 'net.svg'), join(folder, 'net.DOT')];
    await plotModel(net, svg, { showLayerNames: true, expandNested: true, showShapes: true });
    await plotModel(net, dot);
    const drawn = await readFile(svg, 'utf8');
    expect(drawn).toMatch(/^<\?xml[^]*<svg [^]*<\/svg>\s*$/);
    expect(drawn).toContain('>encoder</text>');
    expect(drawn.match(/class="cluster"/g)).toHaveLength(2);
    expect(await readFile(dot, 'utf8')).toBe(modelToDot(net, { showLayerNames: false }));
  });

  it('says what to do for other endings, and writes nothing', async () => {
    const net = siamese();
    await expect(plotModel(net, join(folder, 'net.jpg'))).rejects.toThrow(
      /\[FORMAT_UNKNOWN\] ".*net\.jpg": expected a picture.*\nFix: name a file that ends in \.svg/,
    );
    await expect(plotModel(net, join(folder, 'net'))).rejects.toThrow('[FORMAT_UNKNOWN]');
  });

  it('draws several inputs of a layer', async () => {
    const [a, b] = [input({ shape: [2], name: 'a' }), input({ shape: [2], name: 'b' })];
    const both = concatenate({ name: 'both' }).apply([a, add({ name: 'sum' }).apply([a, b])]);
    const svg = await modelToSvg(new Functional({ inputs: [a, b], outputs: both }), { showShapes: true });
    expect(svg.match(/class="edge"/g)).toHaveLength(4);
  });
});
