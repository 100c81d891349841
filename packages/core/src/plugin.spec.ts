// What makes a plugin sound, and what is said of one that is not: at its definition and in a composition alike.
import { describe, expect, it } from '@jest/globals';
import type * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { pluginApi } from '@lamella/program';
import { lambdas } from '@lamella/lambda';
import { Dense, layers } from '@lamella/layers';
import type { Backend } from './backend.js';
import { compose, withPlugins } from './compose.js';
import { definePlugin } from './define-plugin.js';
import type { Format } from './format.js';
import { Initializer } from './initializer.js';
import { kernelLowerings } from './kernel-lowerings.js';
import { Layer } from './layer.js';
import type { NamedFunction } from './named-function.js';
import type { Plugin } from './plugin.js';

class Mine extends Layer {
  static readonly className = 'acme>Mine';
  override call(x: tf.Tensor): tf.Tensor {
    return x;
  }
}
class Nameless extends Layer {
  override call(x: tf.Tensor): tf.Tensor {
    return x;
  }
}
class Heir extends Mine {}
class Spaced extends Mine {
  static override readonly className = 'acme>Mi/ne' as 'acme>Mine';
}
abstract class Sevens extends Initializer {
  static readonly className = 'acme>Sevens';
}
const squash = Object.assign((x: tf.Tensor) => x, {
  functionName: 'acme>squash',
}) as unknown as NamedFunction;
const format = (name: string, rest: Partial<Format>): Format => ({ name, extensions: ['.acme'], ...rest });
const write = (): Promise<Uint8Array> => Promise.resolve(new Uint8Array());
const read = (): Promise<never> => Promise.reject(new Error('nothing is read here'));

