// The random inputs of a Program in host memory, for backends that draw none themselves.
import {
  fillRandom,
  HostTensor,
  type MakeZeros,
  type NumberDType,
  type Program,
  type RandomKey,
} from '@lamella/program';

export interface RandomInputsOptions {
  /** Makes their memory; plain arrays by default. */
  readonly allocate?: MakeZeros;
  /** In place of `fillRandom` of @lamella/program, with the same numbers, bit for bit. */
  readonly fill?: typeof fillRandom;
}

/** One tensor for each random input, drawn anew for each run. */
export class RandomInputs {
  /** Their places among the Program's inputs. */
  readonly places: readonly number[];
  private readonly tensors: readonly HostTensor[];

  constructor(
    private readonly program: Program,
    private readonly options: RandomInputsOptions = {},
  ) {
    const { inputs } = program;
    const { allocate = HostTensor.zeros } = options;
    this.places = inputs.flatMap(({ kind }, i) => (kind === 'random' ? [i] : []));
    this.tensors = this.places.map((i) => {
      const { shape, dtype } = program.type(inputs[i]!.id);
      return allocate(shape, dtype as NumberDType);
    });
  }

  /** The numbers of one run, at {@link places}; valid until the next. */
  draw(key: RandomKey): readonly HostTensor[] {
    const { places, program, tensors } = this;
    const { fill = fillRandom } = this.options;
    for (let i = 0; i < places.length; i++) fill(program.inputs[places[i]!]!.random!, key, tensors[i]!.data);
    return tensors;
  }
}
