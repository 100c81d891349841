// The cpu backend: replay on tfjs-backend-cpu. Plain JavaScript, no native code: it runs everywhere, slowly.
// It is the executable specification that the other backends are compared with.
import * as tf from '@tensorflow/tfjs-core';
import { replayBackend, type Backend } from '@lamella/core';

let backend: Backend | undefined;

/**
 * The backend that runs Programs in plain JavaScript. tfjs-backend-cpu is loaded when the first Program is compiled,
 * and stays out of the way of the tfjs backend that the application uses.
 */
export function cpu(): Backend {
  backend ??= replayBackend({ name: 'cpu', load });
  return backend;
}

async function load(): Promise<string> {
  await import('@tensorflow/tfjs-backend-cpu');
  // At its first use in Node it would advertise tfjs-node on the console; Lamella's advice is another.
  (tf.engine().findBackend('cpu') as unknown as { firstUse: boolean }).firstUse = false;
  return 'cpu';
}
