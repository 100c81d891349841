// The names of JavaScript's own objects that each module of a test gets as constants: the transform gives them to ours, jest to
// those of CommonJS, such as tfjs' kernels. Jest runs modules in a context whose global names are looked up anew at each use, and a
// kernel's loop that reads `Math` is some fifty times slower there.
exports.globals = [
  ...['Array', 'BigInt', 'Boolean', 'Error', 'JSON', 'Map', 'Math', 'Number', 'Object', 'Promise'],
  ...['Reflect', 'Set', 'String', 'Symbol', 'WeakMap', 'WeakRef', 'Infinity'],
  ...['ArrayBuffer', 'DataView', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'],
  ...[
    'Int8Array',
    'Int16Array',
    'Int32Array',
    'Uint8Array',
    'Uint8ClampedArray',
    'Uint16Array',
    'Uint32Array',
  ],
];
