// `npm run docs`: the documentation as a site in out-docs, of the documents, the READMEs and the sources' own comments. TypeDoc
// makes all of it, search included; the pages need no network. `--only core,vis` takes the sources of these packages alone.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Application, ReflectionKind } from 'typedoc';
import { root } from '../run/commands.mjs';
import { drawDiagrams } from './draw-diagrams.mjs';
import { siteFolder } from './site-folder.mjs';
import { writeWhatWorksWhere } from './what-works-where.mjs';

/** Pages in the order of the menu; those of a folder in that of their names. */
const documents = [
  'quick-start.md',
  'coming-from-keras.md',
  'coming-from-tfjs-layers.md',
  'data.md',
  'guides/*.md',
  'what-works-where.md',
  'performance.md',
  'security.md',
  'deployment.md',
  'errors.md',
  'compatibility.md',
  'operations.md',
  'keras-operations.md',
  'backends.md',
  'reproducibility.md',
  'architecture.md',
  'roadmap.md',
  'adr/*.md',
];

const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
const wanted = only?.split(',');
const packages = readdirSync(join(root, 'packages')).filter(
  (folder) =>
    existsSync(join(root, 'packages', folder, 'src/index.ts')) && (wanted?.includes(folder) ?? true),
);

await writeWhatWorksWhere();
rmSync(siteFolder, { recursive: true, force: true });
const application = await Application.bootstrapWithPlugins({
  name: 'Lamella',
  entryPointStrategy: 'packages',
  entryPoints: packages.map((folder) => join(root, 'packages', folder)),
  packageOptions: {
    entryPoints: ['src/index.ts'],
    tsconfig: 'tsconfig.lib.json',
    readme: 'README.md',
    excludeInternal: true,
    excludePrivate: true,
    // Types are checked elsewhere.
    skipErrorChecking: true,
  },
  readme: join(root, 'README.md'),
  projectDocuments: documents.map((path) => join(root, 'docs', path)),
  customCss: join(root, 'tools/docs/site.css'),
  customJs: join(root, 'tools/docs/table-filter.js'),
  basePath: root,
  githubPages: false,
  disableGit: true,
  disableSources: true,
  hideGenerator: true,
  includeHierarchySummary: false,
  searchInComments: true,
  searchInDocuments: true,
  // A link that leads nowhere is found in the pages, by check:docs.
  validation: { invalidLink: false, notExported: false },
  logLevel: 'Error',
});
const project = await application.convert();
if (project === undefined) process.exit(1);
for (const page of project.getReflectionsByKind(ReflectionKind.Document)) nameByHeading(page);
unlinkFolders(project.readme ?? []);
for (const module of project.children ?? []) unlinkFolders(module.readme ?? []);
await application.generateDocs(project, siteFolder);
console.log(`${siteFolder}/index.html`);
process.exitCode = application.logger.hasErrors() ? 1 : 0;

/**
 * Folders of the repository have no page: what leads to one becomes its name.
 * @param {import('typedoc').CommentDisplayPart[]} parts
 */
function unlinkFolders(parts) {
  parts.forEach((part, i) => {
    const [before, after] = [parts[i - 1], parts[i + 1]];
    if (
      part.kind !== 'relative-link' ||
      part.target === undefined ||
      !before ||
      !after ||
      project === undefined
    )
      return;
    const place = project.files.resolve(part.target, project);
    if (typeof place !== 'string' || !statSync(place).isDirectory()) return;
    before.text = before.text.replace(/\[([^\]]*)\]\($/, '$1');
    after.text = after.text.replace(/^[^)]*\)/, '');
    parts[i] = { kind: 'text', text: '' };
  });
}

/**
 * A document is called what its first heading says, which need not stand there twice.
 * @param {import('typedoc').Reflection} reflection
 */
function nameByHeading(reflection) {
  const page = /** @type {import('typedoc').DocumentReflection} */ (reflection);
  const [first] = page.content;
  const heading = first === undefined ? null : /^\s*# (.+)\n/.exec(first.text);
  unlinkFolders(page.content);
  drawDiagrams(page.content);
  if (first === undefined || heading === null) return;
  page.name = heading[1] ?? page.name;
  first.text = first.text.slice(heading[0].length);
}
