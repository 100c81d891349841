// Reads over HTTP into memory, no more than is allowed and for no longer. Interrupted downloads go on where they stopped, if the
// server can. Files are asked for as they are; what comes packed all the same is counted when it is unpacked.
import { isLamellaError } from '@lamella/program';
import { downloadFailed, fileInvalid, fileMissing, fileTooLarge } from './errors.js';
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
  /** An attempt that receives less than 16 KiB in so long is given up. Units: milliseconds; default 30,000. */
  readonly stallTimeout?: number;
  /** All attempts together. Units: milliseconds; default one hour. */
  readonly timeout?: number;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/** What has been downloaded. */
export interface Download {
  readonly bytes: Uint8Array;
  /**
   * The size on the journey, where the server packed it and said so; of what is packed and does not say its size, a hundredth.
   * Units: bytes.
   */
  readonly transferred: number;
}

/** Less than this in {@link DownloadOptions.stallTimeout} is a server that trickles. Units: bytes. */
const leastArrival = 16 * 1024;
/** Units: bytes. */
const blockSize = 1024 * 1024;
/** What may be unpacked of what a server packed: so much, and so much for each byte that came. Units: bytes. */
const packedAllowance = { free: 64 * 1024 * 1024, each: 100 };

/** What has arrived, over all attempts. */
interface Arrived {
  /** Full, but for the last one. */
  blocks: Uint8Array[];
  /** How much of the last block is filled. */
  filled: number;
  size: number;
  /** Identifies the version of the file that the chunks belong to. */
  version: string | undefined;
  /** The packed size, of a file that came packed; NaN where that is not known. */
  packed: number | undefined;
}

/**
 * The bytes behind an `http:`, `https:`, `blob:` or `data:` URL.
 *
 * Throws: DOWNLOAD_FAILED after the last attempt, when the time is up, or at once where trying again is of no use; FILE_MISSING where the server does
 * not have it; FILE_INVALID for more than `maximumBytes`; CHECKSUM_MISMATCH; what `signal` was aborted with.
 */
export async function download(url: string | URL, options: DownloadOptions): Promise<Uint8Array> {
  return (await downloadFile(url, options)).bytes;
}

/** As {@link download}, with the size on the journey. */
export async function downloadFile(url: string | URL, options: DownloadOptions): Promise<Download> {
  const { attempts = 4, retryDelay = 500, timeout = 3_600_000, signal } = options;
  const deadline = performance.now() + timeout;
  const arrived: Arrived = { blocks: [], filled: 0, size: 0, version: undefined, packed: undefined };
  let failure: unknown;
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) await pause(retryDelay * 2 ** (attempt - 1), signal);
    signal?.throwIfAborted();
    try {
      await receive(url, arrived, options, deadline);
      const bytes = concatenate(arrived);
      const { packed } = arrived;
      restart(arrived);
      if (options.sha256 !== undefined) await checkSha256(subjectOf(url), bytes, options.sha256);
      const transferred = packed ?? bytes.length;
      return { bytes, transferred: Number.isNaN(transferred) ? bytes.length / 100 : transferred };
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
async function receive(
  url: string | URL,
  arrived: Arrived,
  options: DownloadOptions,
  deadline: number,
): Promise<void> {
  const { fetch = globalThis.fetch, stallTimeout = 30_000, maximumBytes, onProgress } = options;
  const attempt = new AbortController();
  const abort = (): void => attempt.abort(options.signal?.reason);
  options.signal?.addEventListener('abort', abort, { once: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  // Looks back once in a while: whatever came meanwhile, a server that trickles has sent too little.
  const watch = (before: number): void => {
    const left = deadline - performance.now();
    timer = setTimeout(
      () => {
        const since = arrived.size - before;
        if (left <= stallTimeout) attempt.abort(downloadFailed(subjectOf(url), 'it took too long'));
        else if (since >= 0 && since < leastArrival)
          attempt.abort(new Error(`${since || 'no'} bytes arrived in ${stallTimeout} ms`));
        else watch(arrived.size);
      },
      Math.max(0, Math.min(left, stallTimeout)),
    );
  };
  try {
    watch(arrived.size);
    const headers: Record<string, string> = {
      'Accept-Encoding': 'identity',
      ...(arrived.size > 0 &&
        arrived.version !== undefined && { Range: `bytes=${arrived.size}-`, 'If-Range': arrived.version }),
    };
    const response = await fetch(url, { headers, signal: attempt.signal });
    if (!continues(response, arrived)) restart(arrived);
    if (!response.ok || response.body === null) throw await refusal(url, response);
    arrived.version = strongVersion(response);
    const length = Number(response.headers.get('content-length') ?? NaN);
    // A length that was packed for the journey is not that of the file.
    const isPlain = (response.headers.get('content-encoding') ?? 'identity') === 'identity';
    const total = isPlain && Number.isFinite(length) ? arrived.size + length : undefined;
    arrived.packed = isPlain ? undefined : length;
    const limit = isPlain ? maximumBytes : Math.min(maximumBytes, unpackedLimit(length));
    const reader = response.body.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      append(arrived, next.value);
      if (arrived.size > maximumBytes) throw fileTooLarge(nameOf(url), 'more', maximumBytes);
      if (arrived.size > limit)
        throw fileInvalid(
          nameOf(url),
          `it came packed, and unfolds to more than ${limit} bytes`,
          'have the server send it as it is, without Content-Encoding',
        );
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

/** How many bytes may come of what a server packed into `length`, which may be unknown. */
function unpackedLimit(length: number): number {
  return packedAllowance.free + (Number.isFinite(length) ? packedAllowance.each * length : 0);
}

function restart(arrived: Arrived): void {
  arrived.blocks = [];
  arrived.filled = 0;
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

/** Adds what came to the last block: a server may send bytes one by one, and each piece takes memory of its own. */
function append(arrived: Arrived, piece: Uint8Array): void {
  let last = arrived.blocks.at(-1);
  for (let at = 0; at < piece.length;) {
    if (last === undefined || arrived.filled === last.length) {
      last = new Uint8Array(Math.max(blockSize, piece.length - at));
      arrived.blocks.push(last);
      arrived.filled = 0;
    }
    const part = piece.subarray(at, at + last.length - arrived.filled);
    last.set(part, arrived.filled);
    arrived.filled += part.length;
    at += part.length;
  }
  arrived.size += piece.length;
}

function concatenate({ blocks, size }: Arrived): Uint8Array {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const block of blocks) {
    bytes.set(block.subarray(0, size - offset), offset);
    offset += block.length;
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
