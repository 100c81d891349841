// Pictures of pixels, by the real rasteriser: their size, and that each name is to be seen where the SVG has it.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decode } from 'fast-png';
import { clearNames, input } from '@lamella/core';
import { dense } from '@lamella/layers';
import { Functional } from '@lamella/training';
import { modelToSvg, plotModel } from './plot-model.js';
import { svgToPng } from './svg-to-png.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lamella-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => clearNames());

function network(): Functional {
  const x = input({ shape: [3], name: 'pixels' });
  const hidden = dense({ units: 2, name: 'encoder' }).apply(x);
  return new Functional({ inputs: x, outputs: dense({ units: 1, name: 'classifier' }).apply(hidden) });
}

interface Label {
  readonly text: string;
  /** Units: dots, from the upper left corner. */
  readonly box: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  };
}

/** The texts of an SVG of Graphviz, and a part of the picture that each of them is sure to reach into. */
function labelsOf(svg: string): Label[] {
  const [, scale, dx, dy] = /scale\((\S+) \S+\) rotate\(0\) translate\((\S+) (\S+)\)/.exec(svg)!.map(Number);
  return [...svg.matchAll(/<text ([^>]*)>([^<]+)<\/text>/g)].map(([, attributes, text]) => {
    const attribute = (name: string): string => new RegExp(` ${name}="([^"]*)"`).exec(` ${attributes}`)![1]!;
    const size = Number(attribute('font-size'));
    const width = 0.4 * size * text!.length;
    const start = Number(attribute('x')) - (attribute('text-anchor') === 'middle' ? width / 2 : 0);
    const base = Number(attribute('y'));
    return {
      text: text!,
      box: {
        left: Math.round(scale! * (start + dx!)),
        right: Math.round(scale! * (start + width + dx!)),
        top: Math.round(scale! * (base - 0.7 * size + dy!)),
        bottom: Math.round(scale! * (base + dy!)),
      },
    };
  });
}

/** Which parts of a box are dark, and which light. */
function inkIn(png: Uint8Array, { left, right, top, bottom }: Label['box']): { dark: number; light: number } {
  const { width, channels, data } = decode(png);
  let [dark, light] = [0, 0];
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const value = data[(y * width + x) * channels]!;
      if (value < 64) dark++;
      if (value > 191) light++;
    }
  const all = (right - left) * (bottom - top);
  return { dark: dark / all, light: light / all };
}

describe("plotModel(model, 'net.png')", () => {
  it.each([
    { what: "Keras' dots an inch", dpi: undefined, dots: 200 },
    { what: 'those that are asked for', dpi: 96, dots: 96 },
  ])('has as many pixels as the picture has dots, at $what', async ({ dpi, dots }) => {
    const file = join(folder, 'net.png');
    await plotModel(network(), file, { ...(dpi !== undefined && { dpi }), showLayerNames: true });
    const svg = await modelToSvg(network(), { dpi: dots, showLayerNames: true });
    const [, width, height] = /width="(\d+)pt" height="(\d+)pt"/.exec(svg)!.map(Number);
    const picture = decode(await readFile(file));
    expect([picture.width, picture.height]).toEqual([width, height]);
  });

  it('shows each name where the SVG has it', async () => {
    const options = { dpi: 200, showLayerNames: true, showShapes: true };
    const file = join(folder, 'names.png');
    await plotModel(network(), file, options);
    const png = await readFile(file);
    const svg = await modelToSvg(network(), options);
    const blank = await svgToPng(svg.replace(/<text.*<\/text>/g, ''));
    const labels = labelsOf(svg).filter(({ text }) => text.trim().length > 2);
    const texts = labels.map(({ text }) => text);
    expect(texts).toEqual(expect.arrayContaining(['pixels', 'encoder', 'classifier', '[null, 2]']));
    for (const { text, box } of labels) {
      // Strokes on a ground: a tenth at least of each, where a picture without texts has but the ground.
      const { dark, light } = inkIn(png, box);
      const without = inkIn(blank, box);
      expect({ text, strokes: Math.min(dark, light) > 0.1 }).toEqual({ text, strokes: true });
      expect({ text, strokes: Math.min(without.dark, without.light) > 0 }).toEqual({ text, strokes: false });
    }
  });
});

describe('svgToPng()', () => {
  const svg = (size: number): string =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}pt" height="${size}pt"><text y="9">a</text></svg>`;

  it('says what to install where the rasteriser is missing, and why where it does not load', async () => {
    const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    await expect(svgToPng(svg(10), () => Promise.reject(missing))).rejects.toThrow(
      '[RASTERIZER_UNAVAILABLE] plotModel(): a .png is drawn by @resvg/resvg-js, which is not installed.\nFix: npm install @resvg/resvg-js',
    );
    await expect(svgToPng(svg(10), () => Promise.reject(new Error('bad ELF\nmore')))).rejects.toThrow(
      '@resvg/resvg-js, which does not load: bad ELF.',
    );
  });

  it('refuses pictures without names, where there is no font', async () => {
    await expect(svgToPng(svg(10), undefined, { loadSystemFonts: false })).rejects.toThrow(
      '[PICTURE_FAILED] plotModel(): this system has no font',
    );
  });

  it('refuses pictures that are too large', async () => {
    await expect(svgToPng(svg(10_000))).rejects.toThrow(
      '[PICTURE_FAILED] plotModel(): expected a picture of at most 67108864 pixels, got 10000 by 10000.\nFix: pass a smaller dpi',
    );
  });
});
