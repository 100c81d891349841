import { gruCell } from './gru-cell.js';
import { dense } from '../core/dense.js';
import { floats, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { lstmCell } from './lstm-cell.js';
import { rnn } from './rnn.js';
import { StackedRNNCells, stackedRNNCells } from './stacked-rnn-cells.js';

testAgainstKeras(StackedRNNCells);

testLayer(
  () =>
    rnn({
      cell: [
        lstmCell({ units: 2, name: 'a', dropout: 0.5 }),
        lstmCell({ units: 1, name: 'b', recurrentDropout: 0.5 }),
        gruCell({ units: 3, name: 'c' }),
      ],
      name: 'stack',
    }),
  [{ name: 'over three cells', options: {}, inputs: floats([2, 3, 2]), inTraining: 'differs' }],
  {
    reload,
    rejects: [
      {
        name: 'no cells',
        run: () => stackedRNNCells({ cells: [], name: 's' }),
        code: 'OPTION_INVALID',
        says: ['StackedRNNCells "s": cells: expected a list of cells'],
      },
      {
        name: 'a layer that is no cell',
        run: () => stackedRNNCells({ cells: [dense({ units: 1 }) as never] }),
        code: 'OPTION_INVALID',
      },
    ],
  },
);
