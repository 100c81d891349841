import preset from '../../jest.preset.js';

export default { ...preset, displayName: 'create-lamella-plugin' };
