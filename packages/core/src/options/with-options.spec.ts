import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { fromConfig } from '../config.js';
import { Initializer } from '../initializer.js';
import { Layer } from '../layer.js';
import { booleanOption, choiceOption, numberOption, positiveIntegerOption, seedOption } from './kinds.js';
import { option, orNull } from './option.js';
import { withOptions, type GivenOptions } from './with-options.js';

const table = {
  units: positiveIntegerOption(),
  slope: numberOption(0.5),
  mode: choiceOption(['rows', 'columns'], 'rows'),
  limit: orNull(numberOption()),
  useBias: booleanOption(true),
  seed: seedOption(),
};

class Bend extends withOptions(Layer, table) {
  static readonly className: string = 'test>Bend';
  override call(x: tf.Tensor): tf.Tensor {
    return tf.mul(x, this.slope * this.units);
  }
}

const named = option<readonly string[], number>({
  check: (_subject, _name, given) => (given as readonly string[]).length,
  default: [],
  write: (count) => (count === 0 ? undefined : `${count} names`),
});

class SteepBend extends withOptions(Bend, { slope: numberOption(2), names: named }) {
  static override readonly className = 'test>SteepBend';
}

describe('a class with declared options', () => {
  it('keeps what is given and the defaults of the others, and gives them in its config', () => {
    const bend = new Bend({ units: 3, mode: 'columns', name: 'bend', trainable: false });
    const kept = { units: 3, slope: 0.5, mode: 'columns', limit: null, useBias: true, seed: null };
    expect(bend).toMatchObject(kept);
    expect(bend.getConfig()).toEqual({ name: 'bend', trainable: false, dtype: 'float32', ...kept });
    expect(Object.keys(bend.getConfig())).toEqual(['name', 'trainable', 'dtype', ...Object.keys(table)]);
    expect(new Bend(bend.getConfig() as never).getConfig()).toEqual(bend.getConfig());
  });

  it('takes null for the default, as files hold it', () => {
    expect(new Bend({ units: 1, slope: null, useBias: null } as never)).toMatchObject({
      slope: 0.5,
      useBias: true,
    });
  });

  it('takes null for null where the option may be null', () => {
    class Limited extends withOptions(Bend, { limit: orNull(numberOption(), 4) }) {
      static override readonly className = 'test>Limited';
    }
    expect(new Limited({ units: 1 }).limit).toBe(4);
    expect(new Limited({ units: 1, limit: null }).limit).toBeNull();
  });

  it.each<[string, object, string]>([
    ['a missing option', {}, 'units: expected a positive integer, got undefined'],
    ['null where there is no default', { units: null }, 'units: expected a positive integer, got null'],
    [
      'a count that no file can write',
      { units: 2 ** 53 },
      `units: expected a positive integer, got ${2 ** 53}`,
    ],
    ['another word', { units: 1, mode: 'cells' }, 'mode: expected one of "rows", "columns", got "cells"'],
    ['what is no number', { units: 1, limit: 'high' }, 'limit: expected a finite number, got "high"'],
    ['what is no boolean', { units: 1, useBias: 'no' }, 'useBias: expected true or false, got "no"'],
    ['a broken seed', { units: 1, seed: 0.5 }, 'seed: expected a safe integer, got 0.5'],
  ])('refuses %s under its name', (_, given, message) => {
    expect(() => new Bend({ name: 'b', ...given } as never)).toThrow(`[OPTION_INVALID] Bend "b": ${message}`);
  });

  it('refuses a name that it does not know, and says which one was meant', () => {
    expect(() => new Bend({ units: 1, useBiass: false, name: 'b' } as never)).toThrow(
      '[OPTION_UNKNOWN] test>Bend "b": unknown option "useBiass". Known: useBias, units, seed, slope, limit, and 4 more. Did you mean "useBias"?',
    );
    expect(() => new SteepBend({ units: 1, namess: [] } as never)).toThrow('Did you mean "names"?');
  });

  it('takes what a constructor takes besides, where the class names it', () => {
    class Marked extends withOptions(Layer, { slope: numberOption(1) }) {
      static readonly className = 'test>Marked';
      static override readonly plainOptions = [...Layer.plainOptions, 'mark'];
      readonly mark: string;
      constructor({ mark, ...others }: { mark: string; slope?: number }) {
        super({ ...others, mark } as never);
        this.mark = mark;
      }
      override call(x: tf.Tensor): tf.Tensor {
        return tf.mul(x, this.slope);
      }
    }
    expect(new Marked({ mark: 'here' }).mark).toBe('here');
  });

  it('leaves names in the configs of files to those that read them', () => {
    expect(fromConfig(Bend as never, { units: 1, later: null })).toBeInstanceOf(Bend);
    expect(() => new Bend({ units: 1, later: null } as never)).toThrow('OPTION_UNKNOWN');
  });

  it('refuses options that are no record', () => {
    expect(() => new Bend(3 as never)).toThrow(
      '[OPTION_INVALID] test>Bend: options: expected an object, got 3.\nFix: name what is given, as in { units: 3 }; its options are units, slope, mode, limit, useBias.',
    );
    expect(() => new SteepBend([3] as never)).toThrow(
      '[OPTION_INVALID] test>SteepBend: options: expected an object, got [3]',
    );
  });

  it('may declare an option anew, and adds its own', () => {
    const steep = new SteepBend({ units: 1, names: ['a', 'b'], name: 's' });
    expect(steep.slope).toBe(2);
    expect(steep.getConfig()).toMatchObject({ units: 1, slope: 2, names: '2 names' });
    expect(new SteepBend({ units: 1, slope: 3 }).slope).toBe(3);
    expect(Object.keys(SteepBend.options)).toEqual([...Object.keys(table), 'names']);
    expect(Object.hasOwn(new SteepBend({ units: 1, names: [] }).getConfig(), 'names')).toBe(false);
  });

  it('may hold no layer, and is then named by its class', () => {
    class Fixed extends withOptions(Initializer, { value: numberOption(1) }) {
      static readonly className = 'test>Fixed';
      override initialize(): never {
        throw new Error('not called');
      }
    }
    expect(new Fixed().getConfig()).toEqual({ value: 1 });
    expect(() => new Fixed({ value: NaN })).toThrow(
      '[OPTION_INVALID] test>Fixed: value: expected a finite number, got NaN',
    );
  });

  it('types what is given and what is kept', () => {
    const given: GivenOptions<typeof table> = { units: 2 };
    const { mode, limit }: { mode: 'rows' | 'columns'; limit: number | null } = new Bend(given);
    expect([mode, limit]).toEqual(['rows', null]);
    const wrong: (() => unknown)[] = [
      // @ts-expect-error -- units must be given
      () => new Bend(),
      // @ts-expect-error -- a class that extends it takes what it takes
      () => new SteepBend({ slope: 1 }),
      // @ts-expect-error -- there is no such option
      () => new Bend({ units: 1, unit: 1 }),
      // @ts-expect-error -- no such word
      () => new Bend({ units: 1, mode: 'cells' }),
      // @ts-expect-error -- options are kept as they are
      () => (new Bend({ units: 1 }).units = 2),
    ];
    expect(wrong).toHaveLength(5);
  });
});
