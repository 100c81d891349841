// The error codes of this package.
import { isModuleMissing, lamellaError, type LamellaError } from '@lamella/program';

/** `PICTURE_FAILED`: Graphviz gives up. */
export function pictureFailed(cause: unknown): LamellaError {
  return lamellaError('PICTURE_FAILED', {
    subject: 'Graphviz',
    problem: `it cannot lay the graph out: ${String((cause as Error)?.message ?? cause).split('\n')[0]}`,
    fix: "draw a part of the model, leave out expandNested, or write a .dot and draw it with Graphviz' own sfdp",
    cause,
  });
}

/** `PICTURE_FAILED`: more pixels than fit in memory. */
export function pictureTooLarge(width: number, height: number, most: number): LamellaError {
  return lamellaError('PICTURE_FAILED', {
    subject: 'plotModel()',
    problem: `expected a picture of at most ${most} pixels, got ${width} by ${height}`,
    fix: 'pass a smaller dpi, draw a part of the model, or save it as .svg',
  });
}

/** `PICTURE_FAILED`: nothing to draw names with. */
export function pictureWithoutFonts(): LamellaError {
  return lamellaError('PICTURE_FAILED', {
    subject: 'plotModel()',
    problem: 'this system has no font, and a .png would have no names in it',
    fix: 'install one, such as fonts-liberation of Debian and Ubuntu, or save it as .svg',
  });
}

/** `RASTERIZER_UNAVAILABLE`: what draws pixels is not installed, or does not load. */
export function rasterizerUnavailable(cause: unknown): LamellaError {
  const why = isModuleMissing(cause)
    ? 'which is not installed'
    : `which does not load: ${String((cause as Error)?.message ?? cause).split('\n')[0]}`;
  return lamellaError('RASTERIZER_UNAVAILABLE', {
    subject: 'plotModel()',
    problem: `a .png is drawn by @resvg/resvg-js, ${why}`,
    fix: 'npm install @resvg/resvg-js, in Node, or save it as .svg, which every browser shows',
    cause,
  });
}

/** `FORMAT_UNKNOWN`: a picture of an ending that nobody draws. */
export function pictureUnknown(file: string): LamellaError {
  return lamellaError('FORMAT_UNKNOWN', {
    subject: `"${file}"`,
    problem: 'expected a picture with the ending .svg, .png or .dot',
    fix: 'name a file that ends in .svg, .png or .dot',
  });
}
