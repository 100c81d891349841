// The paths of layers in a list, by which files give their weights names. For `namedSublayers`.
import { snakeCaseClass, type Layer } from '@lamella/core';

/** As Keras stores a list: by the classes in it, numbered. */
export function listedSublayers(list: string, layers: readonly Layer[]): ReadonlyMap<string, Layer> {
  const classes = layers.map(({ className }) => snakeCaseClass(className));
  return new Map(
    layers.map((layer, i) => {
      const before = classes.slice(0, i).filter((name) => name === classes[i]).length;
      return [`${list}/${classes[i]}${before === 0 ? '' : `_${before}`}`, layer];
    }),
  );
}
