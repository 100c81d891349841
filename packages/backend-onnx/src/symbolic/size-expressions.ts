// Computes sizes inside a graph: integer polynomials of the unknown dimensions, which `Shape` reads from the inputs.
// Each value is computed once. Not here: which constants follow the sizes (varying-constant.ts).
import { isPolynomial, type Polynomial, type Quotient, type Size } from '@lamella/program';
import { GraphBuilder } from '../model/graph-builder.js';
import type { ElementType, OnnxModel } from '../model/onnx-model.js';

/** Where a graph can read an unknown dimension. */
export interface SizeSource {
  readonly input: string;
  readonly axis: number;
}

export class SizeExpressions {
  readonly graph = new GraphBuilder({ prefix: 'size_' });
  private readonly known = new Map<string, string>();

  /** `sources`: one for each unknown. */
  constructor(private readonly sources: readonly SizeSource[]) {
    this.graph.scope = 'sizes';
  }

  /** What was computed so far; it reads nothing but inputs and may stand in front of everything else. */
  finish(): Pick<OnnxModel, 'nodes' | 'initializers'> {
    return this.graph.finish([]).model;
  }

  /** A list of sizes as int64. Shapes: [sizes.length]. */
  vector(sizes: readonly Size[]): string {
    return this.once(`vector ${sizes.map(keyOf).join()}`, () => {
      const parts: (string | number[])[] = [];
      for (const size of sizes) {
        const last = parts.at(-1);
        if (isPolynomial(size)) parts.push(this.polynomial(size));
        else if (Array.isArray(last)) last.push(size);
        else parts.push([size]);
      }
      const names = parts.map((part) => (typeof part === 'string' ? part : this.graph.ints(part)));
      return names.length === 1 ? names[0]! : this.graph.op('Concat', names, { axis: 0 });
    });
  }

  /** A number, or a size, of rank 0 in `type`. */
  scalar(value: Size, type: ElementType): string {
    if (!isPolynomial(value)) return this.graph.scalar(value, type);
    return this.once(`scalar ${type} ${keyOf(value)}`, () => {
      const size = this.graph.reshape(this.polynomial(value), []);
      return type === 'int64' ? size : this.graph.cast(size, type);
    });
  }

  private polynomial(size: Polynomial): string {
    return this.once(keyOf(size), () => {
      const terms = size.terms.map(({ coefficient, powers, quotients = [] }) => {
        const factors = [
          ...powers.flatMap((power, i) => Array.from({ length: power }, () => this.unknown(i))),
          ...quotients.map((quotient) => this.quotient(quotient)),
        ];
        if (coefficient !== 1 || factors.length === 0) factors.unshift(this.graph.ints([coefficient]));
        return factors.reduce((a, b) => this.graph.op('Mul', [a, b]));
      });
      return terms.reduce((a, b) => this.graph.op('Add', [a, b]));
    });
  }

  private quotient({ unknown, offset, divisor }: Quotient): string {
    return this.once(`quotient ${unknown} ${offset} ${divisor}`, () => {
      const size = this.unknown(unknown);
      const sum = offset === 0 ? size : this.graph.op('Add', [size, this.graph.ints([offset])]);
      return this.graph.op('Div', [sum, this.graph.ints([divisor])]);
    });
  }

  private unknown(index: number): string {
    const { input, axis } = this.sources[index]!;
    return this.once(`unknown ${index}`, () =>
      this.graph.op('Shape', [input], { start: axis, end: axis + 1 }),
    );
  }

  private once(key: string, make: () => string): string {
    const name = this.known.get(key) ?? make();
    this.known.set(key, name);
    return name;
  }
}

function keyOf(size: Size): string {
  return isPolynomial(size) ? size.print([]) : String(size);
}
