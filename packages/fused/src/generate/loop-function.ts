// One loop as one WebAssembly function of vector instructions. Its parameter is the address of the table in which the
// addresses of all buffers stand. Two vectors run side by side, so that the processor need not wait for either; what is left
// runs in one, and fewer than four positions in one lane of the same instructions.
import { bytesPerElement } from '@lamella/program';
import { lanes, type Lane } from '../loop/lane.js';
import type { Access, Element, Instruction, Loop } from '../loop/loop.js';
import { operationNamed, type Helpers, type Operand } from '../loop/operations.js';
import { Code } from '../wasm/code.js';
import { float32Bytes, float64Bytes, int32Bytes } from '../wasm/encoding.js';
import { foldOperation, foldStart, schedule, type Schedule } from './schedule.js';

const table = 0;

/** How many vectors run side by side. */
const sideBySide = 2;

/** The function (table: i32) -> () that runs `loop` once. */
export function loopFunction(loop: Loop, helpers: Helpers): Code {
  return new LoopFunction(loop, helpers).code;
}

/** Something that moves along the axes: the address of an access, or the value of an index. */
interface Walker {
  readonly strides: readonly number[];
  /** The local that holds its position within so many loops. */
  readonly locals: number[];
}

class LoopFunction {
  readonly code = new Code(['i32']);
  private readonly order: Schedule;
  private readonly walkers = new Map<string, Walker>();
  private readonly operands: Operand[] = [];
  /** How many vectors of positions are computed at once, here and now; 0 is one position. */
  private vectors = 0;

  constructor(
    private readonly loop: Loop,
    private readonly helpers: Helpers,
  ) {
    this.order = schedule(loop);
    for (const instruction of loop.instructions) {
      if (instruction.kind === 'load' || instruction.kind === 'gather') this.startAccess(instruction.access);
      else if (instruction.kind === 'index') this.startIndex(instruction.offset, instruction.strides);
    }
    for (const { access } of loop.stores) this.startAccess(access);
    this.level(0);
  }

  private level(depth: number): void {
    const { sizes, vector, stores } = this.loop;
    const { before, after, foldDepth, folds } = this.order;
    for (const id of before[depth]!) this.instruction(id, depth);
    if (depth === foldDepth) for (const id of folds) this.startFold(id);
    if (depth < sizes.length) this.axis(depth);
    else for (const id of folds) this.updateFold(id);
    if (depth !== foldDepth) return;
    if (vector >= foldDepth) for (const id of folds) this.joinLanes(id);
    for (const id of after) this.instruction(id, depth);
    for (const { access, value } of stores) this.store(access, this.operands[value]!, depth);
  }

  private axis(axis: number): void {
    const size = this.loop.sizes[axis]!;
    for (const walker of this.walkers.values()) {
      const outer = walker.locals[axis]!;
      const moves = walker.strides[axis] !== 0 && size > 1;
      const inner = moves ? this.code.local('i32') : outer;
      if (moves) this.code.get(outer).set(inner);
      walker.locals[axis + 1] = inner;
    }
    if (axis !== this.loop.vector) {
      this.iterate(axis, size, 1);
      return;
    }
    // The order in which a folded vector axis is taken depends on how many run side by side: always one.
    const most = axis < this.order.foldDepth ? sideBySide : 1;
    let rest = size;
    for (this.vectors = most; this.vectors > 0; this.vectors--) {
      const step = this.vectors * lanes;
      this.iterate(axis, Math.floor(rest / step), step);
      rest %= step;
    }
    this.iterate(axis, rest, 1);
  }

  private iterate(axis: number, count: number, step: number): void {
    const body = (): void => {
      this.level(axis + 1);
      for (const { strides, locals } of this.walkers.values()) {
        if (locals[axis + 1] === locals[axis]) continue;
        this.code
          .get(locals[axis + 1]!)
          .i32(strides[axis]! * step)
          .op('i32.add')
          .set(locals[axis + 1]!);
      }
    };
    if (count === 1) body();
    else this.code.repeat(count, body);
  }

