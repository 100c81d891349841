// Gradients as a reverse sweep over what has been recorded so far, by the rules in kernels/.
// Not tfjs' tape: that one throws on masks, `where` and weights that are not connected.
import * as tf from '@tensorflow/tfjs-core';
import { abstractTensor, asFloat, currentRecorder, valueOf } from './capture-backend.js';
import { condGradient } from './control-flow/cond-gradient.js';
import { customGradient } from './control-flow/custom-gradient-gradient.js';
import type { HeldCall } from './control-flow/held-call.js';
import { scanGradient } from './control-flow/scan-gradient.js';
import { whileGradient } from './control-flow/while-gradient.js';
import { isFloatDType } from './dtype.js';
import { captureMissing, kernelUnsupported, shapeMismatch } from './errors.js';
import { once } from './kernel-rules/broadcasting.js';
import type { GradientRule, InputGradients, KernelCall } from './kernel-rules/gradient-rule.js';
import { attributesOf, findKernel } from './kernels.js';
import {
  condKernel,
  customGradientKernel,
  floatOf,
  scanKernel,
  whileKernel,
  type ProgramNode,
  type ValueId,
} from './program.js';
import type { Recorder } from './recorder.js';
import { formatShape, sameShape } from './shape.js';

/**
 * Inside a capture: the gradient of `y` with respect to each of `xs`, or null where `y` does not depend on it.
 *
 * `dy` is the gradient to start from; ones where it is not given, so that a `y` of any shape is summed.
 * Values that are not floats stop the sweep. Throws: KERNEL_UNSUPPORTED for a kernel that has no gradient.
 */
export function gradients(y: tf.Tensor, xs: readonly tf.Tensor[], dy?: tf.Tensor): (tf.Tensor | null)[] {
  return gradientsOf([[y, dy ?? null]], xs);
}

/**
 * Inside a capture: {@link gradients} go no further back than this value, though they may be taken by it. For the new values of
 * weights: what comes after an update is no function of how it was found.
 */
export function stopGradients(value: tf.Tensor): void {
  const recorder = currentRecorder();
  recorder?.stopped.add(valueOf(value, recorder));
}

/** The same for several results, whose gradients by each of `xs` are summed. */
function gradientsOf(
  results: readonly (readonly [y: tf.Tensor, dy: tf.Tensor | null])[],
  xs: readonly tf.Tensor[],
): (tf.Tensor | null)[] {
  const recorder = currentRecorder();
  if (recorder === undefined) {
    throw captureMissing(
      'gradients()',
      'it works on what a capture has recorded, and none is running',
      'call it in a function given to capture()',
    );
  }
  const sources = xs.map((x) => valueOf(x, recorder));
  const seeds = results.map(([y, dy]) => ({ y, dy, id: valueOf(y, recorder) }));
  const sweep = new Sweep(recorder, new Set(sources));
  const reached = seeds.filter(({ id }) => sweep.reaches(id));
  for (const { y, dy, id } of reached) sweep.add(id, dy ?? tf.fill(y.shape, 1));
  if (reached.length > 0) sweep.run();
  return sources.map((id) => sweep.gradient(id));
}

class Sweep {
  private readonly sums = new Map<ValueId, tf.Tensor>();
  private readonly dependent: Set<ValueId>;
  private readonly nodes: readonly ProgramNode[];

  constructor(
    private readonly recorder: Recorder,
    sources: ReadonlySet<ValueId>,
  ) {
    this.nodes = [...recorder.nodes];
    this.dependent = new Set(sources);
    for (const node of this.nodes) {
      if (!Object.values(node.inputs).some((id) => this.dependent.has(id))) continue;
      for (const id of node.outputs)
        if (isFloat(recorder, id) && !recorder.stopped.has(id)) this.dependent.add(id);
    }
  }

  add(id: ValueId, gradient: tf.Tensor): void {
    const type = this.recorder.values[id]!;
    if (!sameShape(type.shape, gradient.shape)) {
      throw shapeMismatch(
        this.recorder.subject,
        `a gradient of shape ${formatShape(gradient.shape)} came for a value of shape ${formatShape(type.shape)}`,
      );
    }
    const { dtype } = type;
    const own = isFloatDType(dtype) ? asFloat(gradient, dtype) : gradient;
    const sum = this.sums.get(id);
    const added = (): tf.Tensor => (sum === undefined ? own : tf.add(sum, own));
    this.sums.set(id, isFloatDType(dtype) ? this.recorder.computing(dtype, added) : added());
  }

