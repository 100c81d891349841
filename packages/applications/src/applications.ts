// The plugin: the functions that make applications, bound to a composition.
import type { Plugin } from '@lamella/core';
import type { Application } from './application.js';
import * as layerClasses from './layer-classes.js';
import * as networks from './networks.js';

type Networks = typeof networks;

/** The functions that {@link applications} gives to a composition. */
export type ApplicationsApi = {
  readonly [Name in keyof Networks]: (options?: Parameters<Networks[Name]>[0]) => Application;
};

/**
 * Keras' applications, for compose(): architectures by their Keras names, with random weights; `loadWeights` takes Keras' files.
 *
 * @example
 * import { compose } from '@lamella/core';
 * import { applications } from '@lamella/applications';
 *
 * const { mobileNet } = compose({ plugins: [applications] });
 * const features = mobileNet({ alpha: 0.25, includeTop: false, pooling: 'avg', inputShape: [64, 64, 3] });
 * features.outputs[0]!.shape; // [null, 256]
 */
export const applications: Plugin<ApplicationsApi> = {
  name: '@lamella/applications',
  classes: { layers: layerClasses },
  api: (composition) =>
    Object.fromEntries(
      Object.entries(networks).map(([name, make]) => [
        name,
        (options?: object) =>
          (make as (options: object | undefined, at: typeof composition) => Application)(
            options,
            composition,
          ),
      ]),
    ) as ApplicationsApi,
};
