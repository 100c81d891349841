// Bidirectional: a recurrent layer and another one that goes backwards, over the same sequences.
import {
  choiceOption,
  fromConfig,
  isLayer,
  isSerializable,
  Layer,
  option,
  optionInvalid,
  orNull,
  withOptions,
  type CallContext,
  type Config,
  type ConfigValue,
  type Mask,
  type SerializableClass,
} from '@lamella/core';
import { flatten, type SymbolicShape, type Tree } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { singleTensor } from '../options/single-input.js';
import { heededMask } from './cell.js';

/** A layer over time that can be told its direction: those of this package, or one with the same options. */
export interface DirectedLayer extends Layer {
  readonly goBackwards: boolean;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly stateful: boolean;
  resetStates?(): void;
}

const shared = ['stateful', 'returnSequences', 'returnState'] as const;

function directed(subject: string, name: string, given: unknown): DirectedLayer {
  if (isLayer(given) && ['goBackwards', ...shared].every((key) => key in given))
    return given as DirectedLayer;
  throw optionInvalid(subject, name, 'a recurrent layer such as lstm()', given);
}

const options = {
  /** The layer that goes forwards; a copy of it is used, with weights of its own. */
  layer: option<DirectedLayer>({
    check: (subject, name, given) => copyOf(directed(subject, name, given), 'forward_'),
  }),
  /** What becomes of the two outputs; null gives both. Default `concat`. */
  mergeMode: orNull(choiceOption(['concat', 'sum', 'mul', 'ave'], 'concat'), 'concat'),
  /** The layer that goes backwards, copied as well. Default null, one like the other. */
  backwardLayer: option<DirectedLayer | null, DirectedLayer>({
    check: (subject, name, given, owner) => {
      const { layer } = owner as { readonly layer: DirectedLayer };
      if (given === null) return copyOf(layer, 'backward_', { goBackwards: !layer.goBackwards });
      const backward = copyOf(directed(subject, name, given), '');
      if (backward.goBackwards === layer.goBackwards)
        throw optionInvalid(subject, name, 'a layer that goes the other way (goBackwards)', given);
      const other = shared.find((key) => backward[key] !== layer[key]);
      if (other === undefined) return backward;
      throw optionInvalid(
        subject,
        name,
        `a layer with ${other}: ${layer[other]}, as its layer has it`,
        given,
      );
    },
    default: null,
    isNullable: true,
  }),
} as const;

/** The options of {@link Bidirectional}. */
export type BidirectionalOptions = OptionsFor<typeof options>;

/**
 * Runs a recurrent layer in both directions. Source: keras.layers.Bidirectional.
 * Shapes: those of the layer; with `concat` the last size is that of both layers. With `returnState` a list of the output or
 * outputs, the states of the layer that goes forwards, and those of the other.
 * Throws: OPTION_INVALID, and what the layer throws.
 *
 * @example
 * const both = bidirectional({ layer: lstm({ units: 4, returnSequences: true }) }).apply(input({ shape: [10, 3] }));
 * both.shape; // [null, 10, 8]
 */
export class Bidirectional<Out extends Tree<tf.Tensor> = tf.Tensor> extends withOptions(Layer, options) {
  static readonly className = 'Bidirectional';
  static readonly callArguments: readonly string[] = ['initialState'];

  constructor(given: BidirectionalOptions) {
    super(given);
    this.addLayer('forward_layer', this.layer);
    this.addLayer('backward_layer', this.backwardLayer);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    this.layer.ensureBuilt(inputShape);
    this.backwardLayer.ensureBuilt(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): Out {
    const x = singleTensor(this.label, inputs);
    const given = context.args['initialState'] as readonly tf.Tensor[] | undefined;
    const mask = heededMask(context);
    const half = (given?.length ?? 0) / 2;
    const run = (layer: Layer, states?: readonly tf.Tensor[]): readonly Tree<tf.Tensor>[] => {
      const result = layer.apply(x, { mask, ...(states !== undefined && { initialState: states }) });
      return (this.layer.returnState ? result : [result]) as readonly Tree<tf.Tensor>[];
    };
    const [y, ...states] = run(this.layer, given?.slice(0, half));
    const [back, ...others] = run(this.backwardLayer, given?.slice(half));
    const turned = this.layer.returnSequences ? tf.reverse(back as tf.Tensor, 1) : (back as tf.Tensor);
    const outputs = this.merged(y as tf.Tensor, turned);
    if (this.layer.returnState) return [...outputs, ...states, ...others] as Tree<tf.Tensor> as Out;
    return (outputs.length === 1 ? outputs[0] : outputs) as Out;
  }

  override computeMask(_inputs: Tree<tf.Tensor>, { mask }: CallContext): Tree<Mask> {
    const { layer, backwardLayer } = this;
    const output = layer.returnSequences ? mask : null;
    const outputs = this.mergeMode === null ? [output, output] : [output];
    if (!layer.returnState) return outputs.length === 1 ? output : outputs;
    const states = [layer, backwardLayer].flatMap((each) =>
      flatten((each as Partial<{ cell: { stateSize: Tree<number> } }>).cell?.stateSize ?? []),
    );
    return [...outputs, ...states.map(() => null)];
  }

  /** Sets the kept states of stateful layers to zeros. */
  resetStates(): void {
    this.layer.resetStates?.();
    this.backwardLayer.resetStates?.();
  }

  private merged(y: tf.Tensor, back: tf.Tensor): tf.Tensor[] {
    switch (this.mergeMode) {
      case 'sum':
        return [tf.add(y, back)];
      case 'mul':
        return [tf.mul(y, back)];
      case 'ave':
        return [tf.div(tf.add(y, back), 2)];
      case 'concat':
        return [tf.concat([y, back], -1)];
      default:
        return [y, back];
    }
  }
}

/** A layer of the same config, without its weights; one that hides steps gives zeros for them, so that both ends are alike. */
function copyOf(layer: DirectedLayer, prefix: string, changes: Config = {}): DirectedLayer {
  const config = copied(layer.getConfig()) as Config;
  const hides = 'zeroOutputForMask' in config ? { zeroOutputForMask: layer.returnSequences } : {};
  const name = prefix + layer.name.replace(/^forward_/, '').replace(new RegExp(`^${prefix}`), '');
  return fromConfig(layer.constructor as unknown as SerializableClass<DirectedLayer>, {
    ...config,
    ...hides,
    ...changes,
    name: prefix === '' ? layer.name : name,
  });
}

/** A config with copies of the layers in it, such as cells. */
function copied(value: ConfigValue): ConfigValue {
  if (Array.isArray(value)) return (value as readonly ConfigValue[]).map(copied);
  if (typeof value !== 'object' || value === null) return value;
  if (!isSerializable(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copied(item as ConfigValue)]));
  if (value.kind !== 'layers') return value;
  return fromConfig(value.constructor as unknown as SerializableClass, copied(value.getConfig()) as Config);
}

/** Makes a {@link Bidirectional}. */
export function bidirectional(
  given: BidirectionalOptions & { readonly mergeMode: null },
): Bidirectional<tf.Tensor[]>;
export function bidirectional(given: BidirectionalOptions): Bidirectional;
export function bidirectional(given: BidirectionalOptions): Bidirectional<Tree<tf.Tensor>> {
  return new Bidirectional(given);
}
