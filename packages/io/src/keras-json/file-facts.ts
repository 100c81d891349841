// What classes say of themselves for files: the facts that files hold, or leave out, and that no value of an option says.
import type { FileFacts, Serializable, SerializableClass } from '@lamella/core';

/** The facts that the class of an object states. */
export function fileFacts(object: Serializable): FileFacts {
  return classOf(object).fileFacts ?? {};
}

/** Whether Python wants a float for an option, so that 1 is written as 1.0. */
export function isFloatOption(object: Serializable, name: string): boolean {
  const { options = {} } = classOf(object);
  return Object.hasOwn(options, name) && options[name]!.isFloat;
}

function classOf(object: Serializable): SerializableClass {
  return object.constructor as unknown as SerializableClass;
}
