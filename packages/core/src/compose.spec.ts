import { describe, expect, it } from '@jest/globals';
import { Dense, dense, layers } from '@lamella/layers';
import { Functional, training } from '@lamella/training';
import { compose } from './compose.js';
import type { Plugin } from './plugin.js';
import type { Format } from './format.js';
import { requireBackend } from './composition.js';
import { input } from './input.js';
import { Layer } from './layer.js';
import type { NamedFunction } from './named-function.js';

class Mine extends Layer {
  static readonly className = 'acme>Mine';
  override call(x: never): never {
    return x;
  }
}
class Other extends Layer {
  static readonly className = 'acme>Mine';
  override call(x: never): never {
    return x;
  }
}
const writer = (name: string, ending: string): Format => ({
  name,
  extensions: [ending],
  writeModel: () => Promise.resolve(new Uint8Array()),
});
const named = (functionName: string): NamedFunction =>
  Object.assign(() => undefined as never, { functionName }) as NamedFunction;

describe('compose', () => {
  it('gives what its plugins give, bound to the composition', () => {
    const seen: unknown[] = [];
    const plugin = {
      name: 'acme',
      api: (composition: unknown) => {
        seen.push(composition);
        return { twice: (x: number) => 2 * x };
      },
    };
    const composed = compose({ plugins: [plugin, layers] });
    expect(composed.twice(4)).toBe(8);
    expect(composed.plugins).toEqual([plugin, layers]);
    expect(seen[0]).toMatchObject({ catalog: composed.catalog, backend: undefined });
  });

  it('fills a catalog of its own, from lists and from module namespaces', () => {
    const first = compose({ plugins: [layers, { name: 'acme', classes: { layers: [Mine] } }] });
    const second = compose({
      plugins: [{ name: 'acme', classes: { layers: { Mine, version: '1', dense } } }],
    });
    expect(first.catalog.get('layers', 'Dense')).toBe(Dense);
    expect(first.catalog.get('layers', 'acme>Mine')).toBe(Mine);
    expect(second.catalog.names('layers')).toEqual(['acme>Mine']);
  });

  it('lets plugins of one kind of layer stand beside each other in two compositions', () => {
    const other = { name: 'other', classes: { layers: [Other] } };
    expect(compose({ plugins: [other] }).catalog.get('layers', 'acme>Mine')).toBe(Other);
    expect(
      compose({ plugins: [{ name: 'acme', classes: { layers: [Mine] } }] }).catalog.get(
        'layers',
        'acme>Mine',
      ),
    ).toBe(Mine);
  });

  it('takes one class, or one function, from two plugins', () => {
    const fn = named('acme>f');
    const part = (name: string): Plugin => ({ name, classes: { layers: [Mine] }, functions: [fn] });
    const { catalog } = compose({ plugins: [part('a'), part('b')] });
    expect(catalog.names('layers')).toEqual(['acme>Mine']);
    expect(catalog.findFunction('acme>f')).toBe(fn);
  });

  it('asks for required plugins, in any order', () => {
    const needy: Plugin = { name: 'needy', requires: ['@lamella/layers'] };
    expect(() => compose({ plugins: [needy, layers] })).not.toThrow();
    expect(() => compose({ plugins: [needy] })).toThrow(
      /\[PLUGIN_INVALID\] Plugin "needy": it requires @lamella\/layers.*\nFix: add @lamella\/layers to plugins/,
    );
  });

  it.each<[string, unknown[], RegExp]>([
    ['a plugin twice', [layers, layers], /"@lamella\/layers": it stands twice/],
    [
      'two plugins of one name',
      [
        { name: 'a', classes: { layers: [Mine] } },
        { name: 'a', functions: [named('acme>f')] },
      ],
      /Plugin "a": two plugins have this name/,
    ],
    [
      'two classes of one name',
      [
        { name: 'a', classes: { layers: [Mine] } },
        { name: 'b', classes: { layers: [Other] } },
      ],
      /Plugin "b": it brings "acme>Mine" to layers, which "a" has already/,
    ],
    [
      'two functions of one name',
      [
        { name: 'a', functions: [named('acme>f')] },
        { name: 'b', functions: [named('acme>f')] },
      ],
      /Plugin "b": another function is named "acme>f" already/,
    ],
    [
      'two formats of one name',
      [
        { name: 'a', formats: [writer('x', '.x')] },
        { name: 'b', formats: [writer('x', '.y')] },
      ],
      /Plugin "b": another format is named "x"/,
    ],
    [
      'two functions of the application of one name',
      [
        { name: 'a', api: () => ({ go: 1 }) },
        { name: 'b', api: () => ({ go: 2 }) },
      ],
      /Plugin "b": it brings a function "go", which the composition has already/,
    ],
    [
      'a function named as a part of the composition',
      [{ name: 'a', api: () => ({ catalog: 1 }) }],
      /"catalog"/,
    ],
    [
      'an unknown family',
      [{ name: 'a', classes: { layer: [Mine] } }],
      /family of classes "layer"[\s\S]*Did you mean "layers"/,
    ],
    [
      'a factory that was not called',
      [() => layers],
      /Plugin "0": expected a plugin.*was it meant to be called/,
    ],
    ['nothing where a plugin should be', [undefined], /Plugin "0".*got undefined/],
  ])('refuses %s', (_, plugins, message) => {
    expect(() => compose({ plugins: plugins as never })).toThrow(message);
    expect(() => compose({ plugins: plugins as never })).toThrow('[PLUGIN_INVALID]');
  });

  it('refuses to do without a list of plugins', () => {
    expect(() => compose({} as never)).toThrow(/\[OPTION_INVALID\] compose\(\): plugins/);
  });
});

