import preset from '../../jest.preset.js';

export default {
  ...preset,
  displayName: 'backend-onnx',
  // What specs share, and is no test.
  testPathIgnorePatterns: ['/node_modules/', '/watched-sessions\\.spec\\.ts$'],
};
