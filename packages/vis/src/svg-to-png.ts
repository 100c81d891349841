// From SVG to a PNG of as many pixels as it has dots: by resvg, which an application that wants it installs, loaded when a .png is
// first asked for. In Node alone, in the fonts of the system; pages show the SVG.
import { pictureTooLarge, pictureWithoutFonts, rasterizerUnavailable } from './errors.js';

/** What is used of `@resvg/resvg-js`, whose types are there only where it is. */
interface Rasterizer {
  readonly Resvg: new (svg: string, options: RasterizerOptions) => Picture;
}

interface RasterizerOptions {
  readonly font: { readonly loadSystemFonts: boolean };
  /** Dots for each inch of 72 points. */
  readonly dpi?: number;
  readonly background?: string;
}

interface Picture {
  readonly width: number;
  readonly height: number;
  /** What its shapes take; undefined where there are none, as without a font. */
  getBBox(): { readonly width: number } | undefined;
  render(): { asPng(): Uint8Array };
}

// Bundlers would look for a name that is written where it is imported.
const rasterizer = ['@resvg', 'resvg-js'].join('/');

/** A picture of more is refused: 256 MB in memory. Units: pixels. */
const mostPixels = 2 ** 26;

/**
 * Draws an SVG of Graphviz, whose points are dots, on white. Throws: RASTERIZER_UNAVAILABLE, PICTURE_FAILED.
 *
 * @param load gives the rasteriser
 * @param font which fonts it uses
 */
export async function svgToPng(
  svg: string,
  load: () => Promise<unknown> = () => import(/* webpackIgnore: true */ /* @vite-ignore */ rasterizer),
  font = { loadSystemFonts: true },
): Promise<Uint8Array> {
  const { Resvg } = (await load().catch((cause: unknown) => {
    throw rasterizerUnavailable(cause);
  })) as Rasterizer;
  const picture = new Resvg(svg, { font, dpi: 72, background: 'white' });
  const { width, height } = picture;
  if (width * height > mostPixels) throw pictureTooLarge(width, height, mostPixels);
  if (svg.includes('<text') && isWithoutFonts(Resvg, font)) throw pictureWithoutFonts();
  return picture.render().asPng();
}

/** Without a font it leaves texts out and says nothing. */
function isWithoutFonts(Resvg: Rasterizer['Resvg'], font: RasterizerOptions['font']): boolean {
  const text = '<text y="10" font-family="Helvetica,sans-Serif">a</text>';
  const probe = `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">${text}</svg>`;
  return new Resvg(probe, { font }).getBBox() === undefined;
}
