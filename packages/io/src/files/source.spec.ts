// Where models come from beside paths: memory, URLs, browsers' files; and how much of them is read.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { input } from '@lamella/core';
import { dense } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import type { Model } from '@lamella/training';
import { bytesOf, composed, golden, pathOf, predictionError } from '../keras-fixtures.spec.js';
import { openSource, type FileSource } from './source.js';

const served = new Map<string, Uint8Array>();
/** Hears of each request before it is answered. */
let asked: (path: string) => void = () => undefined;
let server: Server;
let base: string;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lamella-source-'));
  server = createServer((request, response) => {
    asked(request.url!);
    const found = served.get(decodeURIComponent(request.url!));
    response.writeHead(found === undefined ? 404 : 200);
    response.end(found);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await new Promise((done) => server.close(done));
});

function small(): Model {
  const x = input({ shape: [2], name: 'x' });
  return composed().model({ inputs: x, outputs: dense({ units: 1, name: 'out' }).apply(x), name: 'small' });
}

const kernelOf = async (model: Model): Promise<number[]> =>
  Array.from((await model.weights[0]!.values()).data);

describe('a model', () => {
  it.each<[string, () => FileSource]>([
    ['a path', () => pathOf('mlp.keras')],
    ['a file: URL', () => pathToFileURL(pathOf('mlp.keras'))],
    ['bytes with a name', () => ({ name: 'mlp.keras', bytes: bytesOf('mlp.keras') })],
    ['an http: URL', () => `${base}/mlp.keras?v=1`],
    [
      'a data: URL with a name',
      () => ({
        name: 'mlp.keras',
        url: `data:;base64,${Buffer.from(bytesOf('mlp.keras')).toString('base64')}`,
      }),
    ],
    [
      'a blob: URL with a name',
      () => ({ name: 'mlp.keras', url: URL.createObjectURL(new Blob([Buffer.from(bytesOf('mlp.keras'))])) }),
    ],
    ["a browser's File", () => new File([Buffer.from(bytesOf('mlp.keras'))], 'mlp.keras')],
  ])('loads from %s', async (_, source) => {
    served.set('/mlp.keras?v=1', bytesOf('mlp.keras'));
    const model = await composed().loadModel(source());
    expect(await predictionError(model, golden('mlp'))).toBeLessThanOrEqual(1e-6);
  });

  it.each(['keras', 'h5', 'json'])('in memory as .%s is what a file would be', async (ending) => {
    const net = small();
    const file = await composed().encodeModel(net, `net.${ending}`);
    expect(await kernelOf(await composed().loadModel(file))).toEqual(await kernelOf(net));
  });

  it('of several files loads from a URL, those beside it too, with the signature of the first', async () => {
    const net = small();
    const { bytes, siblings } = await composed().encodeModel(net, 'model.json');
    served.set('/a/model.json?key=1', bytes);
    for (const [name, data] of Object.entries(siblings!)) served.set(`/a/${name}?key=1`, data);
    expect(await kernelOf(await composed().loadModel(new URL(`${base}/a/model.json?key=1`)))).toEqual(
      await kernelOf(net),
    );
  });

  it('saves into a folder, which is made', async () => {
    const net = small();
    await composed().saveModel(net, join(folder, 'new', 'model') + '/');
    expect(await kernelOf(await composed().loadModel(join(folder, 'new', 'model')))).toEqual(
      await kernelOf(net),
    );
  });
});

describe('weights', () => {
  it.each(['w.weights.h5', 'w.h5', 'w.safetensors', 'w.weights.json'])(
    'go through memory as %s',
    async (name) => {
      const net = small();
      const other = small();
      await composed().loadWeights(other, await composed().encodeWeights(net, name));
      expect(await kernelOf(other)).toEqual(await kernelOf(net));
    },
  );
});

