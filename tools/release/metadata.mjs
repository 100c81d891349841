// The addresses of this project, whose one home is metadata.json: what is published gets them, and nothing is while they are empty.
// As a script it checks that they are there.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/**
 * @typedef {{
 *   readonly repository: string,
 *   readonly homepage: string,
 *   readonly bugs: string,
 *   readonly security: string,
 * }} Metadata
 */

const file = new URL('metadata.json', import.meta.url);
const names = /** @type {const} */ (['repository', 'homepage', 'bugs', 'security']);

/**
 * The addresses, each an https URL. Throws where one is missing or is something else.
 * @param {unknown} [given] what metadata.json says
 * @returns {Metadata}
 */
export function metadata(given = JSON.parse(readFileSync(file, 'utf8'))) {
  const addresses = /** @type {Metadata} */ (given);
  const wrong = names.filter((name) => !/^https:\/\/[^/\s]+\/\S*[^/\s]$/.test(addresses[name] ?? ''));
  if (wrong.length > 0)
    throw new Error(
      `tools/release/metadata.json: expected an https address as ${wrong.join(', ')}, got ${wrong.map((name) => JSON.stringify(addresses[name])).join(', ')}.\n` +
        'Nothing is published without addresses: npm, provenance and the READMEs name them, and who finds a hole needs one.\nFix: fill them in.',
    );
  return addresses;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  try {
    metadata();
  } catch (error) {
    console.error(/** @type {Error} */ (error).message);
    process.exitCode = 1;
  }
