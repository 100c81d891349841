import { describe, expect, it, jest } from '@jest/globals';
import { compose, input, Layer, type Config } from '@lamella/core';
import { unzip, writeZip } from '@lamella/files';
import { lambda, lambdas, namedFunction } from '@lamella/lambda';
import { layers } from '@lamella/layers';
import { training } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { io } from './io.js';
import { bytesOf, composed, pathOf } from './keras-fixtures.spec.js';
import { archive, layersOf, load, refused, text, withHidden, type Json } from './refusals.spec.js';

// Every published attack on Keras' loaders, and their kin, as a file that does it. Sources: the CVEs named below.

describe('code in a file', () => {
  // CVE-2024-3660, and CVE-2025-9905 for .h5, whose loader forgot the safe mode.
  it.each(['lambda_bytecode.keras', 'lambda_bytecode.h5'])('%s: bytecode is never decoded', async (file) => {
    await expect(composed().loadModel(pathOf(file))).rejects.toThrow(
      /FUNCTION_UNKNOWN.*\n {2}Lambda "double_plus_two" holds Python bytecode, which is never decoded; pass \{ functions: \{ "double_plus_two": fn \} \}/,
    );
  });

  // CVE-2026-12481: an option that was not set was taken for consent.
  it.each([
    [{ safe_mode: false }, '[OPTION_UNKNOWN]'],
    [{ safeMode: null }, '[OPTION_UNKNOWN]'],
    [{ compile: undefined }, '[FUNCTION_UNKNOWN]'],
    [{ functions: { other: tf.relu } }, '[FUNCTION_UNKNOWN]'],
  ])('no option loosens that: %j', async (options, code) => {
    await expect(load(bytesOf('lambda_bytecode.keras'), 'x.keras', options)).rejects.toThrow(code);
  });

  // CVE-2025-1550: any module, any function, any arguments.
  it.each([
    ['os', 'system', 'function'],
    ['builtins', 'eval', 'function'],
    ['subprocess', 'Popen', 'Popen'],
    ['node:child_process', 'execSync', 'execSync'],
  ])('a layer of module %s is looked up nowhere: %s', async (module, name, className) => {
    const change = (layer: Json): void =>
      void Object.assign(layer, {
        module,
        class_name: className,
        config: { name, args: ['touch /tmp/x'] },
        registered_name: name,
      });
    await refused(withHidden(change), 'CLASS_UNKNOWN');
  });

  it.each(['kernel_initializer', 'kernel_regularizer', 'bias_constraint'])(
    'nor is one inside a layer: %s',
    async (option) => {
      const evil = {
        module: 'os',
        class_name: 'system',
        config: { command: 'id' },
        registered_name: 'system',
      };
      await refused(
        withHidden((layer) => ((layer['config'] as Json)[option] = evil)),
        'CLASS_UNKNOWN',
        /system/,
      );
    },
  );

  it('nor an activation that is a function of Python', async () => {
    const evil = { module: 'os', class_name: 'function', config: 'system', registered_name: 'system' };
    await refused(
      withHidden((layer) => ((layer['config'] as Json)['activation'] = evil)),
      'IDENTIFIER_UNKNOWN',
      /system/,
    );
  });

  it('nor anything that compile() is given', async () => {
    const evil = { module: 'builtins', class_name: 'function', config: 'exec', registered_name: 'function' };
    const bytes = archive((config) => ({
      ...config,
      compile_config: { ...(config['compile_config'] as Json), loss: evil },
    }));
    const warn = jest.fn();
    const model = await load(bytes, 'hostile.keras', { warn });
    expect(model.compiled).toBeUndefined();
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^\[NOT_RESTORED\].*unknown loss "exec"/s)]]);
  });

  // CVE-2025-8747 and CVE-2025-9906: Keras' own functions with chosen arguments, called when the graph is rebuilt.
  it.each([
    ['keras.utils', 'get_file', { origin: 'http://example.com/x' }],
    ['keras.config', 'enable_unsafe_deserialization', {}],
    ['keras.models', 'load_model', { safe_mode: false }],
    ['keras.src.utils.numerical_utils', 'to_categorical', { num_classes: 2 }],
  ])('a Lambda of the function %s.%s finds none', async (module, name, args) => {
    const lambda = { module: 'keras.layers', class_name: 'Lambda', registered_name: null };
    const config = {
      name: 'evil',
      function: { module, class_name: 'function', config: name, registered_name: name },
      arguments: args,
    };
    await refused(
      withHidden((layer) => Object.assign(layer, lambda, { config })),
      'FUNCTION_UNKNOWN',
      `"${name}"`,
    );
  });

  // tf-keras pull request 910: the older config names a module beside the function.
  it('nor does the older form, which names a module beside it', async () => {
    const config = {
      name: 'evil',
      function: 'system',
      function_type: 'function',
      module: 'os',
      arguments: {},
    };
    await refused(
      withHidden((layer) => Object.assign(layer, { class_name: 'Lambda', config })),
      'FUNCTION_UNKNOWN',
      /"system"/,
    );
  });

  // CVE-2026-1462: a layer that points to a program elsewhere.
  it('a TFSMLayer is not known, and what it points to is not opened', async () => {
    const config = { name: 'evil', filepath: '//evil.example/model', call_endpoint: 'serve' };
    await refused(
      withHidden((layer) => Object.assign(layer, { class_name: 'TFSMLayer', config })),
      'CLASS_UNKNOWN',
      /TFSMLayer/,
    );
  });

  it('loading runs no function of the user, whatever arguments the file chooses', async () => {
    const called = jest.fn();
    const fn = (x: tf.Tensor): tf.Tensor => {
      called(x);
      return tf.neg(x);
    };
    const x = input({ shape: [3] });
    const { model, encodeModel, loadModel } = compose({
      plugins: [layers, lambdas({ functions: [namedFunction('acme>fn', fn)] }), training, io],
    });
    const net = model({
      inputs: x,
      outputs: lambda(namedFunction('acme>fn', fn), { name: 'evil' }).apply(x),
    });
    const { bytes } = await encodeModel(net, 'x.keras');
    called.mockClear();
    const members = Object.fromEntries(unzip(bytes, 'x.keras'));
    const config = new TextDecoder().decode(members['config.json']);
    const hostile = config.replace(
      /"arguments": ?\{\}/,
      '"arguments":{"safe_mode":false,"path":"/etc/passwd"}',
    );
    expect(hostile).not.toBe(config);
    const loaded = await loadModel({
      name: 'x.keras',
      bytes: writeZip({ ...members, 'config.json': text.encode(hostile) }),
    });
    expect(loaded.getLayer('evil').getConfig()['arguments']).toMatchObject({ safe_mode: false });
    expect(called).not.toHaveBeenCalled();
  });
});

