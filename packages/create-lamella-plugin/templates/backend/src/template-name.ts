// templateName: a backend that runs Programs on a backend of tfjs. A start: load your own, or compile Programs yourself, as
// the guide "Add a backend" tells.
import { definePlugin, replayBackend, type Backend } from '@lamella/core';

let backend: Backend | undefined;

/** The backend, whose memory is the host's. What it runs on is loaded when the first model is compiled. */
export function templateName(): Backend {
  backend ??= replayBackend({ name: 'template-name', load });
  return backend;
}

/** Gives the name under which tfjs knows the backend. */
async function load(): Promise<string> {
  await import('@tensorflow/tfjs-backend-cpu');
  return 'cpu';
}

/** For `compose({ backend: 'template-name', plugins: [...] })`. */
export const templateNamePlugin = definePlugin({
  name: 'template-package',
  backends: { 'template-name': templateName },
});
