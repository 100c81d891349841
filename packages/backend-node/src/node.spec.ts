import { beforeEach, describe, expect, it, jest } from '@jest/globals';

const packageName = '@tensorflow/tfjs-node';

async function failing(cause: Error & { code?: string }): Promise<typeof import('./node.js')> {
  jest.unstable_mockModule(
    packageName,
    () => {
      throw cause;
    },
    { virtual: true },
  );
  return import('./node.js');
}

describe('node() where libtensorflow is missing', () => {
  beforeEach(() => {
    jest.resetModules();
    // tfjs-core, loaded again, notes that its platform is set already.
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  });

  it('loads nothing before it compiles', async () => {
    const { node } = await failing(new Error('loaded too early'));
    expect(node().name).toBe('node');
    expect(node()).toBe(node());
  });

  it('says that the package is not installed, and what to do', async () => {
    const { loadNode } = await failing(
      Object.assign(new Error(`Cannot find package '${packageName}' imported from node.js`), {
        code: 'ERR_MODULE_NOT_FOUND',
      }),
    );
    await expect(loadNode()).rejects.toThrow(
      /\[BACKEND_UNAVAILABLE\] Backend "node": @tensorflow\/tfjs-node is not installed\.\nFix: npm install @tensorflow\/tfjs-node/,
    );
  });

  it('says that the native library does not load, and what to do', async () => {
    const { loadNode } = await failing(
      new Error(
        'The Node.js native addon module (tfjs_binding.node) can not be found at path: lib/napi-v8\nmore',
      ),
    );
    await expect(loadNode()).rejects.toThrow(
      /installed but its native library does not load \(The Node\.js native addon.*\)[\s\S]*Fix: run npm rebuild/,
    );
  });

  it('leaves the current tfjs backend as it was when loading fails', async () => {
    const tf = await import('@tensorflow/tfjs-core');
    const before = tf.engine().backendName;
    const { loadNode } = await failing(new Error('no'));
    await expect(loadNode()).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    expect(tf.engine().backendName).toBe(before);
  });

  it('gives Node 23 and later the util.isNullOrUndefined that tfjs-node calls', async () => {
    const { default: util } = (await import('node:util')) as unknown as {
      default: { isNullOrUndefined?: (value: unknown) => boolean };
    };
    const original = util.isNullOrUndefined;
    delete util.isNullOrUndefined;
    try {
      const { loadNode } = await failing(new Error('no'));
      await expect(loadNode()).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
      expect([null, undefined, 0].map((value) => util.isNullOrUndefined!(value))).toEqual([
        true,
        true,
        false,
      ]);
    } finally {
      if (original !== undefined) util.isNullOrUndefined = original;
    }
  });
});