  private startAccess(access: Access): void {
    const key = accessKey(access);
    if (this.walkers.has(key)) return;
    const size = bytesPerElement(access.element);
    const local = this.code.local('i32');
    this.code.get(table).load('i32.load', access.buffer * 4);
    if (access.offset !== 0) this.code.i32(access.offset * size).op('i32.add');
    this.code.set(local);
    this.walkers.set(key, { strides: access.strides.map((stride) => stride * size), locals: [local] });
  }

  private startIndex(offset: number, strides: readonly number[]): void {
    const local = this.code.local('i32');
    this.code.i32(offset).set(local);
    this.walkers.set(indexKey(offset, strides), { strides, locals: [local] });
  }

  private instruction(id: number, depth: number): void {
    const instruction = this.loop.instructions[id]!;
    this.operands[id] = this.compute(instruction, depth);
  }

  private compute(instruction: Exclude<Instruction, { kind: 'fold' }> | Instruction, depth: number): Operand {
    switch (instruction.kind) {
      case 'constant':
        return this.constant(instruction.lane, instruction.value);
      case 'index':
        return this.index(instruction.offset, instruction.strides, depth);
      case 'load':
        return this.load(instruction.access, depth);
      case 'gather':
        return this.gather(instruction.access, this.operands[instruction.index]!, instruction.stride, depth);
      case 'operation': {
        const { emit, lanes: kinds } = operationNamed(instruction.operation);
        const operands = this.alike(
          instruction.arguments.map((arg) => this.operands[arg]!),
          kinds,
        );
        return emit(this.code, operands, instruction.amount, this.helpers);
      }
      case 'fold':
        return this.operands[instruction.argument]!;
    }
  }

  private constant(lane: string, value: number): Operand {
    const bytes =
      lane === 'f64' ? float64Bytes(value) : lane === 'f32' ? float32Bytes(value) : int32Bytes(value);
    this.code.v128(Array.from({ length: 16 / bytes.length }, () => bytes).flat());
    const local = this.kept();
    return lane === 'f64' ? [local, local] : [local];
  }

  /** Operands of as many vectors as the widest of them: what is the same everywhere is repeated. */
  private alike(operands: readonly Operand[], kinds: readonly Lane[]): Operand[] {
    const parts = operands.map((operand, i) => operand.length / vectorsOf(kinds[i]!));
    const most = Math.max(...parts);
    return operands.map((operand, i) => Array.from({ length: most / parts[i]! }, () => operand).flat());
  }

  private index(offset: number, strides: readonly number[], depth: number): Operand {
    const position = this.walkers.get(indexKey(offset, strides))!.locals[depth]!;
    const step = this.vectorStride(strides);
    return this.each(step !== 0, (vector) => {
      this.code.get(position).simd('i32x4.splat');
      if (step === 0) return this.kept();
      const steps = [0, 1, 2, 3].flatMap((lane) => int32Bytes((vector * lanes + lane) * step));
      this.code.v128(steps).simd('i32x4.add');
      return this.kept();
    });
  }

  /** The elements of an access: four a vector along the vector axis, or one in every lane. */
  private load(access: Access, depth: number): Operand {
    const { code } = this;
    const { element, strides } = access;
    const pointer = this.pointer(access, depth);
    const stride = this.vectorStride(strides);
    const size = bytesPerElement(element);
    return this.each(stride !== 0, (vector) => {
      const start = vector * lanes * stride * size;
      const address = (lane: number): void => {
        code.get(pointer);
        const along = start + lane * stride * size;
        if (along !== 0) code.i32(along).op('i32.add');
      };
      if (stride === 1) {
        code.get(pointer);
        this.loadFour(element, start);
      } else {
        address(0);
        this.loadOne(element);
        if (stride !== 0)
          for (let lane = 1; lane < lanes; lane++) this.replaceLane(element, lane, () => address(lane));
      }
      return this.masked(element);
    });
  }

