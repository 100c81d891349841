// The gradient of a scan: a scan in the other direction over what the forward one keeps for it. Constants' gradients are summed
// from step to step; that products among them are done for all steps at once is a pass' business (passes/batch-over-time.ts).
import * as tf from '@tensorflow/tfjs-core';
import { abstractTensor, popRecorder, pushRecorder, valueOf } from '../capture-backend.js';
import { isFloatDType } from '../dtype.js';
import type { InputGradients } from '../kernel-rules/gradient-rule.js';
import { removeDeadCode } from '../passes/remove-dead-code.js';
import {
  scanKernel,
  type Program,
  type ProgramInput,
  type ProgramNode,
  type ValueId,
  type ValueType,
} from '../program.js';
import { Recorder } from '../recorder.js';
import { replay } from '../replay.js';
import type { HeldCall } from './held-call.js';
import { inputTypesOf } from './holder-checks.js';
import { scanHolder, scanNode, scanParts, stackedType } from './scan-kernel.js';

export function scanGradient(call: HeldCall): InputGradients {
  const { node, recorder } = call;
  const { length, reverse } = scanParts(node.inputs, node.attrs);
  const step = captureStep(call);
  const kept = keptValues(step);
  const body = forwardBody(step, kept.stored);
  const stored = recorder.extend(
    node,
    kept.stored.map((id) => stackedType(step.program.type(id), length)),
    { body },
  );
  const zeros = ({ shape, dtype }: ValueType): ValueId =>
    isFloatDType(dtype)
      ? recorder.inFloat(valueOf(tf.fill([...shape], 0), recorder), dtype)
      : valueOf(tf.complex(tf.fill([...shape], 0), tf.fill([...shape], 0)), recorder);
  const carries = [
    ...step.carrySeeds.map(({ output, type }) =>
      call.dy[output] === undefined ? zeros(type) : valueOf(call.dy[output], recorder),
    ),
    ...step.sums.map(({ type }) => zeros(type)),
  ];
  const outerOf = (index: number): ValueId => node.inputs[String(index)]!;
  const { inputs, attrs } = scanNode({
    length,
    reverse: !reverse,
    carries,
    sequences: [
      ...step.resultSeeds.map(({ output }) => valueOf(call.dy[output]!, recorder)),
      ...stored,
      ...kept.sequences.map(outerOf),
    ],
    constants: [...kept.constants.map(outerOf), ...kept.outside.map((own) => step.outside.get(own)!)],
  });
  const programs = { body: backwardBody(step, kept) };
  const given = Object.fromEntries(Object.entries(inputs).map(([name, id]) => [name, recorder.values[id]!]));
  const types = scanHolder.outputTypes({ inputs: given, attrs, programs });
  const found = recorder.node(scanKernel, inputs, attrs, types, programs);
  return Object.fromEntries(
    step.gradients.map((input, k) => [String(input), () => abstractTensor(recorder, found[k]!)]),
  );
}

/** A gradient that a step of the backward scan takes: which output of the forward step it is of. */
interface Seed {
  readonly output: number;
  readonly id: ValueId;
  readonly type: ValueType;
}

/** One step forwards and backwards, as one Program. Its inputs are the forward step's, then the seeds, the sums, and the rest. */
interface Step {
  readonly program: Program;
  /** How many nodes are the forward step. */
  readonly forward: number;
  readonly outputs: readonly ValueId[];
  readonly inputs: readonly ValueId[];
  readonly carryCount: number;
  readonly sequenceCount: number;
  readonly carrySeeds: readonly Seed[];
  readonly resultSeeds: readonly Seed[];
  readonly sums: readonly { readonly id: ValueId; readonly type: ValueType }[];
  /** What the backward step gives: the carries' gradients, the sums, the sequences' gradients. */
  readonly results: readonly ValueId[];
  /** The input of the node that each of them is the gradient of. */
  readonly gradients: readonly number[];
  /** What gradients read from outside: the enclosing recorder's value by this Program's. */
  readonly outside: ReadonlyMap<ValueId, ValueId>;
}

