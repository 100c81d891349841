import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { compose, input, isNamedFunction } from '@lamella/core';
import { FunctionRegistry } from './function-registry.js';
import { Lambda } from './lambda.js';
import { lambdas } from './lambdas.js';
import { namedFunction } from './named-function.js';

const addTwo = namedFunction('tutorial>add_two', (x: tf.Tensor) => tf.add(x, 2));
const clip = namedFunction('acme>clip01', (x: tf.Tensor) => tf.clipByValue(x, 0, 1));

describe('a named function', () => {
  it('computes as before and carries its name', () => {
    expect(addTwo.functionName).toBe('tutorial>add_two');
    expect(addTwo.name).toBe('tutorial>add_two');
    expect(isNamedFunction(addTwo)).toBe(true);
    expect(Object.keys(addTwo)).toEqual(['functionName']);
  });

  it('leaves the function that it names as it was, and cannot be renamed', () => {
    const plain = (x: tf.Tensor): tf.Tensor => x;
    const named = namedFunction('acme>same', plain);
    expect(isNamedFunction(plain)).toBe(false);
    expect(() => ((named as { functionName: string }).functionName = 'acme>other')).toThrow(TypeError);
  });

  it.each(['acme>f', 'my-package>my_function', '@acme/ops>squash', 'a.b>c.d-e', '_p>_f'])(
    'may be named %s',
    (name) => {
      expect(namedFunction(name, (x: tf.Tensor) => x).functionName).toBe(name);
    },
  );

  it.each<unknown>([
    '',
    'add_two',
    'tutorial>',
    '>add_two',
    'a>b>c',
    'a >b',
    '1a>b',
    'a>b c',
    'a>../b',
    'builtins>eval()',
    'a>b\n',
    5,
    undefined,
  ])('may not be named %j', (name) => {
    expect(() => namedFunction(name as string, (x: tf.Tensor) => x)).toThrow(
      /\[FUNCTION_NAME_INVALID\].*expected a name like "my-package>my_function"[\s\S]*Fix:/,
    );
  });

  it('is a function', () => {
    expect(() => namedFunction('a>b', 5 as never)).toThrow('[OPTION_INVALID] Function "a>b"');
  });
});

describe('a registry of functions', () => {
  it('finds and lists what was put in, in order', () => {
    const registry = new FunctionRegistry([clip]);
    registry.register(addTwo);
    expect(registry.get('tutorial>add_two')).toBe(addTwo);
    expect(registry.list()).toEqual(['acme>clip01', 'tutorial>add_two']);
    expect([...registry]).toEqual([clip, addTwo]);
    expect([registry.has('acme>clip01'), registry.has('acme>clip10')]).toEqual([true, false]);
  });

  it('takes one function twice, and two of one name never', () => {
    const registry = new FunctionRegistry([addTwo]);
    registry.register(addTwo);
    const other = namedFunction('tutorial>add_two', (x: tf.Tensor) => x);
    expect(() => registry.register(other)).toThrow('[FUNCTION_DUPLICATE] Function "tutorial>add_two"');
    expect(registry.get('tutorial>add_two')).toBe(addTwo);
    expect(() => lambdas({ functions: [addTwo, other] })).toThrow('[FUNCTION_DUPLICATE]');
  });

  it('takes no function without a name', () => {
    expect(() => new FunctionRegistry([((x: tf.Tensor) => x) as never])).toThrow('[FUNCTION_NAME_INVALID]');
  });

  it.each(['__proto__', 'constructor', 'toString', 'acme>clip10'])(
    'reaches nothing by the name %s',
    (name) => {
      expect(() => new FunctionRegistry([clip]).get(name, 'Lambda "l"')).toThrow(
        `[FUNCTION_UNKNOWN] Lambda "l": it refers to function "${name}", which is not registered. Known: acme>clip01.`,
      );
    },
  );

  it('names near matches', () => {
    expect(() => new FunctionRegistry([clip, addTwo]).get('acme>clip10')).toThrow(
      'Did you mean "acme>clip01"?',
    );
  });
});

describe('lambdas, in a composition', () => {
  const x = input({ shape: [3] });

  it('finds functions by name: the application’s own and those of plugins', () => {
    const plugin = { name: 'acme', functions: [clip] };
    const { lambda, registeredFunctions, catalog } = compose({
      plugins: [lambdas({ functions: [addTwo] }), plugin],
    });
    expect(registeredFunctions()).toEqual(['tutorial>add_two', 'acme>clip01']);
    expect(lambda('acme>clip01').function).toBe(clip);
    expect(lambda('tutorial>add_two', { name: 'two' }).apply(x).name).toBe('two');
    expect(lambda(addTwo).functionName).toBe('tutorial>add_two');
    expect(catalog.get('layers', 'Lambda')).toBe(Lambda);
  });

  it('takes functions later on, for this composition alone', () => {
    const plugin = lambdas();
    const [one, two] = [compose({ plugins: [plugin] }), compose({ plugins: [plugin] })];
    const named = one.registerFunction('acme>half', (t: tf.Tensor) => tf.mul(t, 0.5));
    expect(one.lambda('acme>half').function).toBe(named);
    expect(two.registeredFunctions()).toEqual([]);
    expect(() => two.registerFunction('acme>half', (t: tf.Tensor) => t)).not.toThrow();
    expect(() => one.registerFunction('acme>half', (t: tf.Tensor) => t)).toThrow('[FUNCTION_DUPLICATE]');
    expect(() => one.registerFunction('half', (t: tf.Tensor) => t)).toThrow('[FUNCTION_NAME_INVALID]');
  });

  it('names what it does not know, with near matches and the fix', () => {
    const { lambda } = compose({ plugins: [lambdas({ functions: [addTwo] })] });
    expect(() => lambda('tutorial>add_too')).toThrow(
      /\[FUNCTION_UNKNOWN\] lambda\(\).*Did you mean "tutorial>add_two"\?\nFix: list the function in lambdas/,
    );
  });

  it('refuses two functions of one name from two plugins', () => {
    const other = namedFunction('tutorial>add_two', (t: tf.Tensor) => t);
    expect(() =>
      compose({ plugins: [lambdas({ functions: [addTwo] }), { name: 'acme', functions: [other] }] }),
    ).toThrow('[PLUGIN_INVALID] Plugin "acme": another function is named "tutorial>add_two" already');
  });
});
