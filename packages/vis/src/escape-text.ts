// Text of models and files as it stands in XML: in pictures, and in pages. One place knows what must be written otherwise.
import { printable } from '@lamella/program';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
  '\\': '&#92;',
};

/** Half of a pair of surrogates, and what XML has no characters for. */
const noCharacters = /[\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** One line that can stand in an element or an attribute of XML and HTML, and in a label of Graphviz. */
export function escapeText(text: string): string {
  return printable(text)
    .replace(noCharacters, '\ufffd')
    .replace(/[&<>"'`\\]/g, (character) => entities[character]!);
}

/** The text where it is not longer than `most` characters; else its beginning, and that it goes on. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  // Surrogates stay together.
  return `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