  private gather(access: Access, index: Operand, stride: number, depth: number): Operand {
    const { code } = this;
    const pointer = this.pointer(access, depth);
    const size = bytesPerElement(access.element);
    return this.each(this.vectors > 0, (vector) => {
      const address = (lane: number): void => {
        const along = (vector * lanes + lane) * access.strides[this.loop.vector]! * size;
        code.get(index[vector % index.length]!).lane('i32x4.extract_lane', lane);
        code
          .i32(stride * size)
          .op('i32.mul')
          .get(pointer)
          .op('i32.add');
        if (along !== 0) code.i32(along).op('i32.add');
      };
      address(0);
      this.loadOne(access.element);
      if (this.vectors > 0)
        for (let lane = 1; lane < lanes; lane++) this.replaceLane(access.element, lane, () => address(lane));
      return this.masked(access.element);
    });
  }

  /** One local for each vector, or a single one for what is the same everywhere. */
  private each(varies: boolean, make: (vector: number) => number): Operand {
    return Array.from({ length: varies ? Math.max(1, this.vectors) : 1 }, (_, vector) => make(vector));
  }

  /** What an access moves by along the vector axis; 0 where one position is computed. */
  private vectorStride(strides: readonly number[]): number {
    return this.vectors > 0 ? strides[this.loop.vector]! : 0;
  }

  /** From an address on the stack to a vector of one element in every lane. */
  private loadOne(element: Element): void {
    if (bytesPerElement(element) === 4) this.code.memory('v128.load32_splat');
    else this.code.load(scalarLoad(element)).simd('i32x4.splat');
  }

  private loadFour(element: Element, offset: number): void {
    const { code } = this;
    if (element === 'float32' || element === 'int32') code.memory('v128.load', offset);
    else if (element === 'int16') code.memory('v128.load16x4_s', offset);
    else if (element === 'uint16') code.memory('v128.load16x4_u', offset);
    else {
      code.memory('v128.load32_zero', offset);
      if (element === 'int8') code.simd('i16x8.extend_low_i8x16_s').simd('i32x4.extend_low_i16x8_s');
      else code.simd('i16x8.extend_low_i8x16_u').simd('i32x4.extend_low_i16x8_u');
    }
  }

  /** Replaces a lane of the vector on the stack. */
  private replaceLane(element: Element, lane: number, address: () => void): void {
    if (bytesPerElement(element) === 4) {
      const vector = this.kept();
      address();
      this.code.get(vector).laneMemory('v128.load32_lane', lane);
      return;
    }
    address();
    this.code.load(scalarLoad(element)).lane('i32x4.replace_lane', lane);
  }

  /** Keeps the vector on the stack; bytes of 0 and 1 become masks. */
  private masked(element: Element): number {
    if (element === 'bool') this.code.v128(new Array<number>(16).fill(0)).simd('i32x4.ne');
    return this.kept();
  }

  private store(access: Access, value: Operand, depth: number): void {
    const pointer = this.pointer(access, depth);
    for (let vector = 0; vector < Math.max(1, this.vectors); vector++) {
      const local = value[vector % value.length]!;
      if (access.element === 'bool') {
        // Masks become bytes of 0 and 1.
        this.code.get(local).i32(1).simd('i32x4.splat').simd('v128.and');
        this.storeVector(access, this.kept(), pointer, vector);
      } else this.storeVector(access, local, pointer, vector);
    }
  }

  private storeVector(access: Access, local: number, pointer: number, vector: number): void {
    const { code } = this;
    const isByte = access.element === 'bool';
    const stride = access.strides[this.loop.vector]!;
    const size = bytesPerElement(access.element);
    const start = vector * lanes * stride * size;
    const instruction = isByte ? 'v128.store8_lane' : 'v128.store32_lane';
    if (this.vectors === 0) code.get(pointer).get(local).laneMemory(instruction, 0);
    else if (stride === 1 && !isByte) code.get(pointer).get(local).memory('v128.store', start);
    else if (stride === 1) {
      code.get(pointer).get(local).get(local).simd('i16x8.narrow_i32x4_u');
      code.get(local).simd('i8x16.narrow_i16x8_u').laneMemory('v128.store32_lane', 0, start);
    } else {
      for (let lane = 0; lane < lanes; lane++) {
        code
          .get(pointer)
          .i32(start + lane * stride * size)
          .op('i32.add');
        code.get(local).laneMemory(instruction, isByte ? lane * 4 : lane);
      }
    }
  }

