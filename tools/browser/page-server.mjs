// Serves one page, its bundle and the files beside it, and takes the result that the page posts.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const html = '<!doctype html><meta charset="utf-8"><script type="module" src="page.js"></script>';
/** @type {Record<string, string>} */
const types = { js: 'text/javascript', mjs: 'text/javascript', wasm: 'application/wasm' };

/**
 * Starts to serve. `files` are paths by name; an isolated page may share memory between threads.
 * @param {Readonly<Record<string, string>>} files
 * @param {boolean} isIsolated
 */
export async function servePage(files, isIsolated) {
  /** @type {(result: string) => void} */
  let resolve;
  /** @type {Promise<string>} */
  const result = new Promise((settle) => (resolve = settle));
  /** @type {Record<string, string>} */
  const isolation = isIsolated
    ? { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
    : {};
  const server = createServer(async (request, response) => {
    const name = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1);
    if (request.method === 'POST' && name === 'result') {
      request.setEncoding('utf8');
      let body = '';
      for await (const chunk of request) body += chunk;
      response.end();
      return resolve(body);
    }
    if (name === '') return response.writeHead(200, { 'content-type': 'text/html', ...isolation }).end(html);
    const path = Object.hasOwn(files, name) ? files[name] : undefined;
    if (path === undefined) return response.writeHead(404).end();
    const type = types[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
    return response.writeHead(200, { 'content-type': type, ...isolation }).end(await readFile(path));
  });
  await new Promise((settle) => server.listen(0, '127.0.0.1', () => settle(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}/`, result, close };
}
