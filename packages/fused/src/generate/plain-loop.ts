// A loop in plain JavaScript, block by block of the vector axis: for engines without WebAssembly vectors, and to check them.
// The same values as loop-function.ts bit for bit: the same operations, folded in the same order. Closures, no generated text.
import type { TypedArray } from '@lamella/program';
import { lanes, type Lane } from '../loop/lane.js';
import type { Access, Element, FoldKind, Instruction, Loop } from '../loop/loop.js';
import { operationNamed, type Block } from '../loop/operations.js';
import { foldStart, schedule } from './schedule.js';

/** The whole memory, seen as arrays of each kind of element. */
export type MemoryViews = Readonly<Record<Element, TypedArray>>;

/** Runs a loop once; `addresses` holds one byte address a buffer. */
export type PlainLoop = (memory: MemoryViews, addresses: Uint32Array) => void;

const blockSize = 1024;

/** The function that runs `loop`. */
export function plainLoop(loop: Loop): PlainLoop {
  const runner = new PlainRunner(loop);
  return (memory, addresses) => runner.run(memory, addresses);
}

/** Something that moves along the axes; `at[d]` is its position within d loops. */
interface Walker {
  readonly offset: number;
  readonly strides: readonly number[];
  readonly at: Float64Array;
  readonly access?: Access;
}

class PlainRunner {
  private readonly order;
  private readonly walkers = new Map<string, Walker>();
  private readonly blocks: Block[];
  private readonly steps: ((depth: number) => void)[];
  /** The four partial results of each fold along the vector axis. */
  private readonly partial = new Map<number, Block>();
  private readonly width: number;
  private memory!: MemoryViews;
  /** How many positions of the vector axis are computed at once, here and now, and the first of them. */
  private count = 0;
  private position = 0;

  constructor(private readonly loop: Loop) {
    this.order = schedule(loop);
    this.width = Math.min(blockSize, loop.sizes[loop.vector]!);
    this.blocks = loop.instructions.map(({ lane }) => makeBlock(lane, this.width));
    this.steps = loop.instructions.map((instruction, id) => this.step(instruction, id));
    for (const { access } of loop.stores) this.walker(access);
    for (const id of this.order.folds) this.partial.set(id, makeBlock(loop.instructions[id]!.lane, lanes));
  }

  run(memory: MemoryViews, addresses: Uint32Array): void {
    this.memory = memory;
    for (const { at, offset, access } of this.walkers.values()) {
      at[0] = access === undefined ? offset : addresses[access.buffer]! / size(memory, access) + offset;
    }
    this.level(0);
  }

  private level(depth: number): void {
    const { sizes, vector, stores } = this.loop;
    const { before, after, foldDepth, folds } = this.order;
    if (depth <= vector) this.count = this.width;
    for (const id of before[depth]!) this.steps[id]!(depth);
    if (depth === foldDepth) for (const id of folds) this.startFold(id);
    if (depth < sizes.length) this.axis(depth);
    else for (const id of folds) this.updateFold(id);
    if (depth !== foldDepth) return;
    if (vector >= foldDepth) {
      for (const id of folds) this.joinLanes(id);
      this.count = 1;
    }
    for (const id of after) this.steps[id]!(depth);
    for (const { access, value } of stores) this.store(access, this.blocks[value]!, depth);
  }

  private axis(axis: number): void {
    const size = this.loop.sizes[axis]!;
    const isVector = axis === this.loop.vector;
    for (const { at } of this.walkers.values()) at[axis + 1] = at[axis]!;
    let step = isVector ? this.width : 1;
    for (let position = 0; position < size; position += step) {
      step = Math.min(step, size - position);
      if (isVector) {
        this.count = step;
        this.position = position;
      }
      this.level(axis + 1);
      for (const { at, strides } of this.walkers.values()) at[axis + 1]! += strides[axis]! * step;
    }
  }

  private step(instruction: Instruction, id: number): (depth: number) => void {
    const block = this.blocks[id]!;
    switch (instruction.kind) {
      case 'constant':
        block.fill(instruction.value);
        return () => undefined;
      case 'index': {
        const walker = this.indexWalker(instruction.offset, instruction.strides);
        return (depth) => {
          const stride = this.vectorStride(walker.strides, depth);
          const start = walker.at[depth]!;
          for (let i = 0; i < this.count; i++) block[i] = start + i * stride;
        };
      }
      case 'load': {
        const walker = this.walker(instruction.access);
        const { element } = instruction.access;
        return (depth) => {
          const source = this.memory[element];
          const stride = this.vectorStride(walker.strides, depth);
          const start = walker.at[depth]!;
          if (element === 'bool')
            for (let i = 0; i < this.count; i++) block[i] = source[start + i * stride] === 0 ? 0 : -1;
          else if (stride === 0) block.fill(source[start]!, 0, this.count);
          else if (stride === 1) block.set(source.subarray(start, start + this.count));
          else for (let i = 0; i < this.count; i++) block[i] = source[start + i * stride]!;
        };
      }
      case 'gather': {
        const walker = this.walker(instruction.access);
        const index = this.blocks[instruction.index]!;
        const { element } = instruction.access;
        return (depth) => {
          const source = this.memory[element];
          const stride = this.vectorStride(walker.strides, depth);
          const start = walker.at[depth]!;
          for (let i = 0; i < this.count; i++) {
            const value = source[start + i * stride + index[i]! * instruction.stride]!;
            block[i] = element === 'bool' ? -value : value;
          }
        };
      }
      case 'operation': {
        const { apply } = operationNamed(instruction.operation);
        const operands = instruction.arguments.map((arg) => this.blocks[arg]!);
        return () => apply(block, operands, this.count, instruction.amount);
      }
      case 'fold':
        return () => undefined;
    }
  }

