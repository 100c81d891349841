// Charts of trainings, as text and as SVG.
import { describe, expect, it } from '@jest/globals';
import { historyToSvg } from './history-to-svg.js';
import { plotHistory } from './plot-history.js';

const nan = NaN;

describe('plotHistory()', () => {
  it('draws training and validation of a metric in one chart', () => {
    const text = plotHistory(
      { epoch: [0, 1, 2], history: { loss: [4, 2, 0], val_loss: [4, 4, 2] } },
      { width: 30, height: 5 },
    );
    expect(text).toBe(
      [
        'loss   • loss   ◦ val_loss',
        '4 ┤◉◉◉◉◦◦◦◦◦◦◦◦◦◦◦◦◦',
        '  │    ••••••       ◦◦◦◦◦◦',
        '  │          •••••••      ◦◦◦◦',
        '  │                 ••••••',
        '0 ┤                       ••••',
        '  └───────────────────────────',
        '   epoch 1                   3',
      ].join('\n'),
    );
  });

  it('leaves gaps where values are not finite, and counts them', () => {
    const text = plotHistory({ loss: [1, nan, 3, Infinity] }, { width: 30, height: 3 });
    expect(text.split('\n')).toEqual([
      'loss   • loss',
      '3 ┤                 •',
      '  │',
      '1 ┤•',
      '  └───────────────────────────',
      '   epoch 1                   4',
      'loss: 2 of 4 values not finite',
    ]);
  });

  it.each([
    { what: 'values that never change', history: { a: [2, 2] }, has: /\n2 ┤•{27}\n/ },
    { what: 'one epoch', history: { a: [2] }, has: /\n2 ┤•\n[^]*\n {3}epoch 1$/ },
    { what: 'nothing finite', history: { a: [nan, nan] }, has: /^a {3}• a\na: 2 of 2 values not finite$/ },
    { what: 'no epochs', history: { a: [] }, has: /^No epochs\.$/ },
    { what: 'no metrics', history: {}, has: /^No epochs\.$/ },
    { what: 'the largest numbers', history: { a: [-1.7e308, 1.7e308] }, has: /1\.7e\+308 ┤ +•/ },
    {
      what: 'a name that would steer a terminal',
      history: { '\u001b[31m\n': [1, 2] },
      has: /^\\u001b\[31m\\u000a/,
    },
    { what: 'epochs that go on', history: { epoch: [5, 6], history: { a: [1, 2] } }, has: /epoch 6 +7$/ },
  ])('draws $what', ({ history, has }) => {
    const text = plotHistory(history as never, { width: 30, height: 3 });
    expect(text).toMatch(has);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(40);
  });

  it('keeps what is special of more epochs than there are columns', () => {
    const loss = Array.from({ length: 5000 }, (_, i) => (i === 2345 ? 100 : 1));
    const lines = plotHistory({ loss }, { width: 40, height: 4 }).split('\n');
    expect(lines[1]).toMatch(/^100 ┤ +• *$/);
  });

  it('takes validation that came every few epochs to be of the last of those', () => {
    const text = plotHistory({ a: [0, 0, 0, 0], val_a: [1, 1] }, { width: 33, height: 2 });
    expect(text.split('\n')[1]).toBe(`1 ┤${' '.repeat(10)}${'◦'.repeat(20)}`);
  });

  it('draws the metrics that are named', () => {
    const history = { loss: [1, 2], accuracy: [0, 1], val_loss: [1, 1] };
    expect(plotHistory(history, { metrics: ['accuracy'], width: 30 })).not.toContain('loss');
    expect(plotHistory(history, { width: 30 }).match(/epoch 1/g)).toHaveLength(2);
    expect(() => plotHistory(history, { metrics: ['acc'] })).toThrow(
      /\[DATA_INVALID\] plotHistory\(\): the history has no "acc"\.\nFix: name some of loss, accuracy/,
    );
  });

  it.each([
    { given: null, options: {}, code: 'DATA_INVALID' },
    { given: { loss: ['1'] }, options: {}, code: 'DATA_INVALID' },
    { given: {}, options: { width: 3 }, code: 'OPTION_INVALID' },
    { given: {}, options: { height: 0.5 }, code: 'OPTION_INVALID' },
    { given: {}, options: { columns: 80 }, code: 'OPTION_UNKNOWN' },
  ])('refuses $given with $options', ({ given, options, code }) => {
    expect(() => plotHistory(given as never, options)).toThrow(`[${code}]`);
  });
});

describe('historyToSvg()', () => {
  it('draws a line for each series, broken where values are not finite', () => {
    const svg = historyToSvg({ loss: [4, 2, nan, 1], val_loss: [4, 3, 3, 3] }, { width: 288, height: 164 });
    // 200 by 100 inside of the margins.
    expect(svg).toContain('<path class="training" d="M0 0L66.67 66.67M200 100m-3 0h6"/>');
    expect(svg).toContain('<path class="validation" d="M0 0L66.67 33.33L133.33 33.33L200 33.33"/>');
    expect(svg).toContain('loss (1 value not finite)');
  });

  it.each([{ a: [] }, {}, { a: [nan] }, { a: [2, 2] }, { a: [-1.7e308, 1.7e308] }])(
    'holds no NaN for %j',
    (history) => {
      const svg = historyToSvg(history as never);
      expect(svg).toMatch(/^<svg [^]*<\/svg>\n$/);
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    },
  );

  it('escapes names', () => {
    const svg = historyToSvg({ '</text><script>"&\u0000': [1, 2] });
    expect(svg).toContain('&lt;/text&gt;&lt;script&gt;&quot;&amp;\\u0000'.replace('\\', '&#92;'));
    expect(svg).not.toContain('<script');
  });
});
