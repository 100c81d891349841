// What makes a plugin sound by itself. What two of them may not bring both is in compose.ts.
import { kernelNames, pluginApi, suggest } from '@lamella/program';
import { serializableKinds, type SerializableClass, type SerializableKind } from './config.js';
import { bothCopies, checkCopy } from './copies.js';
import { pluginInvalid } from './errors.js';
import { isKernelLowerings, joinLowerings } from './kernel-lowerings.js';
import { isNamedFunction } from './named-function.js';
import type { Plugin } from './plugin.js';

const parts: Readonly<Record<keyof Plugin, true>> = {
  name: true,
  pluginApi: true,
  requires: true,
  classes: true,
  functions: true,
  formats: true,
  backends: true,
  datasets: true,
  lowerings: true,
  compileNotices: true,
  api: true,
};

type UnknownRecord = Readonly<Record<string, unknown>>;

/** Checks all of a plugin; `place` names one that has no name. Throws: PLUGIN_INVALID, PACKAGE_DUPLICATED. */
export function checkPlugin(given: unknown, place: string): asserts given is Plugin {
  if (!isRecord(given)) {
    const isFunction = typeof given === 'function';
    const called = isFunction && given.name !== '' ? given.name : place;
    throw pluginInvalid(
      called,
      `expected a plugin, an object with a name, got ${isFunction ? 'a function; was it meant to be called?' : given === null ? 'null' : typeof given}`,
      isFunction ? `write ${called}() in place of ${called}` : undefined,
    );
  }
  const { name } = given;
  if (typeof name !== 'string' || name === '')
    throw pluginInvalid(
      place,
      `expected the name of its package, got ${JSON.stringify(name) ?? typeof name}`,
    );
  const refuse = (problem: string, fix?: string): never => {
    throw pluginInvalid(name, problem, fix);
  };
  for (const part of Object.keys(given))
    if (!Object.hasOwn(parts, part)) refuse(`unknown part "${part}". ${suggest(part, Object.keys(parts))}`);
  const { pluginApi: api = pluginApi } = given;
  if (api !== pluginApi) {
    const copies = bothCopies(given);
    refuse(
      `it is written for plugin API ${String(api)}, and this @lamella/core has plugin API ${pluginApi}${copies === undefined ? '' : ` (${copies})`}`,
      Number(api) < pluginApi ? `install a newer version of ${name}` : 'install a newer @lamella/core',
    );
  }
  for (const part of ['compileNotices', 'api'] as const)
    if (given[part] !== undefined && typeof given[part] !== 'function')
      refuse(`${part}: expected a function, got ${typeof given[part]}`);
  for (const required of listOf(given, 'requires', refuse))
    if (typeof required !== 'string')
      refuse(`requires: expected names of plugins, got ${JSON.stringify(required)}`);
  checkFunctions(listOf(given, 'functions', refuse), refuse);
  checkFormats(listOf(given, 'formats', refuse), refuse);
  checkLowerings(listOf(given, 'lowerings', refuse), refuse);
  for (const part of ['backends', 'datasets'] as const)
    for (const [key, make] of Object.entries(recordOf(given, part, refuse)))
      if (typeof make !== 'function')
        refuse(`${part}: expected a function that makes "${key}", got ${typeof make}`);
  for (const [kind, classes] of Object.entries(recordOf(given, 'classes', refuse))) {
    if (!(serializableKinds as readonly string[]).includes(kind))
      refuse(`unknown family of classes "${kind}". ${suggest(kind, serializableKinds)}`);
    for (const one of classesOf(classes, kind, refuse))
      checkClass(one, kind as SerializableKind, name, refuse);
  }
}

type Refuse = (problem: string, fix?: string) => never;

/** The classes among what a plugin says of a family. */
export function classesOf(given: unknown, kind: string, refuse: Refuse): readonly SerializableClass[] {
  const isNamespace = !Array.isArray(given);
  if (isNamespace && !isRecord(given)) refuse(`${kind}: expected classes, got ${typeof given}`);
  const all = isNamespace ? Object.values(given as object) : (given as readonly unknown[]);
  return all.filter((one): one is SerializableClass => {
    if (typeof one === 'function' && typeof (one as Partial<SerializableClass>).className === 'string')
      return true;
    // Classes that others extend stand in module namespaces too.
    if (!isNamespace || isStorableClass(one))
      refuse(
        `${kind}: ${isStorableClass(one) ? `class ${(one as { name: string }).name} has no className` : `expected classes, got ${describe(one)}`}`,
        `give it one: static readonly className = 'package>Name'`,
      );
    return false;
  });
}

