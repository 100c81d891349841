// What classes say of themselves for files: the facts that files hold, or leave out, and that no value of an option says.
import type { FileFacts, Serializable, SerializableClass } from '@lamella/core';
import { isRecord, type Tree } from '@lamella/program';

/** The facts that the class of an object states. */
export function fileFacts(object: Serializable): FileFacts {
  return classOf(object).fileFacts ?? {};
}

/** Whether Python wants a float for an option, so that 1 is written as 1.0. */
export function isFloatOption(object: Serializable, name: string): boolean {
  const { options = {} } = classOf(object);
  return Object.hasOwn(options, name) && options[name]!.isFloat;
}

/** A layer's input as files hold it: records by Keras' names. */
export function withKerasNames<T>(layer: Serializable, inputs: Tree<T>): Tree<T> {
  return renamed(inputs, fileFacts(layer).inputNames ?? {});
}

/** A layer's input as files hold it, by the names of records here. */
export function withOwnNames<T>(layer: Serializable, inputs: Tree<T>): Tree<T> {
  const names = Object.entries(fileFacts(layer).inputNames ?? {});
  return renamed(inputs, Object.fromEntries(names.map(([own, keras]) => [keras, own])));
}

/** Only the outermost record is one that the layer names. */
function renamed<T>(inputs: Tree<T>, names: Readonly<Record<string, string>>): Tree<T> {
  if (!isRecord(inputs)) return inputs;
  return Object.fromEntries(Object.entries(inputs).map(([name, item]) => [names[name] ?? name, item]));
}

function classOf(object: Serializable): SerializableClass {
  return object.constructor as unknown as SerializableClass;
}
