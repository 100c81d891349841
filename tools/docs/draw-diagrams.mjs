// Diagrams in documents, which Markdown has as text in Mermaid's language, as pictures in the colours of the page.
import { renderMermaidSVG } from 'beautiful-mermaid';

const colours = {
  bg: 'var(--color-background)',
  fg: 'var(--color-text)',
  muted: 'var(--color-text)',
  line: 'var(--color-text-aside)',
  font: 'inherit',
  padding: 8,
};

/**
 * Puts a picture in the place of each fence of Mermaid. Throws for one that cannot be drawn.
 * @param {import('typedoc').CommentDisplayPart[]} parts
 */
export function drawDiagrams(parts) {
  parts.forEach((part, i) => {
    const fence = /^```mermaid\n([\s\S]*?)\n```\s*$/.exec(part.text);
    if (fence?.[1] !== undefined) parts[i] = { kind: 'text', text: figure(fence[1]) };
  });
}

/** @param {string} code */
function figure(code) {
  const svg = renderMermaidSVG(code, colours)
    // Fonts are the page's own: no page asks another host.
    .replace(/@import url\([^)]*\);/g, '')
    .replace(/\n\s*/g, ' ');
  return `\n\n<figure class="diagram">${svg}</figure>\n\n`;
}