describe('a catalog', () => {
  const { catalog } = compose({ plugins: [layers] });

  it('names near matches of a layer it does not know, and the fix', () => {
    expect(() => catalog.get('layers', 'Dens')).toThrow(
      /\[LAYER_UNKNOWN\][\s\S]*Did you mean "Dense"\?\nFix: list the plugin/,
    );
    expect(() => compose({ plugins: [] }).catalog.get('layers', 'Dense')).toThrow(
      /LAYER_UNKNOWN[\s\S]*None are known[\s\S]*@lamella\/layers/,
    );
  });

  it('names near matches of another class it does not know', () => {
    expect(() => catalog.get('initializers', 'GlorotUnifrom')).toThrow(
      /\[IDENTIFIER_UNKNOWN\].*Did you mean "GlorotUniform"/,
    );
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'reaches nothing by the name %s',
    (name) => {
      expect(catalog.find('layers', name)).toBeUndefined();
      expect(catalog.findFunction(name)).toBeUndefined();
    },
  );

  it('keeps families apart', () => {
    expect(catalog.find('initializers', 'Dense')).toBeUndefined();
  });
});

describe('without a composition', () => {
  const options = (): {
    inputs: ReturnType<typeof input>;
    outputs: ReturnType<typeof input>;
    name: string;
  } => {
    const x = input({ shape: [2] });
    return { inputs: x, outputs: dense({ units: 1 }).apply(x), name: 'bare' };
  };

  it('a model says that it has no backend, and how to give it one', async () => {
    await expect(new Functional(options()).predict([[1, 2]])).rejects.toThrow(
      /\[BACKEND_MISSING\] Model "bare": expected a backend, got none.\nFix: create it through compose\(\{ backend, plugins \}\), or pass/,
    );
    expect(() => requireBackend(undefined, 'model()')).toThrow('[BACKEND_MISSING] model()');
  });

  it('a composition without a backend makes models that say so when they run', async () => {
    const { model } = compose({ plugins: [layers, training] });
    await expect(model(options()).predict([[1, 2]])).rejects.toThrow('[BACKEND_MISSING]');
  });
});
