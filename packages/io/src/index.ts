export { h5Format } from './formats/h5.js';
export { kerasFormat } from './formats/keras.js';
export { weightsH5Format } from './formats/weights-h5.js';
export { io, type IoApi, type LoadOptions, type SaveOptions } from './io.js';
