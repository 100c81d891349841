export { templateName, templateNamePlugin } from './template-name.js';
