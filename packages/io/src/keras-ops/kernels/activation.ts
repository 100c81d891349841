// Activations, and softmax over the last axis.
import type { KernelRule } from '../kernel-call.js';

function activation(operation: string): KernelRule {
  return (call) => call.apply(operation, [call.tensor('x')]);
}

export const Elu = activation('Elu');
export const Relu = activation('Relu');
export const Relu6 = activation('Relu6');
export const Selu = activation('Selu');
export const Sigmoid = activation('Sigmoid');
export const Softplus = activation('Softplus');

export const LeakyRelu: KernelRule = (call) =>
  call.apply('LeakyRelu', [call.tensor('x')], { negative_slope: call.attribute<number>('alpha', 0.2) });

export const Softmax: KernelRule = (call) => call.apply('Softmax', [call.tensor('logits')], { axis: -1 });
export const LogSoftmax: KernelRule = (call) =>
  call.apply('LogSoftmax', [call.tensor('logits')], { axis: call.axis });
