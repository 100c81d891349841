// The readable form of a Program, for people and for differences between two Programs. Not a format: nothing parses it.
import type { Attribute, Program, ProgramConstant, ProgramNode, ValueId, ValueType } from './program.js';
import { formatShape } from './shape.js';

export function printProgram(program: Program): string {
  const ref = (id: ValueId): string => `%${id}`;
  const typed = (id: ValueId): string => `${ref(id)}: ${printType(program.values[id]!)}`;
  const lines = [
    `program(${program.inputs.map((input) => `${typed(input.id)} ${input.kind} "${input.name}"`).join(', ')})`,
  ];
  for (const constant of program.constants) {
    lines.push(`  ${typed(constant.id)} = constant ${printConstant(constant)}`);
  }
  let scope = '';
  for (const node of program.nodes) {
    if (node.scope !== scope) {
      scope = node.scope;
      lines.push(`  # ${scope}`);
    }
    lines.push(`  ${node.outputs.map(typed).join(', ')} = ${printCall(node)}`);
    for (const [name, inner] of Object.entries(node.programs ?? {})) {
      lines.push(`    ${name} = ${printProgram(inner).replaceAll('\n', '\n    ')}`);
    }
  }
  const outputs = program.outputs.map((output, i) => {
    const update = program.updates.find((u) => u.output === i);
    const replaces = update === undefined ? '' : ` -> ${ref(program.inputs[update.input]!.id)}`;
    return `${ref(output.id)} "${output.name}"${replaces}`;
  });
  return [...lines, `  return ${outputs.join(', ')}`].join('\n');
}

function printType(type: ValueType): string {
  return `${type.dtype}${formatShape(type.shape)}`;
}

function printConstant(constant: ProgramConstant): string {
  const shown = [...constant.data.slice(0, 6)].map((v) =>
    typeof v === 'string' ? JSON.stringify(v) : String(v),
  );
  return `{${shown.join(', ')}${constant.data.length > 6 ? `, … ${constant.data.length} in all` : ''}}`;
}

function printCall(node: ProgramNode): string {
  const inputs = Object.entries(node.inputs).map(([name, id]) => `${name}: %${id}`);
  const attrs = Object.entries(node.attrs).map(([name, value]) => `${name}=${printAttribute(value)}`);
  return `${node.kernel}(${[...inputs, ...attrs].join(', ')})`;
}

function printAttribute(value: Attribute): string {
  if (Array.isArray(value)) return `[${value.map(printAttribute).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([k, v]) => `${k}: ${printAttribute(v)}`)
      .join(', ')}}`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
