// Turns of the event loop in the midst of long work: promises that are settled at once let no timers, input or other tasks
// run between them.

/** Milliseconds of work after which others get their turn. */
const longest = 8;

/** When work was first asked for in this turn of the event loop; undefined where it has not been. */
let since: number | undefined;
let turn: Promise<void> = Promise.resolve();
const inNextTurn: (run: () => void) => unknown =
  typeof setImmediate === 'function' ? setImmediate : throughChannel;

/** To be called at every step of work: the next turn of the event loop where that is due, to be waited for. */
export function turnWhereDue(): Promise<void> | undefined {
  if (since !== undefined) return performance.now() - since < longest ? undefined : turn;
  since = performance.now();
  turn = new Promise((resolve) => {
    inNextTurn(() => {
      since = undefined;
      resolve();
    });
  });
  return undefined;
}

/** In browsers, where timers inside timers wait for four milliseconds. */
function throughChannel(run: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    run();
  };
  port2.postMessage(null);
}