/** Whether a value is a class whose objects say a config, and not one that is there for others to extend. */
function isStorableClass(value: unknown): boolean {
  if (typeof value !== 'function') return false;
  const { prototype } = value as {
    readonly prototype?: { readonly getConfig?: unknown; readonly call?: unknown };
  };
  return typeof prototype?.getConfig === 'function' && Object.hasOwn(prototype, 'call');
}

function checkClass(made: SerializableClass, kind: SerializableKind, plugin: string, refuse: Refuse): void {
  const { className } = made;
  const { name } = made as unknown as { readonly name: string };
  if (!Object.hasOwn(made, 'className'))
    refuse(
      `${kind}: class ${name} has no className of its own: it has that of ${className}, which it extends`,
      `give it one: static override readonly className = 'package>${name}'`,
    );
  if (!/^([^>/]+>)?[^>/]+$/.test(className))
    refuse(`${kind}: expected a className "package>Name", got "${className}"`);
  if (made.kind !== undefined && made.kind !== kind)
    refuse(
      `class "${className}" stands among ${kind}, and is one of ${made.kind}`,
      `list it under classes.${made.kind}`,
    );
  checkCopy(`Plugin "${plugin}", class "${className}"`, made);
}

function checkFunctions(functions: readonly unknown[], refuse: Refuse): void {
  for (const fn of functions) {
    if (typeof fn === 'function' && isNamedFunction(fn)) continue;
    const what = typeof fn === 'function' && fn.name !== '' ? `function ${fn.name}` : describe(fn);
    refuse(
      `functions: expected functions with a registered name, got ${what}`,
      "make each with namedFunction('package>name', fn)",
    );
  }
}

function checkFormats(formats: readonly unknown[], refuse: Refuse): void {
  const methods = [
    'writeModel',
    'readModel',
    'writeWeights',
    'readWeights',
    'writeLayer',
    'inspect',
    'matches',
  ];
  for (const format of formats) {
    if (!isRecord(format) || typeof format['name'] !== 'string' || format['name'] === '')
      return refuse(`formats: expected a format with a name, got ${describe(format)}`);
    const { name, extensions } = format;
    const isEnding = (each: unknown): boolean => typeof each === 'string' && /^\.[^/\\]+$/.test(each);
    if (!Array.isArray(extensions) || extensions.length === 0 || !extensions.every(isEnding))
      refuse(`format "${name}": expected extensions such as [".npz"], got ${JSON.stringify(extensions)}`);
    for (const method of methods)
      if (format[method] !== undefined && typeof format[method] !== 'function')
        refuse(`format "${name}": ${method}: expected a function, got ${typeof format[method]}`);
    if (!methods.slice(0, 4).some((method) => format[method] !== undefined))
      refuse(`format "${name}": expected one of ${methods.slice(0, 4).join(', ')}, got none`);
  }
}

function checkLowerings(all: readonly unknown[], refuse: Refuse): void {
  const names: readonly string[] = kernelNames();
  const found = all.map((lowerings) => {
    if (!isKernelLowerings(lowerings))
      return refuse(
        `lowerings: expected what the package of a backend makes of them, got ${describe(lowerings)}`,
        'make them with onnxLowerings({ ... }) of @lamella/backend-onnx, or its like',
      );
    for (const kernel of Object.keys(lowerings.kernels))
      if (!names.includes(kernel))
        refuse(
          `lowerings: no Program holds a kernel "${kernel}" that backend "${lowerings.backend}" could lower. ${suggest(kernel, names)}`,
        );
    return { plugin: '', lowerings };
  });
  joinLowerings(found, (_, problem) => refuse(problem));
}

function listOf(given: UnknownRecord, part: string, refuse: Refuse): readonly unknown[] {
  const list = given[part] ?? [];
  return Array.isArray(list)
    ? (list as readonly unknown[])
    : refuse(`${part}: expected a list, got ${typeof list}`);
}

function recordOf(given: UnknownRecord, part: string, refuse: Refuse): UnknownRecord {
  const record = given[part] ?? {};
  return isRecord(record) ? record : refuse(`${part}: expected a record, got ${describe(record)}`);
}

function isRecord(value: unknown): value is UnknownRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (typeof value === 'function') return value.name === '' ? 'a function' : `function ${value.name}`;
  return Array.isArray(value) ? 'a list' : (JSON.stringify(value) ?? typeof value);
}
