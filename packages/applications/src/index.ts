export { type Application, type ApplicationOptions, type ImageShape } from './application.js';
export { applications, type ApplicationsApi } from './applications.js';
export { type MobileNetOptions } from './mobile-net.js';
export { type MobileNetV2Options } from './mobile-net-v2.js';
export * from './networks.js';
