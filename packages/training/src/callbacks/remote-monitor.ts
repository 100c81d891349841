// RemoteMonitor: the logs of each epoch, sent to a server.
import { checkOptionNames, optionInvalid, type OptionNames } from '@lamella/core';
import type { Callback, Logs } from './callback.js';

export interface RemoteMonitorOptions {
  /** The server. Default `http://localhost:9000`. */
  readonly root?: string;
  /** Where on it the logs go. Default `/publish/epoch/end/`. */
  readonly path?: string;
  /** The field of the form that holds them. Default `data`. */
  readonly field?: string;
  /** More headers. */
  readonly headers?: Readonly<Record<string, string>> | null;
  /** Whether they are sent as JSON instead of in a form. Default false. */
  readonly sendAsJson?: boolean;
}

const names: OptionNames<RemoteMonitorOptions> = {
  root: true,
  path: true,
  field: true,
  headers: true,
  sendAsJson: true,
};

/**
 * Posts the logs of each epoch; a server that is not there is warned of, and training goes on.
 * Source: keras.callbacks.RemoteMonitor. Throws: OPTION_INVALID, OPTION_UNKNOWN.
 */
export class RemoteMonitor implements Callback {
  private readonly url: string;

  constructor(private readonly options: RemoteMonitorOptions = {}) {
    checkOptionNames('RemoteMonitor', options, names);
    const { root = 'http://localhost:9000', path = '/publish/epoch/end/' } = options;
    this.url = `${root}${path}`;
    if (!/^https?:$/.test(URL.canParse(this.url) ? new URL(this.url).protocol : ''))
      throw optionInvalid('RemoteMonitor', 'root', 'the http or https address of a server', root);
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const { field = 'data', headers, sendAsJson = false } = this.options;
    const json = JSON.stringify({ epoch, ...logs });
    const body = sendAsJson ? json : new URLSearchParams({ [field]: json });
    const type: Record<string, string> = sendAsJson ? { 'content-type': 'application/json' } : {};
    try {
      const answer = await fetch(this.url, { method: 'POST', body, headers: { ...type, ...headers } });
      await answer.body?.cancel();
    } catch (cause) {
      console.warn(
        `[REMOTE_UNREACHABLE] RemoteMonitor: the logs of epoch ${epoch} did not reach ${this.url}: ${(cause as Error).message}.`,
      );
    }
  }
}

/**
 * Creates a {@link RemoteMonitor}.
 *
 * @example
 * const monitor = remoteMonitor({ root: 'http://localhost:9000', sendAsJson: true });
 */
export function remoteMonitor(options: RemoteMonitorOptions = {}): RemoteMonitor {
  return new RemoteMonitor(options);
}
