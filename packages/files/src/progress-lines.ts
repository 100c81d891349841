// A download's progress as a few lines, one at each quarter, for consoles and logs alike.
import type { DownloadProgress } from './download.js';

/**
 * A function for `onProgress` that prints.
 *
 * @example
 * const lines: string[] = [];
 * const report = progressLines('digits.npz', (line) => lines.push(line));
 * report({ url: 'https://example.org/digits.npz', received: 2_500_000, total: 10_000_000 });
 * console.log(lines); // ['Downloading digits.npz: 25% of 10.0 MB']
 */
export function progressLines(
  name: string,
  print: (line: string) => void = console.warn,
): (progress: DownloadProgress) => void {
  let printed = -1;
  return ({ received, total }) => {
    // Where the size is unknown, a line for every 4 MB.
    const quarter = Math.floor(total === undefined ? received / 4e6 : (4 * received) / Math.max(1, total));
    if (quarter <= printed) return;
    printed = quarter;
    print(
      `Downloading ${name}: ${total === undefined ? megabytes(received) : `${quarter * 25}% of ${megabytes(total)}`}`,
    );
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
