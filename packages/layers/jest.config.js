import preset from '../../jest.preset.js';

export default {
  ...preset,
  displayName: 'layers',
  // What specs share: it is left out of the package as they are, and is none.
  testPathIgnorePatterns: ['/node_modules/', '/golden-cases\\.spec\\.ts$'],
};
