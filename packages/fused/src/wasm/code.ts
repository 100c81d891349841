// The body of one WebAssembly function, written instruction by instruction. Locals are numbered as they are asked for.
// It checks nothing: what it wrote is validated by the engine.
import { float64Bytes, signed, unsigned } from './encoding.js';
import { scalar, scalarLoads, simd, simdLaneMemory, simdLanes, simdMemory, type SimdName } from './simd.js';

/** The types of values, by their numbers. */
export const valueTypes = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const;

export type ValueTypeName = keyof typeof valueTypes;

const empty = 0x40;

/** A function under construction: parameters come first among its locals. */
export class Code {
  readonly parameters: readonly ValueTypeName[];
  readonly results: readonly ValueTypeName[];
  private readonly bytes: number[] = [];
  private readonly locals: ValueTypeName[] = [];

  constructor(parameters: readonly ValueTypeName[], results: readonly ValueTypeName[] = []) {
    this.parameters = parameters;
    this.results = results;
  }

  /** A new local, zero at first. */
  local(type: ValueTypeName): number {
    this.locals.push(type);
    return this.parameters.length + this.locals.length - 1;
  }

  get(local: number): this {
    return this.write(0x20, ...unsigned(local));
  }

  set(local: number): this {
    return this.write(0x21, ...unsigned(local));
  }

  tee(local: number): this {
    return this.write(0x22, ...unsigned(local));
  }

  i32(value: number): this {
    return this.write(0x41, ...signed(value));
  }

  f64(value: number): this {
    return this.write(0x44, ...float64Bytes(value));
  }

  op(instruction: keyof typeof scalar): this {
    return this.write(scalar[instruction]);
  }

  call(functionIndex: number): this {
    return this.write(0x10, ...unsigned(functionIndex));
  }

  simd(instruction: SimdName): this {
    return this.write(0xfd, ...unsigned(simd[instruction]));
  }

  /** `lane` numbers the lanes from the lowest. */
  lane(instruction: keyof typeof simdLanes, lane: number): this {
    return this.write(0xfd, ...unsigned(simdLanes[instruction]), lane);
  }

  /** The vector of sixteen bytes. */
  v128(bytes: readonly number[]): this {
    return this.write(0xfd, 0x0c, ...bytes);
  }

  /** Picks 32-bit words out of two vectors: 0 to 3 are the first's, 4 to 7 the second's. */
  shuffleWords(...words: readonly [number, number, number, number]): this {
    return this.write(0xfd, 0x0d, ...words.flatMap((word) => [0, 1, 2, 3].map((byte) => word * 4 + byte)));
  }

  /** Alignment is only a hint, and given as none: addresses may be any multiple of an element's size. */
  memory(instruction: keyof typeof simdMemory, offset = 0): this {
    return this.write(0xfd, ...unsigned(simdMemory[instruction]), 0, ...unsigned(offset));
  }

  laneMemory(instruction: keyof typeof simdLaneMemory, lane: number, offset = 0): this {
    return this.write(0xfd, ...unsigned(simdLaneMemory[instruction]), 0, ...unsigned(offset), lane);
  }

  load(instruction: keyof typeof scalarLoads, offset = 0): this {
    return this.write(scalarLoads[instruction], 0, ...unsigned(offset));
  }

  /** `body` again and again, `count` times; nothing when that is 0. */
  repeat(count: number, body: () => void): this {
    if (count === 0) return this;
    const left = this.local('i32');
    this.i32(count).set(left);
    return this.loop(() => {
      body();
      this.get(left).i32(1).op('i32.sub').tee(left).branchIf();
    });
  }

  /** A block that {@link branchIf} starts again. */
  loop(body: () => void): this {
    this.write(0x03, empty);
    body();
    return this.write(0x0b);
  }

  /** `body` when the i32 on the stack is not zero. */
  when(body: () => void): this {
    this.write(0x04, empty);
    body();
    return this.write(0x0b);
  }

  /** Starts the loop `depth` blocks out again when the i32 on the stack is not zero. */
  branchIf(depth = 0): this {
    return this.write(0x0d, depth);
  }

  return(): this {
    return this.write(0x0f);
  }

  /** The function as the code section holds it, without its size. */
  encode(): number[] {
    const runs: { type: ValueTypeName; count: number }[] = [];
    for (const type of this.locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    const declarations = runs.flatMap(({ type, count }) => [...unsigned(count), valueTypes[type]]);
    return [...unsigned(runs.length), ...declarations].concat(this.bytes, 0x0b);
  }

  private write(...bytes: number[]): this {
    this.bytes.push(...bytes);
    return this;
  }
}
