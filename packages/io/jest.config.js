import preset from '../../jest.preset.js';

export default {
  ...preset,
  displayName: 'io',
  // Shared by the specs that read Keras' files.
  testPathIgnorePatterns: ['/node_modules/', 'keras-fixtures\\.spec\\.ts$'],
};
