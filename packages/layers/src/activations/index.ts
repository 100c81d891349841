export * from './along-axis.js';
export * from './older.js';
export * from './rectified.js';
export * from './smooth.js';
