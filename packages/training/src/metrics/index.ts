export * from './accuracy.js';
export { Mean, mean } from './mean.js';
