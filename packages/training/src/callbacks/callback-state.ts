// What a callback holds between epochs and needs again where a training goes on in another process: plain data.
import { isHostTensor, type HostTensor } from '@lamella/program';
import { callbackStateInvalid } from '../errors.js';

/** JSON, NaN and infinities too, in which host tensors may stand. Members that are undefined are left out. */
export type CallbackState =
  | null
  | undefined
  | boolean
  | number
  | string
  | HostTensor
  | readonly CallbackState[]
  | { readonly [name: string]: CallbackState };

/** Deepest nesting of a state. */
const maximumDepth = 32;

/** The state as it is now: a copy, tensors aside. Throws: CALLBACK_STATE_INVALID for what is no {@link CallbackState}. */
export function copyState(subject: string, state: unknown, place = 'state', depth = 0): CallbackState {
  if (state === null || ['boolean', 'number', 'string'].includes(typeof state)) return state as CallbackState;
  const refuse = (what: string): Error =>
    callbackStateInvalid(
      subject,
      `${place}: expected JSON or host tensors, got ${what}`,
      'keep numbers, strings, booleans, null, lists and records of them in state',
    );
  if (isHostTensor(state)) {
    const { dtype } = state;
    if (dtype === 'string' || dtype === 'complex64') throw refuse(`a tensor of ${dtype}`);
    return state as HostTensor;
  }
  if (typeof state !== 'object') throw refuse(typeof state);
  if (depth === maximumDepth) throw refuse(`records more than ${maximumDepth} deep`);
  if (Array.isArray(state))
    return Array.from(state, (item, i) => copyState(subject, item, `${place}[${i}]`, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(state);
  if (prototype !== null && prototype !== Object.prototype)
    throw refuse((state as object).constructor.name || 'an object of a class');
  const own = ['__proto__', 'constructor', 'prototype'].find((name) => Object.hasOwn(state, name));
  if (own !== undefined) throw refuse(`a member called "${own}"`);
  return Object.fromEntries(
    Object.entries(state)
      .filter(([, item]) => item !== undefined)
      .map(([name, item]) => [name, copyState(subject, item, `${place}.${name}`, depth + 1)]),
  );
}

/** What a field of a state may hold. */
type Kind<T extends CallbackState> = (value: CallbackState) => value is T;

/** The kinds of values by which {@link fieldsOf} knows a state again. */
export const fieldKinds = {
  number: (value: CallbackState): value is number => typeof value === 'number',
  count: (value: CallbackState): value is number => Number.isSafeInteger(value),
  flag: (value: CallbackState): value is boolean => typeof value === 'boolean',
  text: (value: CallbackState): value is string => typeof value === 'string',
  tensor: (value: CallbackState): value is HostTensor => isHostTensor(value),
  record: isRecordOfStates,
  listOf:
    <T extends CallbackState>(isItem: Kind<T>): Kind<readonly T[]> =>
    (value): value is readonly T[] =>
      Array.isArray(value) && (value as readonly CallbackState[]).every(isItem),
  optional:
    <T extends CallbackState>(isKind: Kind<T>): Kind<T | undefined> =>
    (value): value is T | undefined =>
      value === undefined || isKind(value),
} as const;

function isRecordOfStates(value: CallbackState): value is Readonly<Record<string, CallbackState>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isHostTensor(value);
}

/** The fields of a state that was kept. Throws: CALLBACK_STATE_INVALID where it is not what a callback of `subject` keeps. */
export function fieldsOf<T extends Readonly<Record<string, CallbackState>>>(
  subject: string,
  state: CallbackState,
  kinds: { readonly [K in keyof T]: Kind<T[K]> },
): T {
  const fields = isRecordOfStates(state) ? state : {};
  for (const [name, isKind] of Object.entries(kinds)) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!isKind(value))
      throw callbackStateInvalid(
        subject,
        `the state that was kept: expected another value of "${name}"`,
        'begin the training anew, or pass the callbacks with which it began',
      );
  }
  return Object.fromEntries(Object.keys(kinds).map((name) => [name, fields[name]])) as T;
}
