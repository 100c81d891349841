import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { download, downloadFile, type DownloadOptions, type DownloadProgress } from './download.js';

const file = Uint8Array.from({ length: 50_000 }, (_, i) => (i * 7) % 251);
const sha256 = createHash('sha256').update(file).digest('hex');

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server | undefined;
/** The `Range` headers of the requests that came. */
let ranges: (string | undefined)[] = [];
/** The bytes of the file that {@link resuming} sent. */
let resumed = 0;

/** A server that gives each request the next answer, and the last one from then on. */
async function serve(...answers: Answer[]): Promise<string> {
  ranges = [];
  resumed = 0;
  server = createServer((request, response) => {
    const answer = answers[Math.min(ranges.length, answers.length - 1)]!;
    ranges.push(request.headers.range);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mnist.npz`;
}

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

const whole: Answer = (_, response) => {
  response.writeHead(200, { 'content-length': file.length, etag: '"1"' });
  response.end(file);
};
const status =
  (code: number): Answer =>
  (_, response) => {
    response.writeHead(code).end('sorry');
  };
/** Breaks the connection in the middle of the file. */
const broken =
  (size: number, etag = '"1"'): Answer =>
  (_, response) => {
    response.writeHead(200, { 'content-length': file.length, etag });
    response.write(file.subarray(0, size), () => setTimeout(() => response.destroy(), 20));
  };
/** Gives what is asked for, of the version that is asked for. */
const resuming: Answer = (request, response) => {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? NaN);
  if (Number.isNaN(start) || request.headers['if-range'] !== '"1"') return whole(request, response);
  response.writeHead(206, {
    'content-length': file.length - start,
    'content-range': `bytes ${start}-${file.length - 1}/${file.length}`,
    etag: '"1"',
  });
  resumed += file.length - start;
  response.end(file.subarray(start));
};

const fetched = (url: string, options: Partial<DownloadOptions> = {}): Promise<Uint8Array> =>
  download(url, { sha256, maximumBytes: 100_000, retryDelay: 1, ...options });

describe('download()', () => {
  it('gives the bytes, and says how far it has come', async () => {
    const seen: DownloadProgress[] = [];
    const url = await serve(whole);
    expect(await fetched(url, { onProgress: (progress) => seen.push(progress) })).toEqual(file);
    expect(seen.at(-1)).toEqual({ url, received: 50_000, total: 50_000 });
  });

  it('tries again when the server fails for a while', async () => {
    const url = await serve(status(503), status(429), whole);
    expect(await fetched(url)).toEqual(file);
    expect(ranges).toHaveLength(3);
  });

  it('goes on where a broken download stopped', async () => {
    const url = await serve(broken(20_000), resuming);
    expect(await fetched(url)).toEqual(file);
    expect(ranges).toEqual([undefined, 'bytes=20000-']);
    expect(resumed).toBe(30_000);
  });

  it('starts again when the file has changed meanwhile', async () => {
    const url = await serve(broken(20_000, '"0"'), resuming);
    expect(await fetched(url)).toEqual(file);
    expect(ranges).toHaveLength(2);
  });

  it('starts again when the server answers with another part than asked for', async () => {
    const url = await serve(broken(20_000), (_, response) => {
      response.writeHead(206, { 'content-range': `bytes 0-49999/50000`, 'content-length': file.length });
      response.end(file);
    });
    expect(await fetched(url)).toEqual(file);
    expect(ranges).toHaveLength(2);
  });

  it('starts again, with the whole file, after a wrong checksum', async () => {
    const url = await serve((_, response) => response.end(new Uint8Array(50_000)), whole);
    expect(await fetched(url)).toEqual(file);
    expect(ranges).toEqual([undefined, undefined]);
  });

  it('says so when the checksum stays wrong', async () => {
    const url = await serve((_, response) => response.end('another file'));
    await expect(fetched(url, { attempts: 2 })).rejects.toThrow(
      `[CHECKSUM_MISMATCH] Download "${url}": expected sha256 ${sha256}, got `,
    );
    expect(ranges).toHaveLength(2);
  });

  it('gives up after its attempts, with the last reason', async () => {
    const url = await serve(status(500));
    await expect(fetched(url, { attempts: 3 })).rejects.toThrow(
      `[DOWNLOAD_FAILED] Download "${url}": 3 attempts failed, the last with: the server answered 500 Internal Server Error`,
    );
    expect(ranges).toHaveLength(3);
  });

  it('does not try again where that is of no use', async () => {
    const url = await serve(status(404));
    await expect(fetched(url)).rejects.toThrow(`[FILE_MISSING] Download "${url}": the server answered 404`);
    expect(ranges).toHaveLength(1);
    await expect(fetched(`${url}?signature=secret`)).rejects.toThrow(`Download "${url}"`);
  });

  it('tells a server that refuses from one that lacks the file', async () => {
    const url = await serve(status(403));
    await expect(fetched(url)).rejects.toThrow(
      `[DOWNLOAD_FAILED] Download "${url}": the server answered 403`,
    );
    expect(ranges).toHaveLength(1);
  });

  it('reads data: URLs, and needs no checksum', async () => {
    expect(await download('data:;base64,AQID', { maximumBytes: 3 })).toEqual(new Uint8Array([1, 2, 3]));
    await expect(download('data:;base64,AQID', { maximumBytes: 2 })).rejects.toThrow(
      '[FILE_INVALID] "data:..."',
    );
  });

  it('says why when nobody answers', async () => {
    const url = await serve(whole);
    server!.closeAllConnections();
    await new Promise((resolve) => server!.close(resolve));
    server = undefined;
    await expect(fetched(url, { attempts: 2 })).rejects.toThrow(
      /DOWNLOAD_FAILED.*2 attempts failed.*ECONNREFUSED/,
    );
  });

  it('gives up an attempt that receives nothing', async () => {
    const url = await serve(
      (_, response) => void response.writeHead(200, { 'content-length': 9 }).flushHeaders(),
      whole,
    );
    expect(await fetched(url, { stallTimeout: 1000 })).toEqual(file);
    const dead = await fetched(url.replace('mnist', 'again'), { stallTimeout: 1000 });
    expect(dead).toEqual(file);
  });

  it('stops a server that sends without end', async () => {
    let sent = 0;
    const url = await serve((_, response) => {
      const more = (): void => {
        if (response.destroyed || sent > 50_000_000) return;
        sent += file.length;
        response.write(file, more);
      };
      more();
    });
    await expect(fetched(url)).rejects.toThrow(
      `[FILE_INVALID] "${url}": it has more bytes, and 100000 are to be read at most`,
    );
    expect(sent).toBeLessThan(10_000_000);
    expect(ranges).toHaveLength(1);
  });

  it('gives up an attempt that trickles', async () => {
    const url = await serve((_, response) => {
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    }, whole);
    expect(await fetched(url, { stallTimeout: 1000 })).toEqual(file);
    expect(ranges).toHaveLength(2);
  });

  it('gives up when its time is over, and does not try again', async () => {
    const url = await serve((_, response) => void response.writeHead(200).flushHeaders());
    await expect(fetched(url, { timeout: 100 })).rejects.toThrow(
      `[DOWNLOAD_FAILED] Download "${url}": it took too long`,
    );
    expect(ranges.length).toBeLessThanOrEqual(1);
  });

  it('asks for files as they are, and takes one that comes packed', async () => {
    let asked: string | undefined;
    const packed = gzipSync(file);
    const url = await serve((request, response) => {
      asked = request.headers['accept-encoding'];
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length }).end(packed);
    });
    const { bytes, transferred } = await downloadFile(url, { sha256, maximumBytes: 100_000 });
    expect([bytes, transferred, asked]).toEqual([file, packed.length, 'identity']);
  });

  it.each([true, false])('stops what unfolds to too much; its size is known: %s', async (isKnown) => {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 3 };
    const bomb = brotliCompressSync(new Uint8Array(70 * 1024 * 1024), { params });
    const url = await serve((_, response) => {
      response.writeHead(200, {
        'content-encoding': 'br',
        ...(isKnown && { 'content-length': bomb.length }),
      });
      response.end(bomb);
    });
    await expect(download(url, { maximumBytes: 2 ** 31 })).rejects.toThrow(
      /\[FILE_INVALID\] "http.*mnist.npz": it came packed, and unfolds to more than \d+ bytes/,
    );
    expect(ranges).toHaveLength(1);
  });

  it('ends with the reason of its signal, between attempts too', async () => {
    const url = await serve(status(503));
    const controller = new AbortController();
    const waiting = fetched(url, { retryDelay: 60_000, signal: controller.signal });
    setTimeout(() => controller.abort(new Error('changed my mind')), 50);
    await expect(waiting).rejects.toThrow('changed my mind');
    await expect(fetched(url, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  });
});
