// A source file opens with a comment that says what it is, in at most four lines.
const mostLines = 4;

/** @type {import('eslint').Rule.RuleModule} */
export const fileHeader = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      missing:
        'The file does not open with a comment. Fix: say in at most four lines what it is, and what it is not.',
      long: 'The opening comment has {{lines}} lines, expected at most four. Fix: move the rest to where it applies.',
    },
  },
  create(context) {
    return {
      Program(node) {
        const text = context.sourceCode.text.replace(/^#!.*\n/, '');
        const opening = /^(?:(?:\/\/.*\n)+|\/\*[\s\S]*?\*\/\n)/.exec(text)?.[0];
        if (opening === undefined) {
          context.report({ node, loc: { line: 1, column: 0 }, messageId: 'missing' });
          return;
        }
        const lines = opening.trimEnd().split('\n').length;
        if (lines > mostLines)
          context.report({
            node,
            loc: { line: 1, column: 0 },
            messageId: 'long',
            data: { lines: String(lines) },
          });
      },
    };
  },
};
