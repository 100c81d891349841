// The state of callbacks in files: JSON, in which null stands where a tensor is, and the tensors by their places in it.
import { isHostTensor, type HostTensor } from '@lamella/program';
import type { CallbackState } from '@lamella/training';
import type { Json, WritableJson } from '../keras-json/python-json.js';

/** A tensor's place as a name: the keys that lead there. */
type Path = readonly (string | number)[];

/** Splits a state; the tensors go into `tensors`. */
export function encodeState(
  state: CallbackState,
  tensors: Map<string, HostTensor>,
  path: Path = [],
): WritableJson {
  if (isHostTensor(state)) {
    tensors.set(JSON.stringify(path), state);
    return null;
  }
  if (typeof state !== 'object' || state === null) return state;
  if (Array.isArray(state))
    return (state as readonly CallbackState[]).map((item, i) => encodeState(item, tensors, [...path, i]));
  return Object.fromEntries(
    Object.entries(state).map(([key, item]) => [key, encodeState(item, tensors, [...path, key])]),
  );
}

/** The state that was split. */
export function decodeState(
  stored: Json,
  tensors: ReadonlyMap<string, HostTensor>,
  path: Path = [],
): CallbackState {
  if (stored === null) return tensors.get(JSON.stringify(path)) ?? null;
  if (typeof stored !== 'object') return stored;
  if (Array.isArray(stored))
    return (stored as readonly Json[]).map((item, i) => decodeState(item, tensors, [...path, i]));
  return Object.fromEntries(
    Object.entries(stored).map(([key, item]) => [key, decodeState(item, tensors, [...path, key])]),
  );
}
