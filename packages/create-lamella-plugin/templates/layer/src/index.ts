export { TemplateName, templateName, templateNamePlugin, type TemplateNameOptions } from './template-name.js';
