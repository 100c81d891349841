// Publishes staged packages in their order, one after another: those that the registry has already are left as they are.
import { root, runQuietly } from '../packages/packages.mjs';

/** @typedef {import('./stage.mjs').Staged} Staged */

/**
 * Throws `PUBLISH_INCOMPLETE` where one cannot be published, naming those that remain; called again, it publishes them.
 * @param {readonly Staged[]} staged those first that others need
 * @param {object} [settings]
 * @param {readonly string[]} [settings.options] of `npm publish`
 * @param {Record<string, string>} [settings.env] for npm, beside that of this process
 * @param {(line: string) => void} [settings.print] takes a line for each package
 */
export async function publishPackages(staged, { options = [], env = {}, print = console.log } = {}) {
  const registry = (await npm(['config', 'get', 'registry'], root, env)).trim();
  for (const [index, { name, version, folder }] of staged.entries()) {
    const progress = `${String(index + 1).padStart(2)}/${staged.length} ${name}@${version}`;
    try {
      if (await isPublished(registry, name, version)) print(`${progress} is there already`);
      else {
        await npm(['publish', ...options], folder, env);
        print(`${progress} published`);
      }
    } catch (error) {
      const remaining = staged.slice(index).map((one) => `${one.name}@${one.version}`);
      const because = /** @type {Error} */ (error).message;
      throw Object.assign(
        new Error(
          `[PUBLISH_INCOMPLETE] ${name}@${version}: it is not published, and ${index} of ${staged.length} packages are.\n${because}\n` +
            `Remains to be published: ${remaining.join(', ')}.\nFix: run npm run release again, which publishes these.`,
          { cause: error },
        ),
        { code: 'PUBLISH_INCOMPLETE' },
      );
    }
  }
}

/**
 * Whether the registry has this version. Throws where it does not answer.
 * @param {string} registry
 * @param {string} name
 * @param {string} version
 */
async function isPublished(registry, name, version) {
  const answer = await fetch(new URL(name.replace('/', '%2f'), registry));
  if (answer.status === 404) return false;
  if (!answer.ok) throw new Error(`${registry} answers ${answer.status}.`);
  return version in /** @type {{ versions: object }} */ (await answer.json()).versions;
}

/**
 * @param {string[]} args
 * @param {string} cwd
 * @param {Record<string, string>} env
 */
async function npm(args, cwd, env) {
  const { status, output } = await runQuietly('npm', args, cwd, env);
  if (status !== 0) throw new Error(output.trim());
  return output;
}
