// Names of files that stand beside another one and begin with its name, as far as there is room for it.
import { crc32 } from '@lamella/files';

/** What file systems take is 255 bytes; the rest is for what is put behind. Units: bytes of UTF-8. */
const longest = 200;

/** What the names of the files beside `file` begin with: its own name without this ending, cut where it is long. */
export function siblingStem(file: string, ending: RegExp): string {
  const stem = file.replace(/^.*[/\\]/, '').replace(ending, '');
  const bytes = new TextEncoder().encode(stem);
  if (bytes.length <= longest) return stem;
  // Half a letter at the cut is left out.
  const cut = new TextDecoder().decode(bytes.subarray(0, longest - 9)).replace(/\ufffd+$/, '');
  return `${cut}-${crc32(bytes).toString(16).padStart(8, '0')}`;
}
