// Files are kebab-case and named for what they export; names that say nothing are refused.
import { basename } from 'node:path';

const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*(\.(spec|bench|config|preset|test-d|d))*\.(ts|js|mjs|cjs)$/;
const saysNothing = /^(utils?|common|helpers?|misc|types|shared|lib)\./;

/** @type {import('eslint').Rule.RuleModule} */
export const fileName = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      kebab: 'File "{{name}}": expected a kebab-case name. Fix: rename it for its main export.',
      nothing:
        'File "{{name}}" has a name that says nothing. Fix: name it for its main export, or split it by what it does.',
    },
  },
  create(context) {
    return {
      Program(node) {
        const name = basename(context.filename);
        if (!kebabCase.test(name)) context.report({ node, messageId: 'kebab', data: { name } });
        if (saysNothing.test(name)) context.report({ node, messageId: 'nothing', data: { name } });
      },
    };
  },
};
