// Turns an example into a module: adds the imports that a doc comment leaves out, and checks what its comments claim,
// as in `rows.array(); // [[1, 2], [3, 4]]`. Lines keep their places: all that is added stands on a line before the first.
import ts from 'typescript';

const literal = /^([[{'"`\d]|-\d|true\b|false\b|null\b|undefined\b|NaN\b|-?Infinity\b)/;

/**
 * The text of the module. `providers` says which package each name comes from, for names that are not declared.
 * @param {string} code
 * @param {ReadonlyMap<string, string> | undefined} providers
 * @returns {string}
 */
export function prepareExample(code, providers) {
  const file = parse(code);
  const imports = providers ? importsFor(undeclaredNames(file), providers) : '';
  return `declare const claim: (actual: unknown, expected: unknown) => void; ${imports}\n${withClaims(file)}\n`;
}

/** @param {string} code */
function parse(code) {
  return ts.createSourceFile('example.ts', code, ts.ScriptTarget.ES2022, true);
}

/**
 * @param {ts.SourceFile} file
 * @returns {Set<string>}
 */
function undeclaredNames(file) {
  /** @type {Set<string>} */
  const declared = new Set();
  /** @type {Set<string>} */
  const used = new Set();
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const isNameOfParent = 'name' in parent && parent.name === node;
      if (!isNameOfParent) {
        const isMember =
          (ts.isQualifiedName(parent) && parent.right === node) ||
          (ts.isBindingElement(parent) && parent.propertyName === node) ||
          ts.isImportSpecifier(parent);
        if (!isMember) used.add(node.text);
      } else if (ts.isShorthandPropertyAssignment(parent)) used.add(node.text);
      else if (
        !ts.isPropertyAccessExpression(parent) &&
        !ts.isPropertyAssignment(parent) &&
        !ts.isClassElement(parent)
      )
        declared.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return new Set([...used].filter((name) => !declared.has(name)));
}

/**
 * @param {ReadonlySet<string>} names
 * @param {ReadonlyMap<string, string>} providers
 */
function importsFor(names, providers) {
  const lines = [...names]
    .filter((name) => providers.has(name))
    .map((name) => `import { ${name} } from '${providers.get(name)}';`);
  if (names.has('tf')) lines.push("import * as tf from '@tensorflow/tfjs-core';");
  return lines.join(' ');
}

/**
 * The code, with every comment that states a value turned into a check of that value.
 * @param {ts.SourceFile} file
 */
function withClaims(file) {
  let text = file.text;
  for (const statement of [...file.statements].reverse()) {
    const end = statement.getEnd();
    const comment = /^[ \t]*\/\/ ?(.*)/.exec(text.slice(end))?.[1]?.trim();
    if (comment === undefined || !literal.test(comment) || !isExpression(comment)) continue;
    const start = statement.getStart();
    if (ts.isExpressionStatement(statement)) {
      const { expression } = statement;
      const value = isConsoleLog(expression) ? expression.arguments[0] : expression;
      if (value)
        text = `${text.slice(0, start)}claim(await (${value.getText()}), (${comment}));${text.slice(end)}`;
    } else if (ts.isVariableStatement(statement)) {
      const name = statement.declarationList.declarations[0]?.name;
      if (name && ts.isIdentifier(name))
        text = `${text.slice(0, end)} claim(await ${name.text}, (${comment}));${text.slice(end)}`;
    }
  }
  return text;
}

/** @param {string} text */
function isExpression(text) {
  const file = parse(`(${text});`);
  return (
    /** @type {unknown[]} */ (Reflect.get(file, 'parseDiagnostics')).length === 0 &&
    file.statements.length === 1
  );
}

/**
 * @param {ts.Expression} expression
 * @returns {expression is ts.CallExpression}
 */
function isConsoleLog(expression) {
  return (
    ts.isCallExpression(expression) &&
    expression.expression.getText() === 'console.log' &&
    expression.arguments.length === 1
  );
}
