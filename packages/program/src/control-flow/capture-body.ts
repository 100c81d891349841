// Captures the function that a loop or a branch runs as a Program of its own. What it reads from outside, weights included,
// becomes further inputs of it, the same at each step. It may not assign weights.
import type * as tf from '@tensorflow/tfjs-core';
import { abstractTensor, popRecorder, pushRecorder, valueOf } from '../capture-backend.js';
import { assignInBody } from '../errors.js';
import type { Program, ValueId, ValueType } from '../program.js';
import { Recorder, type InnerPart } from '../recorder.js';

/** A captured body. Its inputs are the arguments, then the random blocks' elements, then what it reads from outside. */
export interface Body {
  readonly program: Program;
  /** Values of the enclosing recorder: blocks of random numbers, and what the body reads from outside. */
  readonly blocks: readonly ValueId[];
  readonly outside: readonly ValueId[];
}

/**
 * Runs `fn` on abstract tensors of these types and writes down what it does.
 * Throws: ASSIGN_IN_BODY; what {@link capture} throws.
 */
export function captureBody(
  recorder: Recorder,
  part: Omit<InnerPart, 'assignment'>,
  types: readonly ValueType[],
  fn: (args: tf.Tensor[]) => readonly tf.Tensor[],
): Body {
  const inner = new Recorder(recorder.subject, recorder, { ...part, assignment: assignInBody });
  const ids = types.map(({ shape, dtype }, i) => inner.argument({ name: `argument_${i}`, shape, dtype }));
  pushRecorder(inner);
  try {
    const results = fn(ids.map((id) => abstractTensor(inner, id)));
    const outputs = results.map((tensor, i) => ({
      id: inner.computed(valueOf(tensor, inner)),
      name: `output_${i}`,
    }));
    const { program } = inner.finish(outputs);
    return { program, blocks: inner.drawn, outside: [...inner.captured.keys()] };
  } finally {
    popRecorder();
  }
}

/** The Program, which reads `outside`, with inputs for all of `everything`, in that order, in their place. */
export function withOutside(
  { program, outside }: Body,
  everything: readonly ValueId[],
  typeOf: (id: ValueId) => ValueType,
): Program {
  const own = program.inputs.slice(program.inputs.length - outside.length);
  const args = program.inputs.slice(0, program.inputs.length - outside.length);
  const values = [...program.values];
  const inputs = everything.map((id, i) => {
    const known = own[outside.indexOf(id)];
    const value = known?.id ?? values.push(typeOf(id)) - 1;
    return { id: value, name: `captured_${i}`, kind: 'argument' as const };
  });
  return program.with({ values, inputs: [...args, ...inputs] });
}
