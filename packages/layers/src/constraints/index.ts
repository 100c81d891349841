export * from './non-negative.js';
export * from './norms.js';
