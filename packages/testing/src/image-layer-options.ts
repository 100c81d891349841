// The layers of images by Keras' class names, with the options under which a step of training is tried, on values around 0.
// Not a test itself.

const signed = { valueRange: [-1, 1] } as const;
const size = { height: 6, width: 6 } as const;

/** Names of classes, and the options of each. */
export const imageLayerOptions: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  AugMix: { numChains: 1, chainDepth: 1, ...signed },
  AutoContrast: signed,
  CenterCrop: { height: 4, width: 4 },
  ContrastLimitedAdaptiveHistogramEqualization: { tileGridSize: [2, 2], ...signed },
  CutMix: {},
  Equalization: signed,
  MaxNumBoundingBoxes: { maxNumber: 2 },
  MixUp: {},
  RandAugment: { numOps: 1, ...signed },
  RandomBrightness: { factor: 0.2, ...signed },
  RandomColorDegeneration: { factor: 0.5, ...signed },
  RandomColorJitter: { brightnessFactor: 0.2, contrastFactor: 0.2, ...signed },
  RandomContrast: { factor: 0.2, ...signed },
  RandomCrop: size,
  RandomElasticTransform: { scale: 0.5, ...signed },
  RandomErasing: signed,
  RandomFlip: {},
  RandomGaussianBlur: signed,
  RandomGrayscale: {},
  RandomHue: { factor: 0.2, ...signed },
  RandomInvert: signed,
  RandomPerspective: { scale: 0.3 },
  RandomPosterization: { factor: 4, ...signed },
  RandomRotation: { factor: 0.2 },
  RandomSaturation: { factor: [0.4, 0.6], valueRange: [0, 1] },
  RandomSharpness: { factor: 0.5, ...signed },
  RandomShear: { xFactor: 0.2 },
  RandomTranslation: { heightFactor: 0.2, widthFactor: 0.2 },
  RandomZoom: { heightFactor: 0.2 },
  Resizing: { height: 4, width: 8, antialias: true },
  Solarization: { thresholdFactor: 0.5, ...signed },
};