  private startFold(id: number): void {
    const { lane, fold } = this.fold(id);
    const start = this.constant(lane, foldStart(fold, lane))[0]!;
    const count = Math.max(1, this.vectors) * vectorsOf(lane);
    this.operands[id] = Array.from({ length: count }, () => {
      this.code.get(start);
      return this.kept();
    });
  }

  private updateFold(id: number): void {
    const { lane, fold, argument } = this.fold(id);
    const { code, helpers } = this;
    const sum = this.operands[id]!;
    const operands = this.alike([sum, this.operands[argument]!], [lane, lane]);
    const joined = operationNamed(foldOperation(fold, lane)).emit(code, operands, 0, helpers);
    const isOneOfFour = this.vectors === 0 && this.loop.vector >= this.order.foldDepth;
    if (!isOneOfFour) {
      joined.forEach((local, half) => code.get(local).set(sum[half]!));
      return;
    }
    // A tail counts in the first lane alone.
    const first = lane === 'f64' ? 8 : 4;
    code.get(joined[0]!).get(sum[0]!);
    code.v128(Array.from({ length: 16 }, (_, byte) => (byte < first ? 0xff : 0)));
    code.simd('v128.bitselect').set(sum[0]!);
  }

  /** The four partial results of a folded vector axis become one, in every lane. */
  private joinLanes(id: number): void {
    const { lane, fold } = this.fold(id);
    const { code, helpers } = this;
    const { emit } = operationNamed(foldOperation(fold, lane));
    const swapped = (local: number, words: readonly [number, number, number, number]): Operand => {
      code
        .get(local)
        .get(local)
        .shuffleWords(...words);
      return [this.kept()];
    };
    const sum = this.operands[id]!;
    if (lane === 'f64') {
      const [pairs] = emit(code, [[sum[0]!], [sum[1]!]], 0, helpers);
      const [all] = emit(code, [[pairs!], swapped(pairs!, [2, 3, 0, 1])], 0, helpers);
      this.operands[id] = [all!, all!];
    } else {
      const [pairs] = emit(code, [sum, swapped(sum[0]!, [2, 3, 0, 1])], 0, helpers);
      this.operands[id] = emit(code, [[pairs!], swapped(pairs!, [1, 0, 3, 2])], 0, helpers);
    }
  }

  private fold(id: number): Extract<Instruction, { kind: 'fold' }> {
    return this.loop.instructions[id] as Extract<Instruction, { kind: 'fold' }>;
  }

  private pointer(access: Access, depth: number): number {
    return this.walkers.get(accessKey(access))!.locals[depth]!;
  }

  private kept(): number {
    const local = this.code.local('v128');
    this.code.set(local);
    return local;
  }
}

/** How many vectors hold four positions of a lane. */
function vectorsOf(lane: Lane): number {
  return lane === 'f64' ? 2 : 1;
}

function accessKey({ buffer, element, offset, strides }: Access): string {
  return `${buffer} ${element} ${offset} ${strides.join()}`;
}

function indexKey(offset: number, strides: readonly number[]): string {
  return `index ${offset} ${strides.join()}`;
}

function scalarLoad(
  element: Element,
): 'i32.load8_s' | 'i32.load8_u' | 'i32.load16_s' | 'i32.load16_u' | 'i32.load' {
  switch (element) {
    case 'int8':
      return 'i32.load8_s';
    case 'uint8':
    case 'bool':
      return 'i32.load8_u';
    case 'int16':
      return 'i32.load16_s';
    case 'uint16':
      return 'i32.load16_u';
    default:
      return 'i32.load';
  }
}