describe('openSource()', () => {
  it.each<[string, () => FileSource, RegExp]>([
    ['a missing file', () => join(folder, 'none.keras'), /\[FILE_MISSING\] ".*none.keras"/],
    [
      'a URL that the server does not know',
      () => `${base}/none.keras`,
      /\[FILE_MISSING\] Download "http.*none.keras": the server answered 404/,
    ],
    [
      'a URL that nobody answers',
      () => 'http://127.0.0.1:1/none.keras',
      /\[DOWNLOAD_FAILED\] Download "http.*none.keras": 3 attempts failed/,
    ],
    ['a URL of another protocol', () => new URL('ftp://127.0.0.1/m.keras'), /\[DOWNLOAD_FAILED\]/],
    ['a path with a NUL', () => 'a\u0000b.keras', /\[FILE_(MISSING|INVALID)\]/],
  ])('reports %s', async (_, source, message) => {
    await expect(composed().loadModel(source())).rejects.toThrow(message);
  });

  it.each<[string, unknown, RegExp]>([
    ['a number', 7, /expected a path, a URL, a File, or \{ name, bytes \}, got number/],
    ['bytes without a name', new Uint8Array(1), /got object/],
    ['a URL without a file name', 'https://example.org/', /does not end in a file name/],
    ['a blob: URL without a name', 'blob:nodedata:1', /pass \{ name, url \}/],
    ['a malformed URL', 'http://', /\[FILE_INVALID\] "http:\/\/": it is not a URL/],
    ['a malformed URL with a name', { name: 'm.keras', url: 'https://a b/m' }, /\[FILE_INVALID\].*not a URL/],
    ['a URL of a file elsewhere', new URL('file://there/m.keras'), /\[FILE_INVALID\].*names no file here/],
    ['a URL of a file with a strange name', new URL('file:///a%2Fb.keras'), /\[FILE_INVALID\].*no file here/],
  ])('refuses %s', async (_, source, message) => {
    await expect(openSource(source as FileSource)).rejects.toThrow(message);
  });

  it.each<[string, () => FileSource]>([
    ['a path', () => pathOf('mlp.keras')],
    ['bytes', () => ({ name: 'mlp.keras', bytes: bytesOf('mlp.keras') })],
    ['a URL', () => `${base}/mlp.keras`],
    ['a File', () => new File([Buffer.from(bytesOf('mlp.keras'))], 'mlp.keras')],
  ])('reads no more of %s than is allowed', async (_, source) => {
    served.set('/mlp.keras', bytesOf('mlp.keras'));
    const size = bytesOf('mlp.keras').length;
    await expect(composed().loadModel(source(), { maximumBytes: size - 1 })).rejects.toThrow(
      /\[FILE_INVALID\][^]*pass \{ maximumBytes \}/,
    );
    await composed().loadModel(source(), { maximumBytes: size });
  });

  it('ends with the reason of the signal, while a file beside it is waited for too', async () => {
    const file = await composed().encodeModel(small(), 'model.json');
    const controller = new AbortController();
    // Of the files beside it the server says nothing.
    const silent = createServer((request, response) => {
      if (request.url === '/model.json') response.end(file.bytes);
      else controller.abort(new Error('changed my mind'));
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/model.json`;
    await expect(composed().loadModel(url, { signal: controller.signal })).rejects.toThrow('changed my mind');
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
    await expect(composed().loadModel(file, { signal: controller.signal })).rejects.toThrow(
      'changed my mind',
    );
  });

  it('counts all files of a model together', async () => {
    const file = await composed().encodeModel(small(), 'model.json');
    const size = file.bytes.length + Object.values(file.siblings!)[0]!.length;
    await expect(composed().loadModel(file, { maximumBytes: size - 1 })).rejects.toThrow(/larger than/);
    await composed().loadModel(file, { maximumBytes: size });
  });

  it.each(['../a', '/etc/passwd', 'a/b', 'a\\b', 'C:a', 'http://x', '..', '', '.', 'a\u0000b'])(
    'reads nothing beside a file under the name %j',
    async (name) => {
      const { readSibling } = await openSource(pathOf('mlp.keras'));
      await expect(readSibling!(name)).rejects.toThrow(/\[FILE_INVALID\].*does not stand beside it/);
    },
  );
});

describe('a file that names others', () => {
  const versionOf = async (value: number) => {
    const model = small();
    model.weights[0]!.set(new HostTensor(Float32Array.of(value, value), [2, 1]));
    return composed().encodeModel(model, 'model.json');
  };
  const serve = ({ bytes, siblings }: Awaited<ReturnType<typeof versionOf>>, blanks = ''): void => {
    served.clear();
    served.set('/model.json', Buffer.concat([bytes, Buffer.from(blanks)]));
    for (const [name, content] of Object.entries(siblings!)) served.set(`/${name}`, content);
  };
  afterEach(() => {
    asked = () => undefined;
  });

  it('is read anew where it is replaced, and they are gone, while it is read', async () => {
    const [old, current] = [await versionOf(1), await versionOf(2)];
    serve(old);
    asked = (path) => path.endsWith('.bin') && serve(current);
    expect(await kernelOf(await composed().loadModel(`${base}/model.json`))).toEqual([2, 2]);
  });

  it('is given up where it stays as it is, and where it is replaced again and again', async () => {
    const file = await versionOf(1);
    let requests = 0;
    for (const [isReplaced, expected] of [
      [false, 2],
      [true, 20],
    ] as const) {
      requests = 0;
      const missing = { ...file, siblings: {} };
      serve(missing);
      asked = (path) => {
        if (path === '/model.json') requests++;
        else if (isReplaced) serve(missing, ' '.repeat(requests));
      };
      await expect(composed().loadModel(`${base}/model.json`)).rejects.toThrow('[FILE_MISSING]');
      expect(requests).toBe(expected);
    }
  });

  it('is one of those that are saved while it is read', async () => {
    const path = join(folder, 'replaced', 'model.json');
    await mkdir(dirname(path));
    const { loadModel, saveModel } = composed();
    const model = small();
    const fill = (value: number): void =>
      model.weights[0]!.set(new HostTensor(Float32Array.of(value, value), [2, 1]));
    fill(0);
    await saveModel(model, path);
    let isSaving = true;
    const saving = (async () => {
      for (let i = 0; i < 12; i++) {
        fill(i);
        await saveModel(model, path);
      }
      isSaving = false;
    })();
    while (isSaving) {
      const [a, b] = await kernelOf(await loadModel(path));
      expect(a).toBe(b);
    }
    await saving;
  });
});
