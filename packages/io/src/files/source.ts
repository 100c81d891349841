// Where files come from: paths, URLs, and bytes that are at hand. A file is read whole, with those beside it when a format
// asks for them; all of them together stay below a limit.
import { downloadFile, fileInvalid, fileMissing, readFile, realPlace } from '@lamella/files';

/** A file in memory: its name, whose ending says the format, its bytes, and the files beside it that it refers to. */
export interface FileInMemory {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly siblings?: Readonly<Record<string, Uint8Array>>;
}

/** A URL whose own ending does not say the format, such as one of a `blob:`, with a name that does. */
export interface NamedUrl {
  readonly name: string;
  readonly url: string | URL;
}

/** What a browser's file input gives. */
export interface BrowserFile {
  readonly name: string;
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * What a file can be read from: a path or a folder, an `http:`, `https:`, `blob:` or `data:` URL, a browser's `File`, or
 * bytes with a name.
 */
export type FileSource = string | URL | FileInMemory | NamedUrl | BrowserFile;

/** A source that has been looked at. */
export interface OpenFile {
  /** As the user knows it; its ending says the format. */
  readonly name: string;
  read(): Promise<Content>;
  readSibling?(name: string): Promise<Content>;
}

/** A file's bytes, and how large it was where it came from: servers may pack files for the journey. */
export interface Content {
  readonly bytes: Uint8Array;
  /** Units: bytes. */
  readonly size: number;
}

/** What {@link openSource} takes beside the source. */
export interface OpenOptions {
  readonly maximumBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Bytes that one call downloads at most unless told otherwise: a server sends what it likes. Files at hand are as large as they are. */
const mostDownloaded = 2 ** 31;

/** The main file of a folder that holds a model of several. */
export const mainOfFolder = 'model.json';

/**
 * Looks at a source. Throws: FILE_INVALID for something that is no source; what it gives throws FILE_MISSING, FILE_INVALID,
 * DOWNLOAD_FAILED, what the signal was aborted with.
 */
export async function openSource(source: FileSource, options: OpenOptions = {}): Promise<OpenFile> {
  const { maximumBytes, signal } = options;
  signal?.throwIfAborted();
  const room = new Room(maximumBytes ?? Infinity, signal);
  const roomOnline = new Room(maximumBytes ?? mostDownloaded, signal);
  if (typeof source === 'string') {
    const url = webUrl(source);
    return url === undefined ? openPath(source, room) : openUrl(nameOfUrl(url), url, roomOnline);
  }
  if (source instanceof URL) {
    if (source.protocol !== 'file:') return openUrl(nameOfUrl(source), source, roomOnline);
    return openPath(await pathOf(source), room);
  }
  if (typeof source === 'object' && source !== null && typeof source.name === 'string') {
    if ('url' in source) return openUrl(source.name, parsedUrl(source.url), roomOnline);
    if ('bytes' in source && source.bytes instanceof Uint8Array) return openMemory(source, room);
    if ('arrayBuffer' in source) {
      const read = async (): Promise<Content> => {
        room.take(source.size, source.name);
        const bytes = new Uint8Array(await source.arrayBuffer());
        signal?.throwIfAborted();
        return whole(bytes);
      };
      return { name: source.name, read };
    }
  }
  throw fileInvalid(
    String(source),
    `expected a path, a URL, a File, or { name, bytes }, got ${typeof source}`,
    'give bytes a name that says their format, as in { name: "model.keras", bytes }',
  );
}

function whole(bytes: Uint8Array): Content {
  return { bytes, size: bytes.length };
}

/** How many bytes are still to be read, and until when. */
class Room {
  private left: number;

  constructor(
    private readonly maximum: number,
    readonly signal: AbortSignal | undefined,
  ) {
    this.left = maximum;
  }

  get rest(): number {
    return this.left;
  }

