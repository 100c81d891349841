export * from './accuracy.js';
export * from './crossentropy.js';
export { Mean, mean } from './mean.js';
export * from './regression.js';
export * from './top-k.js';
