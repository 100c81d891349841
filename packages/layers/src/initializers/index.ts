export * from './constants.js';
export * from './orthogonal.js';
export * from './random.js';
export * from './stft.js';
export * from './variance-scaling.js';
