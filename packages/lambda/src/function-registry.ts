// The registry of named functions: an allow-list of its own, a Map. Names reach nothing that was not put in.
import { isNamedFunction, type NamedFunction } from '@lamella/core';
import { functionDuplicate, functionNameInvalid, functionUnknown } from './errors.js';

export class FunctionRegistry {
  private readonly functions = new Map<string, NamedFunction>();

  constructor(functions: Iterable<NamedFunction> = []) {
    for (const fn of functions) this.register(fn);
  }

  /** Adds a function. Throws: FUNCTION_DUPLICATE when its name is another's. */
  register(fn: NamedFunction): void {
    if (!isNamedFunction(fn)) throw functionNameInvalid(undefined);
    const known = this.functions.get(fn.functionName);
    if (known !== undefined && known !== fn) throw functionDuplicate(fn.functionName);
    this.functions.set(fn.functionName, fn);
  }

  has(name: string): boolean {
    return this.functions.has(name);
  }

  /** Throws: FUNCTION_UNKNOWN with near matches. */
  get(name: string, subject = 'FunctionRegistry'): NamedFunction {
    const found = this.functions.get(name);
    if (found === undefined) throw functionUnknown(subject, name, this.functions.keys());
    return found;
  }

  /** All names, in the order of registration. */
  list(): string[] {
    return [...this.functions.keys()];
  }

  [Symbol.iterator](): IterableIterator<NamedFunction> {
    return this.functions.values();
  }
}
