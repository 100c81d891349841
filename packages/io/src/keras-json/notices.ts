// What is not as it was saved, though the model loads: lines gathered while a file is read, and said in one warning.
import { notRestored } from '../errors.js';

export class Notices {
  private readonly lines = new Set<string>();

  /** Notes one thing, as the rest of a list item. */
  add(line: string): void {
    this.lines.add(line);
  }

  /** Says everything noted since the last time, if anything, with the code NOT_RESTORED. */
  say(file: string, warn: (message: string) => void): void {
    if (this.lines.size > 0) warn(notRestored(file, [...this.lines]).message);
    this.lines.clear();
  }
}
