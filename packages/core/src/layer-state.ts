// What a layer keeps that is no weight, such as a vocabulary, as files hold it. Not here: options, which are in its config.
import type { HostTensor } from '@lamella/program';
import type { Config } from './config.js';

/** State that is no weight. */
export interface LayerState {
  /** Texts by the names of their files: Keras' assets. */
  readonly files: Readonly<Record<string, string>>;
  /** Arrays by name, beside the weights. */
  readonly arrays: Readonly<Record<string, HostTensor>>;
}

/** A layer with such state. */
export interface StatefulLayer {
  /** What it keeps now, beside its config; undefined where its config says all. */
  getState(): LayerState | undefined;
  /** Takes over what a file holds. Throws where it does not fit the layer's options. */
  setState(state: LayerState): void;
  /** Its config with the state in it, for files that have no place for it. */
  getFullConfig(): Config;
}

/** Whether a layer has state that is no weight. */
export function hasState(layer: object): layer is StatefulLayer {
  return typeof (layer as Partial<StatefulLayer>).getState === 'function';
}
