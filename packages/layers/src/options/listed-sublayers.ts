// The paths of layers in a list, by which files give their weights names. For `namedSublayers`.
import { snakeCaseClass, type Layer } from '@lamella/core';

/** As Keras stores a list: by the classes in it, numbered. */
export function listedSublayers(list: string, layers: readonly Layer[]): ReadonlyMap<string, Layer> {
  const counts = new Map<string, number>();
  return new Map(
    layers.map((layer) => {
      const name = snakeCaseClass(layer.className);
      const before = counts.get(name) ?? 0;
      counts.set(name, before + 1);
      return [`${list}/${name}${before === 0 ? '' : `_${before}`}`, layer];
    }),
  );
}
