// Texts as numbers, one for each character, and back. 0 is the space, which also fills a text up to its length.

export class CharacterTable {
  private readonly characters: string;

  /** The characters there may be; the space is always among them. */
  constructor(characters: Iterable<string>) {
    this.characters = [' ', ...new Set(characters)].filter((c, i) => i === 0 || c !== ' ').join('');
  }

  get size(): number {
    return this.characters.length;
  }

  /** The numbers of a text, `length` of them. */
  encode(text: string, length = text.length): number[] {
    return Array.from(text.padEnd(length), (character) => this.characters.indexOf(character));
  }

  /** The text of numbers. */
  decode(numbers: readonly number[]): string {
    return numbers.map((number) => this.characters[number]).join('').trimEnd(); // prettier-ignore
  }

  /** The text of the most probable characters. Shapes: [length, size]. */
  mostProbable(probabilities: readonly (readonly number[])[]): string {
    return this.decode(probabilities.map((row) => row.indexOf(Math.max(...row))));
  }
}
