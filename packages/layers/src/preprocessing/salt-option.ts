// The salt of hashes as an option: one number or two.
import { option, optionInvalid, type Option } from '@lamella/core';
import type { Salt } from './hash.js';

/** Two integers, or one for both; null, the default, for none. */
export function saltOption(): Option<number | Salt | null, Salt | null, false> {
  return option<number | Salt | null, Salt | null>({
    check: (subject, name, given) => {
      if (given === null) return null;
      const list = typeof given === 'number' ? [given, given] : (given as readonly number[]);
      if (Array.isArray(list) && list.length === 2 && list.every(Number.isSafeInteger))
        return list as unknown as Salt;
      throw optionInvalid(subject, name, 'an integer, two integers, or null', given);
    },
    isNullable: true,
    default: null,
  });
}
