// SwapEMAWeights and RemoteMonitor.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, jest } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { input } from '@lamella/core';
import { dense } from '@lamella/layers';
import type { Model } from '../model.js';
import { lossScaleOptimizer, sgd } from '../optimizers/index.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { model } from '../training.js';
import { remoteMonitor, type RemoteMonitorOptions } from './remote-monitor.js';
import { swapEMAWeights } from './swap-ema-weights.js';

/** One weight that moves by 1 a step: 1, 2, 3; its averages are 1, 1.5, 2.25. */
function walking(optimizer = sgd({ learningRate: 1, useEma: true, emaMomentum: 0.5 }) as Optimizer): Model {
  const x = input({ shape: [1] });
  const outputs = dense({ units: 1, useBias: false, kernelInitializer: 'zeros' }).apply(x);
  const net = model({ inputs: x, outputs, backend: cpu() });
  net.compile({ optimizer, loss: 'mae' });
  return net;
}
const valueOf = async (net: Model): Promise<number> => (await net.weights[0]!.values()).data[0]!;

describe('SwapEMAWeights', () => {
  const fit = async (
    net: Model,
    swapOnEpoch: boolean,
  ): Promise<{ seen: number[]; tried: readonly number[] }> => {
    const seen: number[] = [];
    const watch = { onEpochEnd: async () => void seen.push(await valueOf(net)) };
    const { history } = await net.fit([[1]], [[100]], {
      epochs: 3,
      verbose: 0,
      validationData: [[[1]], [[0]]],
      callbacks: [swapEMAWeights({ swapOnEpoch }), watch],
    });
    return { seen, tried: history['val_loss']! };
  };

  it('evaluates with the averages, and trains on with the weights', async () => {
    const net = walking();
    expect(await fit(net, false)).toEqual({ seen: [1, 2, 3], tried: [1, 1.5, 2.25] });
    // As ever, the weights end as their averages.
    expect(await valueOf(net)).toBe(2.25);
    const wrapped = walking(
      lossScaleOptimizer({ innerOptimizer: sgd({ learningRate: 1, useEma: true, emaMomentum: 0.5 }) }),
    );
    expect((await fit(wrapped, false)).tried).toEqual([1, 1.5, 2.25]);
  });

  it('leaves the averages in the model for the callbacks after it', async () => {
    const net = walking();
    expect(await fit(net, true)).toEqual({ seen: [1, 1.5, 2.25], tried: [1, 1.5, 2.25] });
    expect(await valueOf(net)).toBe(2.25);
  });

  it.each(['onTestBegin', 'onTestEnd', 'onEpochEnd', 'onEpochBegin'] as const)(
    'has the weights in the model after a failure in %s',
    async (hook) => {
      const [whole, failed] = [walking(), walking()];
      const train = async (net: Model, epochs: number, stops: boolean): Promise<void> => {
        let calls = 0;
        const stop = {
          [hook]: () => {
            if (stops && ++calls === 2) throw new Error('enough');
          },
        };
        await net.fit([[1]], [[100]], {
          ...{ epochs, verbose: 0, validationData: [[[1]], [[0]]] },
          callbacks: [swapEMAWeights({ swapOnEpoch: true }), stop],
        });
      };
      await expect(train(failed, 3, true)).rejects.toThrow('enough');
      const steps = hook === 'onEpochBegin' ? 1 : 2;
      await whole.fit([[1]], [[100]], { epochs: steps, verbose: 0 });
      expect(await valueOf(failed)).toBe(await valueOf(whole));
      // The averages are those of the optimizer still.
      await failed.trainOnBatch([[1]], [[100]]);
      await whole.trainOnBatch([[1]], [[100]]);
      expect(await failed.optimizer!.variables.at(-1)!.values()).toEqual(
        await whole.optimizer!.variables.at(-1)!.values(),
      );
    },
  );

  it('predicts with the averages', async () => {
    const net = walking();
    const seen: number[] = [];
    const watch = { onPredictBegin: async () => void seen.push(await valueOf(net)) };
    await net.fit([[1]], [[100]], { verbose: 0 });
    await net.trainOnBatch([[1]], [[100]]);
    await net.predict([[1]], { callbacks: [swapEMAWeights(), watch] });
    expect([...seen, await valueOf(net)]).toEqual([1.5, 2]);
  });

  it('is refused where no optimizer keeps averages', async () => {
    await expect(fit(walking(sgd({ name: 'plain' })), false)).rejects.toThrow(
      '[OPTION_INVALID] SwapEMAWeights: the optimizer: expected one that keeps averages (useEma), got "SGD \\"plain\\""',
    );
    expect(() => swapEMAWeights({ swap: true } as object)).toThrow('[OPTION_UNKNOWN] SwapEMAWeights');
  });
});

describe('RemoteMonitor', () => {
  const listen = async (server: Server): Promise<string> => {
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const receive = async (options: RemoteMonitorOptions): Promise<string[]> => {
    const got: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => (body += String(part)));
      request.on('end', () => {
        got.push(
          `${request.url} ${request.headers['content-type']} ${request.headers['x-key'] ?? ''} ${body}`,
        );
        response.end('thanks');
      });
    });
    const root = await listen(server);
    await remoteMonitor({ root, ...options }).onEpochEnd(2, { loss: 0.5 });
    await new Promise((closed) => server.close(closed));
    return got;
  };

  it('posts the logs of an epoch, in a form or as JSON', async () => {
    expect(await receive({ headers: { 'x-key': 'k' } })).toEqual([
      '/publish/epoch/end/ application/x-www-form-urlencoded;charset=UTF-8 k data=%7B%22epoch%22%3A2%2C%22loss%22%3A0.5%7D',
    ]);
    expect(await receive({ sendAsJson: true, path: '/logs' })).toEqual([
      '/logs application/json  {"epoch":2,"loss":0.5}',
    ]);
  });

  it('warns where nobody listens, and training goes on', async () => {
    const server = createServer();
    const root = await listen(server);
    await new Promise((closed) => server.close(closed));
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    await remoteMonitor({ root }).onEpochEnd(0, {});
    expect(warn.mock.calls.flat().join()).toContain(
      `[REMOTE_UNREACHABLE] RemoteMonitor: the logs of epoch 0 did not reach ${root}`,
    );
    warn.mockRestore();
  });

  it.each(['nowhere', 'file:///etc'])('refuses the server "%s"', (root) => {
    expect(() => remoteMonitor({ root })).toThrow(
      '[OPTION_INVALID] RemoteMonitor: root: expected the http or https address',
    );
  });
});
