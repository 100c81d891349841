import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { input, type Backend } from '@lamella/core';
import { dense } from '@lamella/layers';
import { Functional } from '../functional.js';
import { kerasFixture } from '../../spec-support/keras-fixture.js';
import { type Model } from '../model.js';
import { ProgressBar, type ProgressOutput } from './progress-bar.js';
import { ProgressLine } from './progress-line.js';

interface Bar {
  readonly name: string;
  readonly target: number | null;
  readonly verbose: 1 | 2;
  readonly dynamic: boolean;
  readonly unit_name: string;
  readonly stateful: boolean;
  readonly updates: readonly (readonly [
    number,
    number,
    readonly (readonly [string, number | string])[],
    boolean | null,
  ])[];
  readonly written: readonly string[];
}

const fixture = kerasFixture<{ readonly progress_bars: readonly Bar[] }>('summary');
const bars = fixture.progress_bars.filter(({ unit_name, stateful }) => unit_name === 'step' && stateful);

/** What a bar of this style writes at the fixture's updates. */
function drawn(bar: Bar, style: 'terminal' | 'plain' | 'summary'): string[] {
  let time = 0;
  const line = new ProgressLine({ target: bar.target ?? undefined, style, now: () => time * 1000 });
  return bar.updates.map(([seconds, current, values, isFinal]) => {
    time = seconds;
    const logs = Object.fromEntries(values.map(([name, value]) => [name, Number(value)]));
    return isFinal === null ? line.update(current, logs) : line.update(current, logs, isFinal);
  });
}

function plainText(text: string): string {
  return text
    .replace(/\u001b\[\d+m/g, '')
    .replace(/^\n/, '')
    .replace(/ +\n$/, '\n');
}

function collected(isTTY: boolean): { output: ProgressOutput; text: () => string } {
  const parts: string[] = [];
  return { output: { isTTY, write: (text) => parts.push(text) }, text: () => parts.join('') };
}

async function fitTwoEpochs(bar: ProgressBar, backend: Backend = cpu()): Promise<Model> {
  const x = input({ shape: [1] });
  const net = new Functional({ inputs: x, outputs: dense({ units: 1 }).apply(x), backend });
  net.setWeights((await net.getWeights()).map((weight) => (weight.data.fill(0), weight)));
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  const [inputs, targets] = [
    [1, 2, 3],
    [0, 0, 0],
  ];
  await net.fit(inputs, targets, {
    batchSize: 2,
    epochs: 2,
    verbose: 0,
    validationData: [inputs, targets],
    callbacks: [bar],
  });
  return net;
}

describe('ProgressLine', () => {
  it.each(bars.filter(({ verbose, dynamic }) => verbose === 1 && dynamic))(
    'draws on a terminal what Keras draws: $name',
    (bar) => expect(drawn(bar, 'terminal')).toEqual(bar.written),
  );

  it.each(bars.filter(({ verbose }) => verbose === 2))('writes the lines of verbose 2: $name', (bar) =>
    expect(drawn(bar, 'summary')).toEqual(bar.written),
  );

  it.each(bars.filter(({ verbose, dynamic }) => verbose === 1 && !dynamic))(
    "writes Keras' last bar without colours where the output is no terminal: $name",
    (bar) => {
      const isFinal = bar.written.map((text) => text.endsWith('\n'));
      expect(drawn(bar, 'plain').map(plainText)).toEqual(
        bar.written.map((text, i) => (isFinal[i] ? plainText(text) : '')),
      );
    },
  );
});

describe('ProgressBar', () => {
  it('writes a line an epoch where the output is no terminal, with a head where there are several', async () => {
    const { output, text } = collected(false);
    await fitTwoEpochs(new ProgressBar({ output, verbose: 1, now: () => 0 }));
    const line = '2/2 ━━━━━━━━━━━━━━━━━━━━ 0s 0s/step - loss: 0.0000e+00 - val_loss: 0.0000e+00\n';
    expect(text()).toBe(`Epoch 1/2\n${line}Epoch 2/2\n${line}`);
  });

  it('redraws itself on a terminal', async () => {
    const { output, text } = collected(true);
    await fitTwoEpochs(new ProgressBar({ output, verbose: 1, now: () => 0 }));
    const drawings = text().split('\r');
    expect(drawings[0]).toBe('Epoch 1/2\n');
    expect(drawings[1]).toContain('\u001b[1m1/2\u001b[0m \u001b[32m━━━━━━━━━━\u001b[0m');
    expect(drawings[2]).toContain('val_loss: 0.0000e+00\nEpoch 2/2\n');
  });

  it('shows evaluate and predict when asked, the steps of a stream once they are known, and nothing else', async () => {
    const { output, text } = collected(false);
    const bar = new ProgressBar({ output, verbose: 2, now: () => 0 });
    const net = await fitTwoEpochs(new ProgressBar({ output: collected(false).output, verbose: 0 }));
    await net.evaluate([1, 2, 3], [0, 0, 0], { batchSize: 2, callbacks: [bar] });
    await net.predict([1, 2, 3], { batchSize: 2, callbacks: [bar] });
    expect(text()).toBe('2/2 - 0s - 0s/step - loss: 0.0000e+00\n2/2 - 0s - 0s/step\n');
    const silent = collected(false);
    await fitTwoEpochs(new ProgressBar({ output: silent.output, verbose: 0 }));
    expect(silent.text()).toBe('');
  });

  describe('with a backend that compiles slowly', () => {
    afterEach(() => void jest.restoreAllMocks());

    /** Compiles for so many milliseconds of a clock of its own. */
    function slow(duration: number): Backend {
      let time = 0;
      jest.spyOn(performance, 'now').mockImplementation(() => time);
      const backend = cpu();
      return {
        ...backend,
        name: 'slow',
        compile: (program) => {
          time += duration;
          return backend.compile(program);
        },
      };
    }

    it.each([
      [1, false, '2/2 ━━━━━━━━━━━━━━━━━━━━ 0s 0s/step - loss: 0.0000e+00 - val_loss: 0.0000e+00'],
      [1, true, ' - loss: 0.0000e+00 - val_loss: 0.0000e+00'],
      [2, false, '2/2 - 0s - 0s/step - loss: 0.0000e+00 - val_loss: 0.0000e+00'],
    ] as const)(
      'ends the line of the first epoch with it: verbose %d, terminal %s',
      async (verbose, isTTY, line) => {
        const { output, text } = collected(isTTY);
        // A batch of two and one of one, for training and for validation.
        await fitTwoEpochs(new ProgressBar({ output, verbose, now: () => 0 }), slow(325));
        const [first, second] = text().split('Epoch 2/2\n') as [string, string];
        expect(first).toContain(`${line} - compile: 1.3s\n`);
        expect(second).toContain(line);
        expect(second).not.toContain('compile');
      },
    );

    it('is silent about a second or less', async () => {
      const { output, text } = collected(false);
      await fitTwoEpochs(new ProgressBar({ output, verbose: 1, now: () => 0 }), slow(250));
      expect(text()).not.toContain('compile');
    });
  });
});