describe('a plugin', () => {
  it('is what it was defined as, frozen, with the number of its API, and its functions keep their types', () => {
    const plugin = definePlugin({
      name: 'acme',
      requires: ['@lamella/layers'],
      classes: { layers: [Mine] },
      functions: [squash],
      formats: [format('acme', { writeModel: write })],
      backends: { abacus: () => cpu() },
      datasets: { beads: read },
      api: () => ({ twice: (x: number) => 2 * x }),
    });
    expect(plugin).toMatchObject({ name: 'acme', pluginApi });
    expect(Object.isFrozen(plugin)).toBe(true);
    for (const plugins of [[plugin, layers] as const, [layers, plugin] as const]) {
      const composed = compose({ backend: 'abacus', plugins });
      const four: number = composed.twice(2);
      expect(four).toBe(4);
      expect(composed.catalog.find('layers', 'acme>Mine')).toBe(Mine);
      expect(composed.catalog.findFunction('acme>squash')).toBe(squash);
      expect(composed.formats.map(({ name }) => name)).toEqual(['acme']);
      expect(composed.backend?.name).toBe('cpu');
      expect([...composed.datasets.keys()]).toEqual(['beads']);
    }
  });

  const mistakes: readonly { readonly title: string; readonly plugin: unknown; readonly message: RegExp }[] =
    [
      {
        title: 'a factory that was not called, though functions have names',
        plugin: lambdas,
        message:
          /Plugin "lambdas": .*was it meant to be called\?.*\nFix: write lambdas\(\) in place of lambdas/,
      },
      { title: 'null', plugin: null, message: /got null/ },
      {
        title: 'no name',
        plugin: { classes: {} },
        message: /expected the name of its package, got undefined/,
      },
      {
        title: 'an unknown part',
        plugin: { name: 'acme', clases: {} },
        message: /Plugin "acme": unknown part "clases".*Did you mean "classes"/,
      },
      {
        title: 'a class without a className, in a list',
        plugin: { name: 'acme', classes: { layers: [Nameless] } },
        message: /Plugin "acme": layers: class Nameless has no className\.\nFix: .*'package>Name'/,
      },
      {
        title: 'a class without a className, in a namespace',
        plugin: { name: 'acme', classes: { layers: { Nameless } } },
        message: /class Nameless has no className/,
      },
      {
        title: 'a class with the className of what it extends',
        plugin: { name: 'acme', classes: { layers: [Heir] } },
        message: /class Heir has no className of its own: it has that of acme>Mine/,
      },
      {
        title: 'a className that no file can hold',
        plugin: { name: 'acme', classes: { layers: [Spaced] } },
        message: /expected a className "package>Name", got "acme>Mi\/ne"/,
      },
      {
        title: 'a class in the wrong family',
        plugin: { name: 'acme', classes: { layers: [Sevens] } },
        message:
          /class "acme>Sevens" stands among layers, and is one of initializers\.\nFix: list it under classes\.initializers/,
      },
      {
        title: 'an object among classes',
        plugin: { name: 'acme', classes: { layers: [{ className: 'acme>Mine' }] } },
        message: /layers: expected classes, got \{"className":"acme>Mine"\}/,
      },
      {
        title: 'classes that are a list',
        plugin: { name: 'acme', classes: [Mine] },
        message: /classes: expected a record/,
      },
      {
        title: 'a function without a name',
        plugin: { name: 'acme', functions: [Math.sin] },
        message: /expected functions with a registered name, got function sin\.\nFix: .*namedFunction/,
      },
      {
        title: 'an empty format',
        plugin: { name: 'acme', formats: [{}] },
        message: /expected a format with a name, got \{\}/,
      },
      {
        title: 'a format without an ending',
        plugin: { name: 'acme', formats: [format('x', { extensions: ['acme'], writeModel: write })] },
        message: /format "x": expected extensions such as \["\.npz"\], got \["acme"\]/,
      },
      {
        title: 'a format that does nothing',
        plugin: { name: 'acme', formats: [format('x', {})] },
        message: /format "x": expected one of writeModel, readModel, writeWeights, readWeights, got none/,
      },
      {
        title: 'a backend that is none',
        plugin: { name: 'acme', backends: { gpu: cpu() } },
        message: /that makes "gpu", got object/,
      },
      {
        title: 'lowerings for who knows which backend',
        plugin: { name: 'acme', lowerings: [{ backend: 'onxn', kernels: {} }] },
        message:
          /Plugin "acme": lowerings: expected what the package of a backend makes.*\nFix: .*onnxLowerings/,
      },
      {
        title: 'a lowering for a kernel that there is not',
        plugin: { name: 'acme', lowerings: [kernelLowerings('gpu', { Rellu: 1 } as object)] },
        message: /Plugin "acme": lowerings: no Program holds a kernel "Rellu".*Did you mean "Relu"/,
      },
      {
        title: 'a lowering for a kernel that is always written out as others',
        plugin: { name: 'acme', lowerings: [kernelLowerings('gpu', { FusedConv2D: 1 })] },
        message: /no Program holds a kernel "FusedConv2D"/,
      },
      {
        title: 'two lowerings for one kernel',
        plugin: {
          name: 'acme',
          lowerings: [kernelLowerings('gpu', { Relu: 1 }), kernelLowerings('gpu', { Relu: 2 })],
        },
        message: /Plugin "acme": lowerings: Relu has another lowering for backend "gpu" already/,
      },
      {
        title: 'requirements that are no names',
        plugin: { name: 'acme', requires: [layers] },
        message: /requires: expected names/,
      },
      {
        title: 'an api that is no function',
        plugin: { name: 'acme', api: { a: 1 } },
        message: /api: expected a function/,
      },
      {
        title: 'a later plugin API',
        plugin: { name: 'acme', pluginApi: pluginApi + 1 },
        message:
          /it is written for plugin API 2, and this @lamella\/core has plugin API 1\.\nFix: install a newer @lamella\/core/,
      },
      {
        title: 'an earlier plugin API',
        plugin: { name: 'acme', pluginApi: pluginApi - 1 },
        message: /plugin API 0, and .* plugin API 1\.\nFix: install a newer version of acme/,
      },
    ];
  it.each(mistakes)('is refused with $title', ({ plugin, message }) => {
    expect(() => definePlugin(plugin as Plugin)).toThrow('[PLUGIN_INVALID]');
    expect(() => definePlugin(plugin as Plugin)).toThrow(message);
    expect(() => compose({ plugins: [layers, plugin as Plugin] })).toThrow(message);
  });

  it('passes over what is no class in a module namespace, and classes that are there to be extended', () => {
    const { catalog } = compose({
      plugins: [{ name: 'acme', classes: { layers: { Mine, Layer, version: 1 } } }],
    });
    expect(catalog.names('layers')).toEqual(['acme>Mine']);
  });
});

