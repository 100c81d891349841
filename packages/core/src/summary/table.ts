// A table of text in box-drawing characters, laid out as Keras lays out its summaries: fixed total width, words wrapped,
// words that are too long cut with an ellipsis.

export interface Column {
  readonly title: string;
  /** Where the column ends, as a fraction of the whole width. */
  readonly end: number;
  readonly align: 'left' | 'right' | 'center';
}

/** The table as lines. Units: `lineLength` in characters. */
export function drawTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  lineLength: number,
): string[] {
  const widths = columnWidths(columns, lineLength);
  const rule = (left: string, line: string, cross: string, right: string): string =>
    left + widths.map((width) => line.repeat(width)).join(cross) + right;
  const draw = (cells: readonly string[], bar: string): string[] => {
    const wrapped = cells.map((cell, i) => wrap(cell, widths[i]! - 2));
    const height = Math.max(...wrapped.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) => {
      const padded = wrapped.map(
        (lines, i) => ` ${align(lines[line] ?? '', widths[i]! - 2, columns[i]!.align)} `,
      );
      return bar + padded.join(bar) + bar;
    });
  };
  const body = rows.flatMap((row, i) => [...(i === 0 ? [] : [rule('├', '─', '┼', '┤')]), ...draw(row, '│')]);
  return [
    rule('┏', '━', '┳', '┓'),
    ...draw(
      columns.map((column) => column.title),
      '┃',
    ),
    rule('┡', '━', '╇', '┩'),
    ...body,
    rule('└', '─', '┴', '┘'),
  ];
}

/** Inner widths, padding included; what the borders and the padding take is taken evenly from all columns. */
function columnWidths(columns: readonly Column[], lineLength: number): number[] {
  let end = 0;
  const wished = columns.map((column) => {
    const width = Math.trunc(column.end * lineLength) - end;
    end += width;
    return width + 2;
  });
  let excess = wished.reduce((a, b) => a + b, 0) + columns.length + 1 - lineLength;
  return wished.map((width, i) => {
    const taken = roundHalfToEven(excess / (wished.length - i));
    excess -= taken;
    return Math.max(3, width - taken);
  });
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    // Spaces at the beginning, the indentation of nested layers, belong to the first word.
    for (const word of paragraph.match(/^\s*\S+|\S+/g) ?? ['']) {
      if (line === '') line = word;
      else if (line.length + 1 + word.length <= width) line += ` ${word}`;
      else {
        lines.push(line);
        line = word;
      }
    }
    return [...lines, line].map((part) => (part.length <= width ? part : `${part.slice(0, width - 1)}…`));
  });
}

function align(text: string, width: number, side: Column['align']): string {
  if (side === 'left') return text.padEnd(width);
  if (side === 'right') return text.padStart(width);
  return text.padStart(text.length + Math.floor((width - text.length) / 2)).padEnd(width);
}