  private store(access: Access, block: Block, depth: number): void {
    const walker = this.walker(access);
    const target = this.memory[access.element];
    const stride = this.vectorStride(access.strides, depth);
    const start = walker.at[depth]!;
    if (access.element === 'bool')
      for (let i = 0; i < this.count; i++) target[start + i * stride] = block[i]! & 1;
    else if (stride === 1) target.set(block.subarray(0, this.count), start);
    else for (let i = 0; i < this.count; i++) target[start + i * stride] = block[i]!;
  }

  private startFold(id: number): void {
    const { lane, fold } = this.fold(id);
    this.blocks[id]!.fill(foldStart(fold, lane));
    this.partial.get(id)!.fill(foldStart(fold, lane));
  }

  private updateFold(id: number): void {
    const { fold, argument } = this.fold(id);
    const join = joins[fold];
    const values = this.blocks[argument]!;
    if (this.loop.vector < this.order.foldDepth) {
      const sums = this.blocks[id]!;
      for (let i = 0; i < this.count; i++) sums[i] = join(sums[i]!, values[i]!);
      return;
    }
    const partial = this.partial.get(id)!;
    const size = this.loop.sizes[this.loop.vector]!;
    const wide = Math.min(this.count, size - (size % lanes) - this.position);
    for (let i = 0; i < wide; i++) partial[i % lanes] = join(partial[i % lanes]!, values[i]!);
    for (let i = Math.max(wide, 0); i < this.count; i++) partial[0] = join(partial[0]!, values[i]!);
  }

  private joinLanes(id: number): void {
    const join = joins[this.fold(id).fold];
    const partial = this.partial.get(id)!;
    // Through the block, so that each step is rounded to its lane.
    partial[0] = join(partial[0]!, partial[2]!);
    partial[1] = join(partial[1]!, partial[3]!);
    this.blocks[id]![0] = join(partial[0], partial[1]);
  }

  private fold(id: number): Extract<Instruction, { kind: 'fold' }> {
    return this.loop.instructions[id] as Extract<Instruction, { kind: 'fold' }>;
  }

  /** Outside the vector axis every position of a block holds the same value. */
  private vectorStride(strides: readonly number[], depth: number): number {
    return depth > this.loop.vector ? strides[this.loop.vector]! : 0;
  }

  private walker(access: Access): Walker {
    const { buffer, element, offset, strides } = access;
    const key = `${buffer} ${element} ${offset} ${strides.join()}`;
    const known = this.walkers.get(key);
    if (known !== undefined) return known;
    const walker = { offset, strides, access, at: new Float64Array(strides.length + 1) };
    this.walkers.set(key, walker);
    return walker;
  }

  private indexWalker(offset: number, strides: readonly number[]): Walker {
    const walker = { offset, strides, at: new Float64Array(strides.length + 1) };
    this.walkers.set(`index ${offset} ${strides.join()}`, walker);
    return walker;
  }
}

const joins: Readonly<Record<FoldKind, (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  product: (a, b) => a * b,
  max: Math.max,
  min: Math.min,
  any: (a, b) => a | b,
  all: (a, b) => a & b,
};

function makeBlock(lane: Lane, length: number): Block {
  if (lane === 'f32') return new Float32Array(length);
  return lane === 'f64' ? new Float64Array(length) : new Int32Array(length);
}

function size(memory: MemoryViews, { element }: Access): number {
  return memory[element].BYTES_PER_ELEMENT;
}

/** The views of a whole memory. */
export function memoryViews(buffer: ArrayBuffer): MemoryViews {
  const whole = buffer.byteLength - (buffer.byteLength % 4);
  return {
    float32: new Float32Array(buffer, 0, whole / 4),
    int32: new Int32Array(buffer, 0, whole / 4),
    uint16: new Uint16Array(buffer, 0, whole / 2),
    int16: new Int16Array(buffer, 0, whole / 2),
    uint8: new Uint8Array(buffer),
    int8: new Int8Array(buffer),
    bool: new Uint8Array(buffer),
  };
}