  /** Throws: FILE_INVALID. */
  take(bytes: number, file: string): void {
    this.left -= bytes;
    if (this.left < 0)
      throw fileInvalid(
        file,
        `with the files beside it, it is larger than ${this.maximum} bytes`,
        'pass { maximumBytes } where so much is expected',
      );
  }
}

async function openPath(path: string, room: Room): Promise<OpenFile> {
  const { stat } = await import('node:fs/promises');
  const { dirname, join } = await import('node:path');
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const name = isFolder ? join(path, mainOfFolder) : path;
  const read = async (file: string): Promise<Content> => {
    const bytes = await readFile(file, room.rest, room.signal);
    room.take(bytes.length, file);
    return whole(bytes);
  };
  return {
    name,
    read: () => read(name),
    readSibling: async (given) => {
      const beside = join(dirname(name), plainName(given, name));
      // Where the file is a link, those beside it may be links too, or stand where it leads.
      const isBeside = await stat(beside).then(
        () => true,
        () => false,
      );
      return read(isBeside ? beside : join(dirname(await realPlace(name)), plainName(given, name)));
    },
  };
}

function openMemory({ name, bytes, siblings = {} }: FileInMemory, room: Room): OpenFile {
  return {
    name,
    read: async () => {
      room.take(bytes.length, name);
      return whole(bytes);
    },
    readSibling: async (given) => {
      const sibling = plainName(given, name);
      if (!Object.hasOwn(siblings, sibling))
        throw fileMissing(`"${sibling}"`, 'it is not among the siblings given');
      room.take(siblings[sibling]!.length, sibling);
      return whole(siblings[sibling]!);
    },
  };
}

function openUrl(name: string, url: URL, room: Room): OpenFile {
  const open: OpenFile = { name, read: () => fetchBytes(url, room) };
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return open;
  const readSibling = async (given: string): Promise<Content> => {
    const sibling = plainName(given, name);
    const beside = new URL(encodeURIComponent(sibling), url);
    // Signed URLs carry their signature behind the name.
    beside.search = url.search;
    return fetchBytes(beside, room);
  };
  return { ...open, readSibling };
}

async function fetchBytes(url: URL, room: Room): Promise<Content> {
  const options = { maximumBytes: room.rest, attempts: 3, retryDelay: 200, signal: room.signal };
  const { bytes, transferred } = await downloadFile(url, options);
  room.take(bytes.length, url.pathname);
  return { bytes, size: transferred };
}

/** The URL that a string is, where it is one that can be fetched. */
function webUrl(text: string): URL | undefined {
  return /^(?:https?|blob|data):/i.test(text) ? parsedUrl(text) : undefined;
}

/** Throws: FILE_INVALID. */
function parsedUrl(url: string | URL): URL {
  try {
    return new URL(url);
  } catch {
    throw fileInvalid(String(url), 'it is not a URL', 'write it as in https://example.org/model.keras');
  }
}

/** Throws: FILE_INVALID. */
async function pathOf(url: URL): Promise<string> {
  const { fileURLToPath } = await import('node:url');
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw fileInvalid(url.href, `it names no file here: ${(cause as Error).message}`, 'pass a path');
  }
}

function nameOfUrl(url: URL): string {
  const last = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  if (url.protocol !== 'blob:' && url.protocol !== 'data:' && last !== '') {
    try {
      return decodeURIComponent(last);
    } catch {
      return last;
    }
  }
  throw fileInvalid(
    `${url.protocol}...`,
    'the URL does not end in a file name, which says the format',
    'pass { name, url }, as in { name: "model.keras", url }',
  );
}

/** A name that a file gives for one beside it. Throws: FILE_INVALID where it leads elsewhere. */
function plainName(given: string, file: string): string {
  const name = given.replace(/^\.\//, '');
  if (name === '' || name === '.' || name === '..' || /[/\\:\u0000-\u001f]/.test(name))
    throw fileInvalid(
      file,
      `it refers to ${JSON.stringify(given.slice(0, 100))}, which does not stand beside it`,
    );
  return name;
}
