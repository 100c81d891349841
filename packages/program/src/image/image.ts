// The functions of images, as keras.ops.image has them, for Lambdas and layers: `image.resize(x, [32, 32])`.
export { elasticTransform, gaussianBlur, type ElasticOptions } from './blur.js';
export { hsvToRgb, rgbToGrayscale, rgbToHsv } from './colors.js';
export { mapCoordinates, type Fill } from './sampling.js';
export { resize, scaleAndTranslate, type ResizeInterpolation, type ResizeOptions } from './resize.js';
export { affineTransform, homography, perspectiveTransform, type TransformOptions } from './transform.js';
export { type FillMode, type ImageDataFormat, type PixelInterpolation } from './images.js';