function captureStep({ node, recorder, dy, needed, gradientsOf }: HeldCall): Step {
  const body = node.programs!['body']!;
  const { carries, sequences } = scanParts(node.inputs, node.attrs);
  const [carryCount, sequenceCount] = [carries.length, sequences.length];
  const wanted = wantedInputs(body, carryCount, needed);
  const joint = new Recorder(recorder.subject, recorder);
  const argument = (name: string, type: ValueType): ValueId => joint.argument({ name, ...type });
  const tensor = (id: ValueId): tf.Tensor => abstractTensor(joint, id);
  pushRecorder(joint);
  try {
    const inputs = inputTypesOf(body).map((type, i) => argument(body.inputs[i]!.name, type));
    const results = replay(body, inputs.map(tensor));
    const outputs = results.map((result) => valueOf(result, joint));
    const forward = joint.nodes.length;
    const seed = (output: number): Seed => {
      const { shape, dtype } = joint.values[outputs[output]!]!;
      const type = { shape, dtype };
      return { output, type, id: argument(`d_output_${output}`, type) };
    };
    const isCarry = (i: number): boolean => i < carryCount;
    const isSequence = (i: number): boolean => i >= carryCount && i < carryCount + sequenceCount;
    const carrySeeds = wanted.filter(isCarry).map(seed);
    const resultSeeds = outputs
      .map((_, i) => i)
      .filter((i) => !isCarry(i) && dy[i] !== undefined)
      .map(seed);
    const found = gradientsOf(
      [...carrySeeds, ...resultSeeds].map(({ output, id }) => [results[output]!, tensor(id)]),
      wanted.map((i) => tensor(inputs[i]!)),
    );
    const gradientOf = new Map(wanted.map((i, k) => [i, found[k]]));
    const zeros = (i: number): tf.Tensor => tf.zerosLike(tensor(inputs[i]!));
    const summed = wanted.filter((i) => !isCarry(i) && !isSequence(i) && gradientOf.get(i) !== null);
    const spread = wanted.filter((i) => isSequence(i) && gradientOf.get(i) !== null);
    const sums = summed.map((i) => {
      const { shape, dtype } = joint.values[inputs[i]!]!;
      const type = { shape, dtype };
      return { type, id: argument(`sum_${i}`, type) };
    });
    const given = [
      ...wanted.filter(isCarry).map((i) => gradientOf.get(i) ?? zeros(i)),
      ...summed.map((i, k) => plus(joint, sums[k]!, gradientOf.get(i)!)),
      ...spread.map((i) => gradientOf.get(i)!),
    ];
    const ids = given.map((gradient) => valueOf(gradient, joint));
    const { program } = joint.finish(ids.map((id, i) => ({ id, name: `gradient_${i}` })));
    return {
      program,
      forward,
      outputs,
      inputs,
      carryCount,
      sequenceCount,
      carrySeeds,
      resultSeeds,
      sums,
      results: ids,
      gradients: [...wanted.filter(isCarry), ...summed, ...spread],
      outside: new Map([...joint.captured].map(([outer, own]) => [own, outer])),
    };
  } finally {
    popRecorder();
  }
}

/** A sum in the dtype that it has. */
function plus(
  recorder: Recorder,
  { id, type: { dtype } }: { readonly id: ValueId; readonly type: ValueType },
  gradient: tf.Tensor,
): tf.Tensor {
  const added = (): tf.Tensor => tf.add(abstractTensor(recorder, id), gradient);
  return isFloatDType(dtype) ? recorder.computing(dtype, added) : added();
}

