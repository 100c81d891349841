// Lists of loops as one WebAssembly module: each list is one function that runs its loops in order.
import type { Loop } from '../loop/loop.js';
import { Code } from '../wasm/code.js';
import { encodeModule, type ModuleFunction } from '../wasm/module.js';
import { loopFunction } from './loop-function.js';

/** Runs loops; `table` is the address of a list of 32-bit addresses, one a buffer. */
export type LoopRunner = (table: number) => void;

/** The binary form of a module that exports a {@link LoopRunner} for each list and imports its memory as `env.memory`. */
export function loopModule(lists: Readonly<Record<string, readonly Loop[]>>): Uint8Array<ArrayBuffer> {
  const functions: ModuleFunction[] = [{ code: remainderFunction() }];
  for (const [exportName, loops] of Object.entries(lists)) {
    const run = new Code(['i32']);
    for (const loop of loops) {
      run.get(0).call(functions.length);
      functions.push({ code: loopFunction(loop, { remainder: 0 }) });
    }
    functions.push({ code: run, exportName });
  }
  return encodeModule(functions);
}

/** Compiles loops for a memory: a runner for each list. */
export async function instantiateLoops<Name extends string>(
  lists: Readonly<Record<Name, readonly Loop[]>>,
  memory: WebAssembly.Memory,
): Promise<Readonly<Record<Name, LoopRunner>>> {
  const { instance } = await WebAssembly.instantiate(loopModule(lists), { env: { memory } });
  return instance.exports as Record<Name, LoopRunner>;
}

/** (x, y) -> the remainder of x / y rounded towards zero, exact: multiples y 2^k are taken away, the largest first. */
function remainderFunction(): Code {
  const code = new Code(['f64', 'f64'], ['f64']);
  const [x, y] = [0, 1];
  const rest = code.local('f64');
  const step = code.local('f64');
  const size = code.local('f64');
  code.get(x).op('f64.abs').tee(rest).f64(Infinity).op('f64.lt');
  code.get(y).op('f64.abs').tee(size).f64(0).op('f64.gt');
  code
    .op('i32.and')
    .op('i32.eqz')
    .when(() => code.f64(NaN).return());
  code
    .get(rest)
    .get(size)
    .op('f64.lt')
    .when(() => code.get(x).return());
  code.get(size).set(step);
  code.loop(() => {
    code
      .get(step)
      .get(rest)
      .f64(0.5)
      .op('f64.mul')
      .op('f64.le')
      .when(() => {
        code.get(step).f64(2).op('f64.mul').set(step).i32(1).branchIf(1);
      });
  });
  code.loop(() => {
    code
      .get(rest)
      .get(step)
      .op('f64.ge')
      .when(() => code.get(rest).get(step).op('f64.sub').set(rest));
    code
      .get(step)
      .get(size)
      .op('f64.gt')
      .when(() => {
        code.get(step).f64(0.5).op('f64.mul').set(step).i32(1).branchIf(1);
      });
  });
  code.get(rest).get(x).op('f64.copysign');
  return code;
}

/** Whether this engine runs vector instructions. */
export function hasSimd(): boolean {
  if (typeof WebAssembly === 'undefined') return false;
  const code = new Code([]);
  code.i32(0).simd('i32x4.splat').set(code.local('v128'));
  return WebAssembly.validate(encodeModule([{ code }]));
}
