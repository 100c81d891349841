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
        const [first, ...rest] = context.sourceCode.getAllComments().filter(({ type }) => type !== 'Shebang');
        const firstToken = context.sourceCode.getFirstToken(node);
        if (!first || (firstToken && first.range[0] > firstToken.range[0])) {
          context.report({ node, loc: { line: 1, column: 0 }, messageId: 'missing' });
          return;
        }
        let last = first.loc.end.line;
        for (const comment of rest) {
          if (comment.type !== 'Line' || comment.loc.start.line !== last + 1) break;
          if (firstToken && comment.range[0] > firstToken.range[0]) break;
          last += 1;
        }
        const lines = last - first.loc.start.line + 1;
        if (lines > mostLines)
          context.report({ node, loc: first.loc, messageId: 'long', data: { lines: String(lines) } });
      },
    };
  },
};
