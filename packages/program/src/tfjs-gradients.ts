// tfjs' own gradient functions, for tf.grad() inside captured functions. The Node build of tfjs-core registers none, so
// they are bundled at build time and registered at the first capture, by this explicit call; importing does nothing.
import { registerTfjsGradients as register } from '../generated/tfjs-gradients.js';

let done = false;

/** Registers tfjs' gradient functions with tfjs, once a process. */
export function registerTfjsGradients(): void {
  if (done) return;
  register();
  done = true;
}
