import { testFormat } from '@lamella/testing';
import { templateName, templateNamePlugin } from './template-name.js';

// Models of your own come beside those of the kit: { name: 'with attention', create: ({ model }) => model({ ... }) }.
testFormat(templateName, [], { plugins: [templateNamePlugin] });
