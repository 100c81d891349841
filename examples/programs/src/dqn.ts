// Deep Q-learning: a network learns what each move is worth from what happened, here to catch a falling ball.
// It teaches a training step of one's own, a second network that follows slowly, and a memory to learn from.
import * as tf from '@tensorflow/tfjs-core';
import {
  adam,
  dense,
  huber,
  input,
  metrics,
  Model,
  onnx,
  sequential,
  setRandomSeed,
  type Sequential,
  type StepBatch,
  type StepLogs,
} from 'lamella';
import { randomNumbers, type RandomNumbers } from './random-numbers.js';

const width = 5;
const height = 6;
const moves = [-1, 0, 1];

/** Where the ball and the paddle are; the ball falls by one row a move. */
type State = [ball: number, row: number, paddle: number];

/** One move, and what came of it. The records of a batch are lists of these. */
interface Experience {
  readonly state: State;
  readonly move: number;
  readonly reward: number;
  readonly next: State;
  readonly isLast: boolean;
}

function start({ below }: RandomNumbers): State {
  return [below(width), 0, below(width)];
}

function step(state: State, move: number): Experience {
  const [ball, row, paddle] = state;
  const next: State = [ball, row + 1, Math.min(Math.max(paddle + moves[move]!, 0), width - 1)];
  const isLast = next[1] === height - 1;
  const reward = isLast ? (next[0] === next[2] ? 1 : -1) : 0;
  return { state, move, reward, next, isLast };
}

const network = (): Sequential =>
  sequential([
    input({ shape: [3] }),
    dense({ units: 32, activation: 'relu' }),
    dense({ units: 32, activation: 'relu' }),
    dense({ units: moves.length }),
  ]);

type Batch = { readonly [Name in keyof Experience]: tf.Tensor };

class DQN extends Model<tf.Tensor, tf.Tensor> {
  static readonly className = 'programs>DQN';
  readonly online = this.addLayer('online', network());
  /** Says what the next state is worth, and stays as it is for a while, so that what is learned does not run after itself. */
  readonly target = this.addLayer('target', network());
  private readonly difference = huber();
  private readonly loss = metrics.mean({ name: 'loss' });

  override call(states: tf.Tensor): tf.Tensor {
    return this.online.apply(states);
  }

  override trainStep({ x: { state, move, reward, next, isLast } }: StepBatch<Batch>): StepLogs {
    const future = tf.mul(tf.max(this.target.apply(next), 1, true), tf.sub(1, isLast));
    const wanted = tf.add(reward, tf.mul(future, 0.9));
    const isMove = tf.oneHot(tf.cast(tf.squeeze(move, [1]), 'int32'), moves.length);
    const expected = tf.sum(tf.mul(this.online.apply(state), isMove), 1, true);
    const loss = this.difference.evaluate(wanted, expected);
    this.optimizer!.minimize(loss, this.online.trainableWeights);
    this.loss.updateValues(loss);
    return { loss: this.loss.result() };
  }
}

/** Plays so many moves while it learns; gives the share of balls that it then catches. */
export async function dqn({ played = 3000, batchSize = 32, games = 100 } = {}): Promise<number> {
  setRandomSeed(1);
  const random = randomNumbers(1);
  const net = new DQN({ backend: onnx(), name: 'dqn' });
  net.build([null, 3]);
  net.compile({ optimizer: adam({ learningRate: 0.003 }) });
  const best = async (state: State): Promise<number> => {
    const worth = (await net.predict([state])).data as Float32Array;
    return worth.indexOf(Math.max(...worth));
  };

  const memory: Experience[] = [];
  let state = start(random);
  for (let i = 0; i < played; i++) {
    // At first it tries whatever comes, later what it thinks best.
    const tries = random.uniform() < Math.max(0.1, 1 - (2 * i) / played);
    const experience = step(state, tries ? random.below(moves.length) : await best(state));
    memory.push(experience);
    state = experience.isLast ? start(random) : experience.next;
    if (memory.length < batchSize) continue;
    const batch = Array.from({ length: batchSize }, () => memory[random.below(memory.length)]!);
    await net.trainOnBatch({
      state: batch.map((one) => one.state),
      move: batch.map((one) => one.move),
      reward: batch.map((one) => one.reward),
      next: batch.map((one) => one.next),
      isLast: batch.map((one) => Number(one.isLast)),
    });
    if (i % 100 === 0) net.target.setWeights(await net.online.getWeights());
  }

  let caught = 0;
  for (let game = 0; game < games; game++) {
    let last = step(start(random), 1);
    while (!last.isLast) last = step(last.next, await best(last.next));
    if (last.reward > 0) caught++;
  }
  return caught / games;
}
