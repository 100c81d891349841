// How the code is linted: package boundaries, the house's own rules, and typescript-eslint's strict ones.
// Rules that need types are oxlint's (.oxlintrc.json), which asks TypeScript 7. Prettier settles the formatting; no rule speaks of it.
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import { depConstraints, house } from './tools/eslint/index.js';

const sources = ['packages/*/src/**/*.ts'];
const specs = ['**/*.spec.ts'];

const forbidden = [
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only. Fix: export it by its name.' },
  { selector: 'TSEnumDeclaration', message: 'No enums. Fix: use a union of string literals.' },
];
const printing = {
  selector: "CallExpression[callee.object.name='console'][callee.property.name!='warn']",
  message: 'Packages print nothing of their own. Fix: take the function that prints as an option.',
};
/** What tfjs fills on the host before the capture sees it: as many numbers as a file says. */
const filledOnHost = {
  selector: "CallExpression[callee.object.name='tf'][callee.property.name=/^(zeros|ones|eye)$/]",
  message:
    'It fills an array on the host, as large as a file may say. Fix: tf.fill(shape, 0), tf.fill(shape, 1), or unitVectors(size) of @lamella/program.',
};

export default tseslint.config(
  { ignores: ['**/dist/', '**/out-tsc/', '**/generated/', '**/coverage/', '.nx/', 'fixtures/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,js,mjs,cjs}'],
    extends: [tseslint.configs.strict],
    plugins: { house },
    rules: {
      'house/file-name': 'error',
      'max-lines': ['error', { max: 500 }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        // `import('h5wasm').File` names the type of a module that is loaded lazily.
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      // `noUncheckedIndexedAccess` needs it after a bound is known.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
    },
  },
  {
    files: ['packages/**/*.ts', 'examples/**/*.ts'],
    plugins: { '@nx': nx },
    rules: { 'no-restricted-syntax': ['error', ...forbidden] },
  },
  {
    files: sources,
    ignores: specs,
    rules: {
      'house/file-header': 'error',
      'no-restricted-syntax': ['error', ...forbidden, printing, filledOnHost],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['node:*'],
              allowTypeImports: true,
              message:
                "Node's own modules are imported lazily, so that the package loads in a browser. Fix: const { readFile } = await import('node:fs/promises').",
            },
          ],
        },
      ],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@nx/enforce-module-boundaries': [
        'error',
        { allow: [], enforceBuildableLibDependency: true, depConstraints },
      ],
    },
  },
  {
    // Cases to compare with tfjs, of known sizes.
    files: ['packages/testing/src/**/*.ts', 'packages/program/src/testing/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...forbidden, printing] },
  },
  {
    // Tables typed as a whole, whose functions the rule takes for untyped.
    files: ['packages/testing/src/kernel-cases/*.ts'],
    rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' },
  },
  { files: ['**/index.ts'], rules: { 'house/file-header': 'off' } },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
);
