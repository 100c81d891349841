// A folder of images as a dataset.
import { checkOptionNames, optionInvalid, type OptionNames } from '@lamella/core';
import { HostTensor } from '@lamella/program';
import { decodeImage } from './decode-image.js';
import {
  directoryDataset,
  directoryOptionNames,
  type DirectoryDataset,
  type DirectoryOptions,
} from './labelled-files.js';
import { resizePixels, type AspectRatioOptions, type PixelInterpolation } from './resize-pixels.js';

export interface ImageDirectoryOptions extends DirectoryOptions, AspectRatioOptions {
  /** Height and width. Default [256, 256]. */
  readonly imageSize?: readonly [number, number];
  /** 3, 4 or 1 channels. Default `rgb`. */
  readonly colorMode?: 'rgb' | 'rgba' | 'grayscale';
  /** Default `bilinear`. */
  readonly interpolation?: PixelInterpolation;
}

const names: OptionNames<ImageDirectoryOptions> = {
  ...directoryOptionNames,
  imageSize: true,
  colorMode: true,
  interpolation: true,
  cropToAspectRatio: true,
  padToAspectRatio: true,
};
const channelsOf = { rgb: 3, rgba: 4, grayscale: 1 } as const;
const interpolations = ['bilinear', 'nearest', 'bicubic', 'lanczos3', 'lanczos5'];
/** Those of Keras that are not read are found all the same: leaving them out would not be noticed. */
const endings = ['.png', '.jpg', '.jpeg', '.bmp', '.gif'];
const subject = 'imageDatasetFromDirectory()';

/**
 * The images of a folder, PNG or JPEG, in a folder for each class; each is read when it is asked for. Batches are `fit`'s.
 *
 * Shapes: [height, width, channels] of float32. Units: 0 to 255.
 * Throws: OPTION_INVALID, FILE_MISSING, DATA_INVALID; while reading, FILE_INVALID.
 * Source: keras.utils.image_dataset_from_directory.
 *
 * @example
 * const { mkdir, writeFile } = await import('node:fs/promises');
 * const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==';
 * await mkdir('images/dots', { recursive: true });
 * await writeFile('images/dots/gray.png', Buffer.from(dot, 'base64'));
 * const images = await imageDatasetFromDirectory('images', { imageSize: [2, 2], colorMode: 'grayscale' });
 * const { x } = await images.get(0);
 * x.array(); // [[[128], [128]], [[128], [128]]]
 */
export async function imageDatasetFromDirectory(
  directory: string,
  options: ImageDirectoryOptions = {},
): Promise<DirectoryDataset<HostTensor<'float32'>>> {
  checkOptionNames(subject, options, names);
  const { imageSize = [256, 256], colorMode = 'rgb', interpolation = 'bilinear' } = options;
  if (imageSize?.length !== 2 || imageSize.some((size) => !Number.isSafeInteger(size) || size < 1))
    throw optionInvalid(subject, 'imageSize', 'two positive integers', imageSize);
  if (!Object.hasOwn(channelsOf, colorMode))
    throw optionInvalid(subject, 'colorMode', '"rgb", "rgba" or "grayscale"', colorMode);
  if (!interpolations.includes(interpolation))
    throw optionInvalid(subject, 'interpolation', `one of ${interpolations.join(', ')}`, interpolation);
  if (options.cropToAspectRatio === true && options.padToAspectRatio === true)
    throw optionInvalid(subject, 'padToAspectRatio', 'false where images are cropped', true);
  const channels = channelsOf[colorMode];
  const read = async (path: string, bytes: Uint8Array): Promise<HostTensor<'float32'>> => {
    const image = await decodeImage(path, bytes, channels);
    return new HostTensor(resizePixels(image, imageSize, interpolation, options), [...imageSize, channels]);
  };
  return directoryDataset(subject, directory, options, endings, read);
}
