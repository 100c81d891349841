// The error codes of this package.
import { lamellaError, type LamellaError } from '@lamella/program';

/** `PICTURE_FAILED`: Graphviz gives up. */
export function pictureFailed(cause: unknown): LamellaError {
  return lamellaError('PICTURE_FAILED', {
    subject: 'Graphviz',
    problem: `it cannot lay the graph out: ${String((cause as Error)?.message ?? cause).split('\n')[0]}`,
    fix: "draw a part of the model, leave out expandNested, or write a .dot and draw it with Graphviz' own sfdp",
    cause,
  });
}

/** `FORMAT_UNKNOWN`: a picture of an ending that nobody draws. */
export function pictureUnknown(file: string): LamellaError {
  const isPng = /\.png$/i.test(file);
  return lamellaError('FORMAT_UNKNOWN', {
    subject: `"${file}"`,
    problem: 'expected a picture with the ending .svg or .dot',
    fix: isPng
      ? 'save it as .svg, which every browser shows and which rsvg-convert, Inkscape and ImageMagick turn into a .png'
      : 'name a file that ends in .svg or .dot',
  });
}