  /** Whether a value is a float that depends on the sources, or is one of them. */
  reaches(id: ValueId): boolean {
    return this.dependent.has(id) && isFloat(this.recorder, id);
  }

  gradient(id: ValueId): tf.Tensor | null {
    return this.sums.get(id) ?? null;
  }

  run(): void {
    for (const node of [...this.nodes].reverse()) {
      if (!node.outputs.some((id) => this.sums.has(id))) continue;
      const needed = Object.entries(node.inputs).filter(([, id]) => this.reaches(id));
      if (needed.length === 0) continue;
      this.recorder.within(node.scope === '' ? 'gradient' : `gradient/${node.scope}`, () =>
        this.recorder.computing(floatOf(node, this.recorder.values), () => this.through(node, needed)),
      );
    }
  }

  private through(node: ProgramNode, needed: readonly (readonly [string, ValueId])[]): void {
    const tensor = (id: ValueId): tf.Tensor => abstractTensor(this.recorder, id);
    const call: KernelCall = {
      inputs: Object.fromEntries(Object.entries(node.inputs).map(([name, id]) => [name, tensor(id)])),
      outputs: node.outputs.map(tensor),
      attrs: attributesOf(node, (id) => this.recorder.values[id]!),
      raw: node.attrs,
      dy: this.outputGradients(node),
      through: (names, forward) => through(call, names, forward),
    };
    const found =
      heldGradients[node.kernel]?.(this.heldCall(node, call, needed)) ?? ruleFor(node, this.recorder)(call);
    for (const [name, id] of needed) {
      const gradient = found[name]?.();
      if (gradient !== undefined && gradient !== null) this.add(id, gradient);
    }
  }

  private heldCall(
    node: ProgramNode,
    call: KernelCall,
    needed: readonly (readonly [string, ValueId])[],
  ): HeldCall {
    return {
      node,
      recorder: this.recorder,
      inputs: call.inputs,
      dy: node.outputs.map((id) => this.sums.get(id)),
      needed: new Set(needed.map(([name]) => name)),
      gradientsOf,
    };
  }

  /** Zeros where an output does not reach the result; a hole for one that is no float. */
  private outputGradients(node: ProgramNode): tf.Tensor[] {
    const dy: tf.Tensor[] = [];
    node.outputs.forEach((id, i) => {
      if (isFloat(this.recorder, id))
        dy[i] = this.sums.get(id) ?? tf.zerosLike(abstractTensor(this.recorder, id));
    });
    return dy;
  }
}

function isFloat(recorder: Recorder, id: ValueId): boolean {
  const { dtype } = recorder.values[id]!;
  return isFloatDType(dtype) || dtype === 'complex64';
}

/** Copies of the inputs keep the sweep inside what `forward` writes: it stops where they start. */
function through(
  call: KernelCall,
  names: readonly string[],
  forward: Parameters<KernelCall['through']>[1],
): InputGradients {
  const found = once(() => {
    const fresh = names.map((name) => tf.clone(call.inputs[name]!));
    return gradients(
      forward(Object.fromEntries(names.map((name, i) => [name, fresh[i]!]))),
      fresh,
      call.dy[0]!,
    );
  });
  return Object.fromEntries(names.map((name, i) => [name, () => found()[i]!]));
}

/** The gradients of nodes that hold Programs. */
const heldGradients: Readonly<Record<string, ((call: HeldCall) => InputGradients) | undefined>> = {
  [condKernel]: condGradient,
  [customGradientKernel]: customGradient,
  [scanKernel]: scanGradient,
  [whileKernel]: whileGradient,
};

function ruleFor(node: ProgramNode, recorder: Recorder): GradientRule {
  const rule = findKernel(node.kernel)?.gradient;
  if (rule !== undefined) return typeof rule === 'string' ? () => ({}) : rule;
  throw kernelUnsupported(
    node.scope === '' ? recorder.subject : `${recorder.subject}, at "${node.scope}"`,
    node.kernel,
    'gradient',
    'stop the gradient there with tf.customGrad, or use another operation',
  );
}
