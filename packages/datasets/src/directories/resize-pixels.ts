// Images of another size on the host, by the weights that image.resize of @lamella/program has.
import { centralPart, nearestPlaces, resamplingWeights, type Resampling } from '@lamella/program';
import type { Pixels } from './decode-image.js';

/** How images of another size find their pixels. */
export type PixelInterpolation = 'nearest' | Resampling;

export interface AspectRatioOptions {
  /** Whether the largest part with the new aspect ratio is taken, from the centre. Default false. */
  readonly cropToAspectRatio?: boolean;
  /** Whether images keep their aspect ratio, with zeros around them. Default false. */
  readonly padToAspectRatio?: boolean;
}

/** Rows or columns that a new one is made of, and how much each counts. */
type Sums = readonly (readonly (readonly [place: number, weight: number])[])[];

/** Shapes: [height, width, channels]. Values: as in the image, fractions between them. */
export function resizePixels(
  image: Pixels,
  size: readonly [number, number],
  interpolation: PixelInterpolation,
  { cropToAspectRatio = false, padToAspectRatio = false }: AspectRatioOptions,
): Float32Array {
  if (cropToAspectRatio) return stretched(cropped(image, size), size, interpolation);
  if (!padToAspectRatio) return stretched(image, size, interpolation);
  const { channels } = image;
  const [height, width] = size;
  // As tf.image.resize_with_pad rounds.
  const ratio = Math.max(image.height / height, image.width / width);
  const fitting = [image.height / ratio, image.width / ratio] as const;
  const inner = [Math.max(1, Math.floor(fitting[0])), Math.max(1, Math.floor(fitting[1]))] as const;
  const top = Math.max(0, Math.floor((height - fitting[0]) / 2));
  const left = Math.max(0, Math.floor((width - fitting[1]) / 2));
  const values = stretched(image, inner, interpolation);
  const made = new Float32Array(height * width * channels);
  for (let y = 0; y < inner[0]; y++) {
    const row = values.subarray(y * inner[1] * channels, (y + 1) * inner[1] * channels);
    made.set(row, ((y + top) * width + left) * channels);
  }
  return made;
}

/** The largest part from the centre with the aspect ratio of a size. */
function cropped(image: Pixels, to: readonly [number, number]): Pixels {
  const { channels, data } = image;
  const {
    start: [top, left],
    size: [height, width],
  } = centralPart([image.height, image.width], to);
  const made = new Uint8Array(height * width * channels);
  const stride = width * channels;
  for (let i = 0; i < made.length; i++)
    made[i] = data[((top + Math.floor(i / stride)) * image.width + left) * channels + (i % stride)]!;
  return { height, width, channels, data: made };
}

/** Along columns first, then along rows. */
function stretched(
  { height, width, channels, data }: Pixels,
  [toHeight, toWidth]: readonly [number, number],
  interpolation: PixelInterpolation,
): Float32Array {
  const stride = toWidth * channels;
  const narrowed = new Float32Array(height * stride);
  const columns = sumsOf(width, toWidth, interpolation);
  for (let y = 0; y < height; y++)
    columns.forEach((terms, x) => {
      for (const [place, weight] of terms)
        for (let c = 0; c < channels; c++)
          narrowed[y * stride + x * channels + c]! += weight * data[(y * width + place) * channels + c]!;
    });
  const made = new Float32Array(toHeight * stride);
  sumsOf(height, toHeight, interpolation).forEach((terms, y) => {
    for (const [place, weight] of terms)
      for (let i = 0; i < stride; i++) made[y * stride + i]! += weight * narrowed[place * stride + i]!;
  });
  return made;
}

function sumsOf(from: number, to: number, interpolation: PixelInterpolation): Sums {
  if (from === to) return Array.from({ length: to }, (_, i) => [[i, 1]]);
  if (interpolation === 'nearest') return Array.from(nearestPlaces(from, to), (place) => [[place, 1]]);
  const weights = resamplingWeights(from, to, interpolation);
  return Array.from({ length: to }, (_, i) =>
    Array.from(
      weights.subarray(i * from, (i + 1) * from),
      (weight, place) => [place, weight] as const,
    ).filter(([, weight]) => weight !== 0),
  );
}
