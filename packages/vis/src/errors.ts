// The error codes of this package.
import { lamellaError, type LamellaError } from '@lamella/program';

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
