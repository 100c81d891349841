// Text that comes from files and from other programs, for terminals and logs: one line, and nothing that steers a terminal.

// Control characters, the marks that end lines or paragraphs, and those that turn the direction of writing.
const steering = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** The text with what would move the cursor, colour, turn or begin a line written out, e.g. `\u001b`. */
export function printable(text: string): string {
  return text.replace(steering, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
