// All applications, by Keras' names in camelCase: the table that the plugin is made from.
export { convNeXtBase, convNeXtLarge, convNeXtSmall, convNeXtTiny, convNeXtXLarge } from './conv-next.js';
export { denseNet121, denseNet169, denseNet201 } from './dense-net.js';
export {
  efficientNetB0,
  efficientNetB1,
  efficientNetB2,
  efficientNetB3,
  efficientNetB4,
  efficientNetB5,
  efficientNetB6,
  efficientNetB7,
} from './efficient-net.js';
export {
  efficientNetV2B0,
  efficientNetV2B1,
  efficientNetV2B2,
  efficientNetV2B3,
  efficientNetV2L,
  efficientNetV2M,
  efficientNetV2S,
} from './efficient-net-v2.js';
export { inceptionResNetV2, inceptionV3 } from './inception.js';
export { mobileNet } from './mobile-net.js';
export { mobileNetV2 } from './mobile-net-v2.js';
export { mobileNetV3Large, mobileNetV3Small } from './mobile-net-v3.js';
export { nasNetLarge, nasNetMobile } from './nas-net.js';
export { resNet101, resNet101V2, resNet152, resNet152V2, resNet50, resNet50V2 } from './res-net.js';
export { vgg16, vgg19 } from './vgg.js';
export { xception } from './xception.js';
