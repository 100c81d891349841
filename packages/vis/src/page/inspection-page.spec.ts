// Pages of files: what they say, that nothing of a file gets out of its place, and that they stay small.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { FileInMemory, FileInspection } from '@lamella/io';
import { dense, encodeModel, input, inspectFile, lambda, model, sequential } from 'lamella';
import { graphOfFile } from '../graph-of-file.js';
import { inspectionPage } from './inspection-page.js';

const fixtures = fileURLToPath(new URL('../../../../fixtures/', import.meta.url));

async function saved(): Promise<FileInMemory> {
  const x = input({ shape: [3], name: 'x' });
  const head = sequential({ layers: [dense({ units: 2, name: 'deep' })], inputShape: [3], name: 'head' });
  const doubled = lambda((t: tf.Tensor) => tf.relu(tf.mul(t, 2)), { name: 'doubled' }).apply(x);
  const net = model({ inputs: x, outputs: head.apply(doubled), name: 'net' });
  net.compile({ optimizer: 'adam', loss: 'mse' });
  return encodeModel(net, 'net.keras');
}

/** A file of JSON in which a text is replaced. */
async function renamed(from: string, to: string): Promise<FileInMemory> {
  const x = input({ shape: [3], name: 'x' });
  const twice = lambda((t: tf.Tensor) => tf.mul(t, 2), { name: 'twice', arguments: { a: 'given' } });
  const file = await encodeModel(model({ inputs: x, outputs: twice.apply(x), name: 'net' }), 'model.json');
  const text = new TextDecoder().decode(file.bytes).replaceAll(`"${from}"`, JSON.stringify(to));
  return { ...file, bytes: new TextEncoder().encode(text) };
}

describe('graphOfFile()', () => {
  it('is the graph that a loaded model has', async () => {
    const graph = graphOfFile(await inspectFile(`${fixtures}keras/files/nested.keras`))!;
    expect(
      graph.layers.map(({ name, graph: inner }) => [name, inner?.layers.map((one) => one.name)]),
    ).toEqual([
      ['input', undefined],
      ['inner', ['inner_input', 'inner_hidden', 'inner_output']],
      ['head', ['head_1', 'head_2']],
    ]);
    const [, inner, head] = graph.layers;
    expect(graph.edges.map(({ from, to }) => [from.layer, to.layer])).toEqual([
      [graph.layers[0]!.id, inner!.id],
      [inner!.id, inner!.id],
      [inner!.id, head!.id],
    ]);
    expect(inner!.graph!.outputs).toEqual([{ layer: inner!.graph!.layers[2]!.id, index: 0 }]);
    expect(head!.graph!.edges).toHaveLength(1);
    expect(inner!.graph!.layers[1]).toMatchObject({
      inputShape: '[null, 3]',
      outputShape: '[null, 4]',
      parameters: 16,
    });
  });

  it('leaves out what a file refers to and does not hold, and is nothing for weights alone', async () => {
    const inspection = await inspectFile(await saved());
    const layers = inspection.layers.map((layer) => ({
      ...layer,
      calls: [[{ layer: 'nowhere', index: 9 }]],
    }));
    expect(graphOfFile({ ...inspection, layers })!.edges).toEqual([]);
    expect(graphOfFile({ ...inspection, model: undefined })).toBeUndefined();
  });
});

describe('inspectionPage()', () => {
  it('holds the graph, the layers, the weights with histograms, the Lambdas and the compile state', async () => {
    const page = await inspectionPage(await inspectFile(await saved(), { statistics: true }));
    expect(page).toMatch(/^<!doctype html>\n[^]*<\/html>\n$/);
    expect(page).toContain('Keras 3 archive, written by Lamella, as Keras');
    expect(page).toContain('Everything that loading it needs is there.');
    expect(page).toMatch(/<svg width[^]*>doubled<\/text>[^]*Multiply → Relu<\/text>/);
    expect(page).toMatch(/<td class="name"><span class="faint">└ <\/span>deep<br><span class="faint">Dense/);
    expect(page).toMatch(
      /layers\/sequential\/layers\/dense\/vars\/0<\/td><td class="text">float32\[3, 2\]<\/td><td class="text"><svg/,
    );
    expect(page).toMatch(/<h3>doubled<\/h3>[^]*= Multiply\([^]*<\/pre>/);
    expect(page).toMatch(/<h2>Compiled with<\/h2>[^]*&quot;loss&quot;: &quot;mse&quot;/);
  });

  it('runs nothing, loads nothing, and names the one style it has', async () => {
    const page = await inspectionPage(await inspectFile(await saved(), { statistics: true }));
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)![1]!;
    const style = /<style>([^]*?)<\/style>/.exec(page)![1]!;
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style));
    const hash = Buffer.from(digest).toString('base64');
    expect(policy).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page).not.toMatch(/<script|<link|<img|<iframe| on\w+=| style=|(?:src|href)=|url\(|@import/);
  });

  it.each([
    { of: 'a model', name: 'net' },
    { of: 'a layer', name: 'twice' },
    { of: 'an argument', name: 'given' },
    { of: 'a class', name: 'Lambda' },
  ])('escapes hostile names: $of', async ({ name }) => {
    const hostile = [
      '</script></style></pre><script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "<!-- ' ` & &lt; \\ \u0000 \u202e ]]>",
      'x'.repeat(20_000),
    ];
    for (const text of hostile) {
      const page = await inspectionPage(await inspectFile(await renamed(name, text), { statistics: true }));
      expect(page).not.toMatch(/<script|<img|<!--|\u0000|\u202e|alert\(1\)<\/|x{20000}/);
      expect(page.match(/<\/?(?:style|body|html|head)>/g)).toHaveLength(7);
      expect(page.length).toBeLessThan(200_000);
    }
  });

  it('stays small where a file holds much, and says what it leaves out', async () => {
    const inspection = await inspectFile(await saved());
    const [layer] = inspection.layers;
    const many: FileInspection = {
      ...inspection,
      layers: Array.from({ length: 5000 }, (_, i) => ({
        ...layer!,
        name: `l${i}`,
        config: { a: 'y'.repeat(10_000) },
      })),
      weights: Array.from({ length: 5000 }, (_, i) => ({ name: `w${i}`, shape: [2], dtype: 'float32' })),
      compile: { loss: 'z'.repeat(1_000_000), big: NaN },
    };
    const page = await inspectionPage(many);
    expect(page.length).toBeLessThan(6_000_000);
    expect(page).toContain('It is not drawn: it has 5000 layers');
    expect(page).toContain('… 4000 more');
    expect(page).toMatch(/… 9[\d,]+ characters more/);
  });

  it('says what stands in the way of loading', async () => {
    const bytes = new Uint8Array(readFileSync(`${fixtures}keras/files/lambda_bytecode.keras`));
    const page = await inspectionPage(await inspectFile({ name: 'b.keras', bytes }));
    expect(page).toContain('Python bytecode, which is never decoded');
    expect(page).toContain('Loading it needs what is not there');
    const weights = await inspectionPage(await inspectFile(`${fixtures}keras/files/mlp.weights.h5`));
    expect(weights).not.toMatch(/<h2>(?:Graph|Layers)|Everything that loading/);
  });
});
