// A WebAssembly module: functions over one imported memory, some of them exported.
// Not here: what the functions do (code.ts), compiling and instantiating.
import { list, name, sized, unsigned } from './encoding.js';
import { valueTypes, type Code } from './code.js';

/** A function of a module, and the name under which it is exported. */
export interface ModuleFunction {
  readonly code: Code;
  readonly exportName?: string;
}

/** Where the module finds its memory: `{ env: { memory } }`. */
export const memoryImport = { module: 'env', name: 'memory' } as const;

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** The binary form of a module. Functions are numbered in the order given, as {@link Code.call} takes them. */
export function encodeModule(functions: readonly ModuleFunction[]): Uint8Array<ArrayBuffer> {
  const types = list(
    functions.map(({ code }) => [
      0x60,
      ...list(code.parameters.map((type) => [valueTypes[type]])),
      ...list(code.results.map((type) => [valueTypes[type]])),
    ]),
  );
  // A memory of at least 0 pages: any size may be given.
  const imports = list([[...name(memoryImport.module), ...name(memoryImport.name), 0x02, 0x00, 0x00]]);
  const declarations = list(functions.map((_, index) => unsigned(index)));
  const exports = list(
    functions.flatMap(({ exportName }, index) =>
      exportName === undefined ? [] : [[...name(exportName), 0x00, ...unsigned(index)]],
    ),
  );
  const bodies = list(functions.map(({ code }) => sized(code.encode())));
  return Uint8Array.from([
    ...header,
    ...section(1, types),
    ...section(2, imports),
    ...section(3, declarations),
    ...section(7, exports),
    ...section(10, bodies),
  ]);
}

function section(id: number, content: number[]): number[] {
  return [id].concat(sized(content));
}