describe('calls of layers', () => {
  // CVE-2025-9906: what is no tensor, smuggled into a call by name.
  it.each([
    { state: { class_name: '__lambda__', config: {} } },
    { initial_state: 3 },
    { mask: 'ones' },
    { mask: { class_name: '__tensor__', config: { value: [1], dtype: 'bool' } } },
  ])('take no other arguments than tensors, a mask and the training flag: %j', async (kwargs) => {
    await refused(
      withHidden((layer) => ((layer['inbound_nodes'] as Json[])[0]!['kwargs'] = kwargs)),
      'FILE_INVALID',
      /"hidden"/,
    );
  });

  it.each([
    ['something that is no tensor', [{ class_name: '__lambda__', config: 'x' }]],
    ['numbers', [3]],
    ['a tensor that does not exist', [tensor('nobody', 0, 0)]],
    ['a call that does not exist', [tensor('input', 5, 0)]],
    ['an output that does not exist', [tensor('input', 0, 9)]],
    ['its own output', [tensor('hidden', 0, 0)]],
    ['several arguments', [tensor('input', 0, 0), tensor('input', 0, 0)]],
  ])('are refused on %s', async (_, args) => {
    await refused(
      withHidden((layer) => ((layer['inbound_nodes'] as Json[])[0]!['args'] = args)),
      'FILE_INVALID',
    );
  });

  it('are refused on an input, and on two layers of one name', async () => {
    const onInput = archive((config) => {
      layersOf(config)[0]!['inbound_nodes'] = layersOf(config)[1]!['inbound_nodes'];
      return config;
    });
    await refused(onInput, 'FILE_INVALID', /input "input" is called on something/);
    const twice = archive((config) => {
      layersOf(config).push(layersOf(config)[1]!);
      return config;
    });
    await refused(twice, 'FILE_INVALID', /two layers are named "hidden"/);
  });
});

function tensor(layer: string, node: number, index: number): Json {
  return {
    class_name: '__keras_tensor__',
    config: { shape: [null, 4], dtype: 'float32', keras_history: [layer, node, index] },
  };
}