describe('plugins in one composition', () => {
  const both = (a: Partial<Plugin>, b: Partial<Plugin>, names = ['a', 'b']): (() => unknown) => {
    return () =>
      compose({
        plugins: [
          { ...a, name: names[0]! },
          { ...b, name: names[1]! },
        ],
      });
  };

  it('are refused with one name for two', () => {
    expect(both({}, {}, ['a', 'a'])).toThrow(/\[PLUGIN_INVALID\] Plugin "a": two plugins have this name/);
  });

  it('are refused with two formats that write one ending, or read it without knowing their bytes', () => {
    const a = { formats: [format('first', { writeModel: write, readModel: read })] };
    expect(both(a, { formats: [format('second', { writeModel: write })] })).toThrow(
      /Plugin "b": its format "second" has writeModel for files in "\.acme", and so has format "first"\.\nFix: give one of them another ending/,
    );
    expect(both(a, { formats: [format('second', { readModel: read })] })).toThrow(
      /has readModel for files.*\nFix: give both formats matches/,
    );
    const matches = (): boolean => false;
    const known = { formats: [format('first', { writeModel: write, readModel: read, matches })] };
    expect(both(known, { formats: [format('second', { readModel: read, matches })] })).not.toThrow();
  });

  it('are refused with two lowerings of one kernel for one backend, and for a backend that takes none', () => {
    const relu = (lowering: unknown, backend = 'gpu'): Partial<Plugin> => ({
      lowerings: [kernelLowerings(backend, { Relu: lowering })],
    });
    expect(both(relu(1), relu(2))).toThrow(
      /\[PLUGIN_INVALID\] Plugin "b": lowerings: Relu has another lowering for backend "gpu" already\.\nFix: leave one/,
    );
    expect(both(relu(1), relu(1))).not.toThrow();
    expect(both(relu(1), relu(2, 'npu'))).not.toThrow();
    expect(() => compose({ backend: cpu(), plugins: [{ name: 'a', ...relu(1, 'cpu') }] })).toThrow(
      /\[PLUGIN_INVALID\] Plugin "a": it brings lowerings for backend "cpu", which takes none/,
    );
  });

  it('leave nothing behind where one of several things is refused: register() adds all of them or none', () => {
    const composed = compose({ plugins: [layers, { name: 'acme', classes: { layers: [Mine] } }] });
    class First extends Mine {
      static override readonly className = 'acme>First' as 'acme>Mine';
    }
    class Second extends Layer {
      static readonly className = 'acme>Mine';
      override call(x: tf.Tensor): tf.Tensor {
        return x;
      }
    }
    const before = composed.catalog.names('layers');
    expect(() => composed.register('layers', First, Second)).toThrow(
      /\[PLUGIN_INVALID\] Plugin "application": it brings "acme>Mine" to layers, which "acme" has already/,
    );
    expect(() => composed.register('layers', First, Nameless as unknown as typeof First)).toThrow(
      '[PLUGIN_INVALID]',
    );
    expect(composed.catalog.names('layers')).toEqual(before);
    composed.register('layers', First);
    expect(composed.catalog.find('layers', 'acme>First')).toBe(First);
  });

  it('give their lowerings to the backend whole, in any order, those of a later call too', () => {
    const given: unknown[] = [];
    const gpu: Backend = {
      ...cpu(),
      name: 'gpu',
      withLowerings: (table) => {
        given.push(table.get('gpu')!.kernels);
        return { ...gpu, name: 'gpu with more' };
      },
    };
    const a = { name: 'a', lowerings: [kernelLowerings('gpu', { Relu: 1 })] };
    const b = {
      name: 'b',
      lowerings: [kernelLowerings('gpu', { Elu: 2 }), kernelLowerings('npu', { Elu: 3 })],
    };
    for (const plugins of [
      [a, b],
      [b, a],
    ]) {
      const { backend, lowerings } = compose({ backend: gpu, plugins });
      expect(backend!.name).toBe('gpu with more');
      expect(given.pop()).toEqual({ Relu: 1, Elu: 2 });
      expect(lowerings!.get('npu')!.kernels).toEqual({ Elu: 3 });
    }
    expect(compose({ backend: gpu, plugins: [] }).backend).toBe(gpu);
    withPlugins(compose({ backend: gpu, plugins: [a] }), [b]);
    expect(given).toEqual([{ Relu: 1 }, { Relu: 1, Elu: 2 }]);
  });

  it('are refused with one name for two backends, and a backend that nobody brings is', () => {
    expect(both({ backends: { x: () => cpu() } }, { backends: { x: () => cpu() } })).toThrow(
      /Plugin "b": it brings "x" to backends/,
    );
    expect(() =>
      compose({ backend: 'gpu', plugins: [{ name: 'a', backends: { gpu2: () => cpu() } }] }),
    ).toThrow(/\[IDENTIFIER_UNKNOWN\] compose\(\): unknown backend "gpu".*Did you mean "gpu2"/);
  });

  it('leave nothing behind where one class of several cannot be added', () => {
    const composed = compose({ plugins: [layers] });
    class Impostor extends Mine {
      static override readonly className = 'Dense' as 'acme>Mine';
    }
    expect(() => composed.register('layers', Mine, Impostor)).toThrow(
      /\[PLUGIN_INVALID\] Plugin "application": it brings "Dense" to layers, which "@lamella\/layers" has already/,
    );
    expect(composed.catalog.find('layers', 'acme>Mine')).toBeUndefined();
    expect(composed.catalog.find('layers', 'Dense')).toBe(Dense);
  });
});
