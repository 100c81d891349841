// Reads over HTTP into memory, and no more than is allowed. Interrupted downloads go on where they stopped, if the server can.
import { isLamellaError } from '@lamella/program';
import { downloadFailed, fileMissing, fileTooLarge } from './errors.js';
import { checkSha256 } from './sha256.js';

/** How far a download has come. Units: bytes; `total` where the server says it. */
export interface DownloadProgress {
  readonly url: string;
  readonly received: number;
  readonly total: number | undefined;
}

export interface DownloadOptions {
  /** Where the file is known: its checksum in lower-case hexadecimal. */
  readonly sha256?: string;
  /** More is refused. What a server says of the length need not be true: bytes are counted as they come. */
  readonly maximumBytes: number;
  readonly fetch?: typeof fetch;
  /** Default 4. */
  readonly attempts?: number;
  /** The pause after a failed attempt, doubled after each. Units: milliseconds; default 500. */
  readonly retryDelay?: number;
  /** An attempt that receives nothing for so long is given up. Units: milliseconds; default 30,000. */
  readonly stallTimeout?: number;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/** What has arrived, over all attempts. */
interface Arrived {
  chunks: Uint8Array[];
  size: number;
  /** Identifies the version of the file that the chunks belong to. */
  version: string | undefined;
}

/**
 * The bytes behind an `http:`, `https:`, `blob:` or `data:` URL.
 *
 * Throws: DOWNLOAD_FAILED after the last attempt, or at once where trying again is of no use; FILE_MISSING where the server does
 * not have it; FILE_INVALID for more than `maximumBytes`; CHECKSUM_MISMATCH; what `signal` was aborted with.
 */
export async function download(url: string | URL, options: DownloadOptions): Promise<Uint8Array> {
  const { attempts = 4, retryDelay = 500, signal } = options;
  const arrived: Arrived = { chunks: [], size: 0, version: undefined };
  let failure: unknown;
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) await pause(retryDelay * 2 ** (attempt - 1), signal);
    signal?.throwIfAborted();
    try {
      await receive(url, arrived, options);
      const bytes = concatenate(arrived);
      restart(arrived);
      if (options.sha256 !== undefined) await checkSha256(subjectOf(url), bytes, options.sha256);
      return bytes;
    } catch (error) {
      signal?.throwIfAborted();
      failure = error;
      if (isLamellaError(error) && error.code !== 'CHECKSUM_MISMATCH') throw error;
    }
  }
  if (isLamellaError(failure)) throw failure;
  throw downloadFailed(
    subjectOf(url),
    `${attempts} attempts failed, the last with: ${reason(failure)}`,
    failure,
  );
}

/** One attempt: asks for what is missing and appends it. */
async function receive(url: string | URL, arrived: Arrived, options: DownloadOptions): Promise<void> {
  const { fetch = globalThis.fetch, stallTimeout = 30_000, maximumBytes, onProgress } = options;
  const attempt = new AbortController();
  const abort = (): void => attempt.abort(options.signal?.reason);
  options.signal?.addEventListener('abort', abort, { once: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const watch = (): void => {
    clearTimeout(timer);
    timer = setTimeout(
      () => attempt.abort(new Error(`nothing arrived for ${stallTimeout} ms`)),
      stallTimeout,
    );
  };
  try {
    watch();
    const headers: Record<string, string> =
      arrived.size > 0 && arrived.version !== undefined
        ? { Range: `bytes=${arrived.size}-`, 'If-Range': arrived.version }
        : {};
    const response = await fetch(url, { headers, signal: attempt.signal });
    if (!continues(response, arrived)) restart(arrived);
    if (!response.ok || response.body === null) throw await refusal(url, response);
    arrived.version = strongVersion(response);
    const length = Number(response.headers.get('content-length') ?? NaN);
    // A length that was packed for the journey is not that of the file.
    const isPlain = (response.headers.get('content-encoding') ?? 'identity') === 'identity';
    const total = isPlain && Number.isFinite(length) ? arrived.size + length : undefined;
    const reader = response.body.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      watch();
      arrived.chunks.push(next.value);
      arrived.size += next.value.length;
      if (arrived.size > maximumBytes) throw fileTooLarge(nameOf(url), 'more', maximumBytes);
      onProgress?.({ url: `${url}`, received: arrived.size, total });
    }
    if (total !== undefined && arrived.size < total)
      throw new Error(`the connection ended after ${arrived.size} of ${total} bytes`);
  } catch (error) {
    attempt.abort(error);
    throw error;
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', abort);
  }
}

/** Whether the response goes on exactly where the chunks end. */
function continues(response: Response, arrived: Arrived): boolean {
  const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  return response.status === 206 && Number(start) === arrived.size;
}

function restart(arrived: Arrived): void {
  arrived.chunks = [];
  arrived.size = 0;
  arrived.version = undefined;
}

/** An error of the server's; those that will not pass are final. */
async function refusal(url: string | URL, response: Response): Promise<Error> {
  await response.body?.cancel();
  const { status } = response;
  const problem = `the server answered ${status} ${response.statusText}`.trimEnd();
  const mayPass = status === 408 || status === 416 || status === 425 || status === 429 || status >= 500;
  if (mayPass) return new Error(problem);
  const isMissing = status === 404 || status === 410;
  return isMissing ? fileMissing(subjectOf(url), problem) : downloadFailed(subjectOf(url), problem);
}

/** Without what stands behind the path, which may be a signature. */
function nameOf(url: string | URL): string {
  if (!URL.canParse(url)) return `${url}`;
  const { protocol, host, pathname } = new URL(url);
  return host === '' ? `${protocol}...` : `${protocol}//${host}${pathname}`;
}

function subjectOf(url: string | URL): string {
  return `Download "${nameOf(url)}"`;
}

/** What `If-Range` takes: weak entity tags do not promise equal bytes. */
function strongVersion(response: Response): string | undefined {
  const tag = response.headers.get('etag');
  return tag?.startsWith('"') === true ? tag : undefined;
}

function concatenate({ chunks, size }: Arrived): Uint8Array {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) abort();
  });
}

/** fetch hides why the network failed in the cause. */
function reason(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { message?: string; code?: string } };
  const why = cause?.message || cause?.code;
  return `${message ?? String(error)}${why ? ` (${why})` : ''}`;
}
