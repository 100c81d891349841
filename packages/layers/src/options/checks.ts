// Checks of a layer's options. Each returns the value it was given, or throws OPTION_INVALID naming the layer.
import { optionInvalid } from '@lamella/core';

/** A positive integer, such as a number of units. */
export function positiveInteger(subject: string, option: string, value: unknown): number {
  if (Number.isInteger(value) && (value as number) > 0) return value as number;
  throw optionInvalid(subject, option, 'a positive integer', value);
}

/** An integer, such as an axis. */
export function integer(subject: string, option: string, value: unknown): number {
  if (Number.isInteger(value)) return value as number;
  throw optionInvalid(subject, option, 'an integer', value);
}

/** A number that is finite and not negative. */
export function nonNegative(subject: string, option: string, value: unknown): number {
  if (Number.isFinite(value) && (value as number) >= 0) return value as number;
  throw optionInvalid(subject, option, 'a number that is not negative', value);
}

/** A finite number. */
export function finite(subject: string, option: string, value: unknown): number {
  if (Number.isFinite(value)) return value as number;
  throw optionInvalid(subject, option, 'a finite number', value);
}

/** A share: from 0 to 1. */
export function share(subject: string, option: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw optionInvalid(subject, option, 'a number from 0 to 1', value);
}

/** One of a few words. */
export function oneOf<const T extends string>(
  subject: string,
  option: string,
  value: unknown,
  allowed: readonly T[],
): T {
  if (allowed.includes(value as T)) return value as T;
  throw optionInvalid(subject, option, `one of ${allowed.map((word) => `"${word}"`).join(', ')}`, value);
}

/** A seed, or null for none. Units: a safe integer. */
export function seedOrNull(subject: string, value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (Number.isSafeInteger(value)) return value as number;
  throw optionInvalid(subject, 'seed', 'a safe integer', value);
}
