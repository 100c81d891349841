// The table of a comparison: medians over the rounds, and what Lamella's are to the best peer's, against the targets.

/** @typedef {import('./process.mjs').Line} Line */
/** @typedef {{ case: string, what: string, measure: (line: Line) => number, better: 'less' | 'more', peers: RegExp, must: number, aim?: number }} Target */

/** @param {string} key */
const number = (key) => (/** @type {Line} */ line) => Number(line[key] ?? NaN);
const step = number('ms_per_step');
/** Keras has two ways to ask for one row; a peer's faster one counts. */
const row = (/** @type {Line} */ line) =>
  Math.min(...[line['call_ms'], line['predict_ms']].flatMap((ms) => (ms === undefined ? [] : [Number(ms)])));
const start = (/** @type {Line} */ line) => number('import_s')(line) + number('first_epoch_s')(line);
const python = /^(keras|torch)/;

/** What the project promises, as ratios to the best of the peers named. @type {Target[]} */
const targets = [
  { case: 'mlp256', what: 'ms a step', measure: step, better: 'less', peers: python, must: 1, aim: 0.85 },
  { case: 'mlp32', what: 'ms a step', measure: step, better: 'less', peers: python, must: 1, aim: 0.75 },
  { case: 'cnn128', what: 'ms a step', measure: step, better: 'less', peers: python, must: 1, aim: 0.75 },
  { case: 'lstm', what: 'ms a step', measure: step, better: 'less', peers: /^keras/, must: 1 },
  { case: 'lstm', what: 'ms a step', measure: step, better: 'less', peers: /^torch/, must: 2, aim: 1 },
  { case: 'gru', what: 'ms a step', measure: step, better: 'less', peers: /^keras/, must: 1 },
  { case: 'gru', what: 'ms a step', measure: step, better: 'less', peers: /^torch/, must: 2, aim: 1 },
  ...['transformer', 'conv1d', 'resnet', 'mobilenet'].map(
    (name) =>
      /** @type {Target} */ ({
        ...{ case: name, what: 'ms a step', measure: step, better: 'less' },
        ...{ peers: name === 'transformer' ? /^keras/ : python, must: 1, aim: 0.8 },
      }),
  ),
  {
    case: 'text',
    what: 'rows a second',
    measure: number('rows_per_s'),
    better: 'more',
    peers: python,
    must: 1,
    aim: 1.25,
  },
  { case: 'tiny', what: 'ms a step', measure: step, better: 'less', peers: python, must: 0.33, aim: 0.1 },
  {
    case: 'predict',
    what: 'rows a second',
    measure: number('rows_per_s'),
    better: 'more',
    peers: python,
    must: 1,
    aim: 1.05,
  },
  { case: 'latency', what: 'ms a row', measure: row, better: 'less', peers: python, must: 1, aim: 0.7 },
  {
    case: 'mlp256',
    what: 's import + first epoch',
    measure: start,
    better: 'less',
    peers: python,
    must: 0.7,
    aim: 0.5,
  },
  {
    case: 'mlp256',
    what: 'MB at most',
    measure: number('rss_mb'),
    better: 'less',
    peers: python,
    must: 0.6,
    aim: 0.4,
  },
  { case: 'mlp256', what: 'ms a step', measure: step, better: 'less', peers: /^tfjs-node/, must: 0.4 },
  { case: 'mlp32', what: 'ms a step', measure: step, better: 'less', peers: /^tfjs-node/, must: 0.2 },
  { case: 'tiny', what: 'ms a step', measure: step, better: 'less', peers: /^tfjs-node/, must: 0.1 },
  { case: 'mlp256', what: 'ms a step', measure: step, better: 'less', peers: /^limit/, must: 1.5, aim: 1.2 },
];

/**
 * @param {readonly Line[]} lines
 * @param {readonly string[]} cases
 */
export function tableOf(lines, cases) {
  const rows = targets
    .filter((target) => cases.includes(target.case))
    .flatMap((target) => {
      const own = medianOf(lines, target, 'lamella-onnx');
      const names = new Set(lines.map((line) => line.peer).filter((name) => target.peers.test(name)));
      const others = [...names].map((name) => ({ name, value: medianOf(lines, target, name) }));
      const sorted = others
        .filter(({ value }) => Number.isFinite(value))
        .sort((a, b) => (target.better === 'less' ? a.value - b.value : b.value - a.value));
      const [best] = sorted;
      if (best === undefined) return [];
      const ratio = own / best.value;
      return [
        [
          target.case,
          target.what,
          shown(own),
          `${shown(best.value)} (${best.name})`,
          ratio.toFixed(2),
          ...verdict(target, ratio),
        ],
      ];
    });
  const header = ['case', 'measure', 'Lamella', 'best peer', 'ratio', 'must', 'aim', ''];
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/**
 * @param {readonly Line[]} lines
 * @param {Target} target
 * @param {string} peer
 */
function medianOf(lines, target, peer) {
  const values = lines
    .filter((line) => line.peer === peer && line.case === target.case)
    .map(target.measure)
    .sort((a, b) => a - b);
  return values.length === 0
    ? NaN
    : ((values[(values.length - 1) >> 1] ?? NaN) + (values[values.length >> 1] ?? NaN)) / 2;
}

/**
 * @param {Target} target
 * @param {number} ratio
 */
function verdict({ better, must, aim }, ratio) {
  const sign = better === 'less' ? '<=' : '>=';
  /** @param {number} bound */
  const holds = (bound) => (better === 'less' ? ratio <= bound : ratio >= bound);
  const reached = !holds(must) ? 'MISSED' : aim !== undefined && holds(aim) ? 'aim' : 'must';
  return [`${sign} ${must}`, aim === undefined ? '' : `${sign} ${aim}`, reached];
}

/** @param {number} value */
function shown(value) {
  return value >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
