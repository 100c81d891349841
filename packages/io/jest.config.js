import preset from '../../jest.preset.js';

export default {
  ...preset,
  displayName: 'io',
  // What specs share, and is no test.
  testPathIgnorePatterns: ['/node_modules/', '/(keras-fixtures|refusals|run-script)\\.spec\\.ts$'],
};
