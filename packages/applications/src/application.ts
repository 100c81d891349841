// What the applications share: their options, images of a size that the network takes, and what stands on its features.
import {
  booleanOption,
  checkOptionNames,
  choiceOption,
  input,
  option,
  optionInvalid,
  orNull,
  positiveIntegerOption,
  withOptions,
  type Composition,
  type GivenOptions,
  type SymbolicTensor,
} from '@lamella/core';
import { dense, globalAveragePooling2D, globalMaxPooling2D, type ActivationOption } from '@lamella/layers';
import { Functional } from '@lamella/training';
import type * as tf from '@tensorflow/tfjs-core';

/** Height, width and channels; null for a height or width that is open. */
export type ImageShape = readonly [height: number | null, width: number | null, channels: number];

/** The options of all applications, by Keras' names in camelCase. */
export const applicationOptions = {
  /** Default null: the size that Keras' weights are for, of 3 channels; without a top of any height and width. */
  inputShape: orNull(
    option<ImageShape>({
      check: (subject, name, given) => {
        const isSize = (size: unknown): boolean => Number.isInteger(size) && (size as number) > 0;
        const [height, width, channels, ...others] = Array.isArray(given) ? (given as unknown[]) : [];
        const areOpen = [height, width].every((size) => size === null || isSize(size));
        if (areOpen && isSize(channels) && others.length === 0) return given as ImageShape;
        throw optionInvalid(subject, name, '[height, width, channels]', given);
      },
    }),
  ),
  /** Whether the features are classified. Default true. */
  includeTop: booleanOption(true),
  /** What becomes of the features without a top: their mean or their maximum. Default null, they stay maps. */
  pooling: orNull(choiceOption(['avg', 'max'], 'avg')),
  /** How many classes the top tells apart. Default 1000. */
  classes: positiveIntegerOption(1000),
  /** What is applied to the numbers of the classes; null for nothing. Default `softmax`. */
  classifierActivation: option<ActivationOption | null>({
    check: (_subject, _name, given) => (given ?? 'linear') as ActivationOption,
    default: 'softmax',
    isNullable: true,
  }),
  /** The first values: null, Keras' word for random ones, is all there is. `loadWeights` takes Keras' files. */
  weights: option<null>({
    check: (subject, name, given) => {
      if (given === null) return null;
      throw optionInvalid(
        subject,
        name,
        "null, as nothing is downloaded: loadWeights(model, path) takes Keras' files",
        given,
      );
    },
    default: null,
    isNullable: true,
  }),
  /** The model's name. Default the one that it has in Keras. */
  name: orNull(
    option<string>({
      check: (subject, name, given) => {
        if (typeof given === 'string' && given !== '') return given;
        throw optionInvalid(subject, name, 'a name', given);
      },
    }),
  ),
} as const;

/** The options of an application. There are no weights but random ones: `loadWeights` takes Keras' files. */
export type ApplicationOptions = GivenOptions<typeof applicationOptions>;

class Named {
  /** How errors name it. */
  get label(): string {
    return (this.constructor as unknown as { readonly className: string }).className;
  }
}

/** The options of an application, checked. Each has a class of its own, which names it. */
export class Settings extends withOptions(Named, applicationOptions) {
  static readonly className: string = 'application()';
}

/** An application: a model of images in float32, scaled as its network was trained. */
export type Application = Functional<tf.Tensor, tf.Tensor>;

/** What an application is made of. */
export interface Network<S extends Settings> {
  /** What the network is told. */
  readonly Settings: {
    new (given: never): S;
    readonly className: string;
    readonly options: object;
  };
  /** The height and width of images where none are given. */
  readonly defaultSize: number;
  /** The least height and width. Default 32. */
  readonly leastSize?: number;
  /** Whether height and width are `open` unless given, or must be `known`. By default they are known where there is a top. */
  readonly sizes?: 'open' | 'known';
  /** What Keras calls the model. */
  modelName(settings: S, height: number | null): string;
  features(images: SymbolicTensor, settings: S): SymbolicTensor;
  /** What tells classes apart. Default the features' mean, and a dense layer. */
  top?(features: SymbolicTensor, settings: S): SymbolicTensor;
  /** What follows without a top, pooled or not. Default nothing. */
  readonly withoutTop?: (features: SymbolicTensor) => SymbolicTensor;
  /** The names of layers that pool all there is, where they have any. */
  readonly poolNames?: { readonly avg?: string; readonly max?: string };
}

/** Makes an application. Throws: OPTION_INVALID, OPTION_UNKNOWN, IDENTIFIER_UNKNOWN. */
export type ApplicationFactory<Options extends ApplicationOptions = ApplicationOptions> = (
  options?: Options,
) => Application;

/** The function that makes a network's model, for a composition or none. */
export function applicationOf<S extends Settings, Options extends ApplicationOptions = ApplicationOptions>(
  network: Network<S>,
): (given?: Options, composition?: Composition) => Application {
  const { Settings: Chosen } = network;
  return (given = {} as Options, composition) => {
    const known = Object.fromEntries(Object.keys(Chosen.options).map((name) => [name, true]));
    checkOptionNames<object>(Chosen.className, given, known);
    const settings = new Chosen(given as never);
    const images = input({ shape: imageShape(network, settings) });
    const features = network.features(images, settings);
    const outputs = settings.includeTop
      ? (network.top ?? topOf(network))(features, settings)
      : (network.withoutTop ?? ((x) => x))(pooled(network, features, settings));
    const name = settings.name ?? network.modelName(settings, images.shape[1]!);
    return new Functional({ inputs: images, outputs, name }, composition) as Application;
  };
}

function imageShape<S extends Settings>(
  { Settings: { className }, defaultSize, leastSize = 32, sizes: kind }: Network<S>,
  { inputShape, includeTop }: S,
): ImageShape {
  const areKnown = kind === undefined ? includeTop : kind === 'known';
  const size = areKnown ? defaultSize : null;
  const shape = inputShape ?? ([size, size, 3] as const);
  const sizes = shape.slice(0, 2);
  if (sizes.some((given) => given !== null && given < leastSize))
    throw optionInvalid(
      className,
      'inputShape',
      `images of at least ${leastSize} by ${leastSize}`,
      inputShape,
    );
  if (areKnown && sizes.includes(null)) {
    const why = kind === undefined ? 'the top' : 'layers that depend on them';
    throw optionInvalid(className, 'inputShape', `a known height and width, for ${why}`, inputShape);
  }
  return shape;
}

function topOf<S extends Settings>({ poolNames }: Network<S>): NonNullable<Network<S>['top']> {
  return (features, settings) =>
    classified(globalAveragePooling2D(named(poolNames?.avg)).apply(features), settings);
}

/** The layer that tells classes apart, over rows of features. */
export function classified(rows: SymbolicTensor, settings: Settings): SymbolicTensor {
  const { classes: units, classifierActivation } = settings;
  const activation = classifierActivation as ActivationOption;
  return dense({ units, activation, name: 'predictions' }).apply(rows);
}

function pooled<S extends Settings>(
  { poolNames }: Network<S>,
  features: SymbolicTensor,
  { pooling }: S,
): SymbolicTensor {
  if (pooling === null) return features;
  return pooling === 'avg'
    ? globalAveragePooling2D(named(poolNames?.avg)).apply(features)
    : globalMaxPooling2D(named(poolNames?.max)).apply(features);
}

function named(name: string | undefined): { readonly name?: string } {
  return name === undefined ? {} : { name };
}