/** The inputs of the body to differentiate by: those asked for, and carries that come to depend on them. */
function wantedInputs(body: Program, carryCount: number, needed: ReadonlySet<string>): number[] {
  const isFloat = (id: ValueId): boolean => {
    const { dtype } = body.type(id);
    return isFloatDType(dtype) || dtype === 'complex64';
  };
  const wanted = new Set(body.inputs.map((_, i) => i).filter((i) => needed.has(String(i))));
  for (let before = -1; before !== wanted.size;) {
    before = wanted.size;
    const dependent = new Set([...wanted].map((i) => body.inputs[i]!.id));
    for (const node of body.nodes) {
      if (!Object.values(node.inputs).some((id) => dependent.has(id))) continue;
      for (const id of node.outputs) if (isFloat(id)) dependent.add(id);
    }
    for (let i = 0; i < carryCount; i++) if (dependent.has(body.outputs[i]!.id)) wanted.add(i);
  }
  return [...wanted].sort((a, b) => a - b);
}

/** What the backward step reads of the forward one. */
interface Kept {
  /** Values of a step that the forward scan stacks. */
  readonly stored: readonly ValueId[];
  /** Sequences and constants of the node, by the index of their input, and what gradients read from outside. */
  readonly sequences: readonly number[];
  readonly constants: readonly number[];
  readonly outside: readonly ValueId[];
  readonly nodes: readonly ProgramNode[];
}

function keptValues(step: Step): Kept {
  const { program, inputs, carryCount, sequenceCount } = step;
  const producers = new Map(program.nodes.flatMap((node, i) => node.outputs.map((id) => [id, i] as const)));
  const varying = varyingValues(step);
  const position = new Map(inputs.map((id, i) => [id, i]));
  const stored = new Set<ValueId>();
  const [sequences, constants] = [new Set<number>(), new Set<number>()];
  const outside = new Set<ValueId>();
  const nodes = new Set<number>();
  const seen = new Set<ValueId>();
  const open = [...step.results];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const index = producers.get(id);
    const input = position.get(id);
    if (input !== undefined && input < carryCount) stored.add(id);
    else if (input !== undefined) (input < carryCount + sequenceCount ? sequences : constants).add(input);
    else if (step.outside.has(id)) outside.add(id);
    else if (index !== undefined && index < step.forward && varying.has(id)) stored.add(id);
    else if (index !== undefined && !nodes.has(index)) {
      nodes.add(index);
      open.push(...Object.values(program.nodes[index]!.inputs));
    }
  }
  const ordered = (indices: Set<number>): number[] => [...indices].sort((a, b) => a - b);
  return {
    stored: ordered(stored),
    sequences: ordered(sequences),
    constants: ordered(constants),
    outside: ordered(outside),
    nodes: ordered(nodes).map((i) => program.nodes[i]!),
  };
}

/** What is another value at each step; the rest is computed anew from constants. */
function varyingValues({ program, inputs, carryCount, sequenceCount }: Step): Set<ValueId> {
  const varying = new Set(inputs.slice(0, carryCount + sequenceCount));
  for (const node of program.nodes)
    if (Object.values(node.inputs).some((id) => varying.has(id)))
      for (const id of node.outputs) varying.add(id);
  return varying;
}

/** The forward step, which also gives what is to be stored. */
function forwardBody({ program, forward, inputs, outputs }: Step, stored: readonly ValueId[]): Program {
  const own = new Map(program.inputs.map((input) => [input.id, input]));
  return removeDeadCode(
    program.with({
      inputs: inputs.map((id) => own.get(id)!),
      nodes: program.nodes.slice(0, forward),
      outputs: [...outputs, ...stored].map((id, i) => ({ id, name: `output_${i}` })),
      updates: [],
    }),
  );
}

function backwardBody(step: Step, { stored, sequences, constants, outside, nodes }: Kept): Program {
  const ids = [
    ...step.carrySeeds.map(({ id }) => id),
    ...step.sums.map(({ id }) => id),
    ...step.resultSeeds.map(({ id }) => id),
    ...stored,
    ...sequences.map((i) => step.inputs[i]!),
    ...constants.map((i) => step.inputs[i]!),
    ...outside,
  ];
  const inputs = ids.map((id, i): ProgramInput => ({ id, name: `input_${i}`, kind: 'argument' }));
  return removeDeadCode(step.program.with({ inputs, nodes }));
}