describe('names', () => {
  // Keras issue 22466: what a user registers could take the place of what Keras has.
  it('of built-in classes cannot be taken by others, in a composition or by a file', async () => {
    class Impostor extends Layer {
      static readonly className = 'Dense';
      override call(x: tf.Tensor): tf.Tensor {
        return x;
      }
      override getConfig(): Config {
        return {};
      }
    }
    const impostor = { name: 'impostor', classes: { layers: [Impostor as never] } };
    expect(() => compose({ plugins: [layers, impostor, training, io] })).toThrow('[PLUGIN_INVALID]');
    await refused(
      withHidden((layer) => (layer['registered_name'] = 'acme>Dense')),
      'CLASS_UNKNOWN',
      /Dense/,
    );
  });

  it.each(['__proto__', 'constructor', 'prototype'])(
    'that reach a prototype are refused: %s',
    async (key) => {
      const bytes = archive((config) =>
        JSON.stringify(config).replace('"units":5', `"units":5,"${key}":{"polluted":true}`),
      );
      await refused(bytes, 'FILE_INVALID', `the key "${key}" is not allowed`);
      expect(({} as Json)['polluted']).toBeUndefined();
    },
  );

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'of things that every object has are no classes: %s',
    async (name) => {
      await refused(
        withHidden((layer) => (layer['class_name'] = name)),
        'CLASS_UNKNOWN',
      );
      await refused(
        withHidden((layer) => ((layer['config'] as Json)['activation'] = name)),
        'IDENTIFIER_UNKNOWN',
      );
    },
  );

  it('that stand twice in one object are refused', async () => {
    const bytes = archive((config) => JSON.stringify(config).replace('"units":5', '"units":5,"units":6'));
    await refused(bytes, 'FILE_INVALID', 'the key "units" stands twice');
  });
});

describe('sizes', () => {
  it.each([
    ['units', 2 ** 31, 'FILE_INVALID'],
    ['units', 2 ** 52, 'FILE_INVALID'],
    ['units', 1e300, 'OPTION_INVALID'],
  ])(
    'that nothing in the file bears out are refused before memory is taken: %s %d',
    async (option, size, code) => {
      await refused(
        withHidden((layer) => ((layer['config'] as Json)[option] = size)),
        code,
        /larger than all that the file stores|units/,
      );
    },
  );

  it('of an input are refused likewise', async () => {
    const bytes = archive((config) => {
      (layersOf(config)[0]!['config'] as Json)['batch_shape'] = [null, 2 ** 40];
      return config;
    });
    await refused(bytes, 'FILE_INVALID', /larger than all that the file stores/);
  });

  it('of what a layer would hold for one example are refused, by its name', async () => {
    const change = (layer: Json): void =>
      void Object.assign(layer, { class_name: 'RepeatVector', config: { name: 'hidden', n: 2 ** 31 } });
    await refused(
      withHidden(change),
      'SIZES_EXCEEDED',
      /Layer "hidden".*Tile gives \[null, 2147483648, \d+\]/,
    );
  });

  it('of nested lists and records are refused', async () => {
    await refused(
      archive(() => '['.repeat(100_000)),
      'FILE_INVALID',
      /nested more than/,
    );
    await refused(
      archive((config) =>
        JSON.stringify(config).replace('"units":5', `"units":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`),
      ),
      'FILE_INVALID',
      /nested more than/,
    );
  });

  it('of models that double at every level are refused', async () => {
    // Each level calls the one inside it twice: thirty levels, a billion calls.
    let level = archiveConfig();
    for (let i = 0; i < 30; i++) level = twice(level, `level_${i}`);
    await refused(
      archive(() => JSON.stringify(level)),
      'FILE_INVALID',
      /more than 200000 calls/,
    );
  });
});

function archiveConfig(): Json {
  const config = JSON.parse(
    new TextDecoder().decode(unzip(bytesOf('mlp.keras'), 'x').get('config.json')),
  ) as Json;
  (layersOf(config)[2]!['config'] as Json)['units'] = 4;
  (config['config'] as Json)['name'] = 'innermost';
  delete config['compile_config'];
  return config;
}

/** A model that applies another to its input, and again to what comes out. */
function twice(inner: Json, name: string): Json {
  const innerName = (inner['config'] as Json)['name'] as string;
  const entry = {
    ...inner,
    name: innerName,
    inbound_nodes: [
      { args: [tensor('in', 0, 0)], kwargs: {} },
      { args: [tensor(innerName, 0, 0)], kwargs: {} },
    ],
  };
  const first = {
    module: 'keras.layers',
    class_name: 'InputLayer',
    config: { batch_shape: [null, 4], dtype: 'float32', name: 'in' },
    name: 'in',
    inbound_nodes: [],
  };
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: {
      name,
      trainable: true,
      layers: [first, entry],
      input_layers: ['in', 0, 0],
      output_layers: [innerName, 2, 0],
    },
    registered_name: 'Functional',
  };
}
