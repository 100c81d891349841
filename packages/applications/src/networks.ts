// All applications, by Keras' names in camelCase: the table that the plugin is made from.
export { denseNet121, denseNet169, denseNet201 } from './dense-net.js';
export { mobileNet } from './mobile-net.js';
export { mobileNetV2 } from './mobile-net-v2.js';
export { resNet101, resNet101V2, resNet152, resNet152V2, resNet50, resNet50V2 } from './res-net.js';
export { vgg16, vgg19 } from './vgg.js';
export { xception } from './xception.js';
