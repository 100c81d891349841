// Cart and pole: a policy learns to keep a pole upright on a cart by pushing it left or right. It plays, and what it did in
// the better part of the games becomes more probable: fit() with the advantage of each push as its weight.
import { adam, dense, input, sequential, setRandomSeed, type Sequential } from 'lamella';
import { randomNumbers, type RandomNumbers } from './random-numbers.js';

/** The cart's place and speed, the pole's angle and its speed. Units: metres, radians, seconds. */
type State = [place: number, speed: number, angle: number, turning: number];

/** A fiftieth of a second later. Source: Barto, Sutton and Anderson, 1983. */
function push([place, speed, angle, turning]: State, right: boolean): State {
  const [gravity, mass, poleMass, halfLength, time] = [9.8, 1.1, 0.1, 0.5, 0.02];
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const force = ((right ? 10 : -10) + poleMass * halfLength * turning ** 2 * sine) / mass;
  const angular =
    (gravity * sine - cosine * force) / (halfLength * (4 / 3 - (poleMass * cosine ** 2) / mass));
  const linear = force - (poleMass * halfLength * angular * cosine) / mass;
  return [place + time * speed, speed + time * linear, angle + time * turning, turning + time * angular];
}

const hasFallen = ([place, , angle]: State): boolean => Math.abs(place) > 2.4 || Math.abs(angle) > 0.2;

interface Game {
  readonly states: State[];
  readonly pushes: number[];
}

/** Plays until the pole falls, or for so many steps. */
async function play(policy: Sequential, random: RandomNumbers, maximum: number): Promise<Game> {
  let state = Array.from({ length: 4 }, () => 0.1 * random.uniform() - 0.05) as State;
  const game: Game = { states: [], pushes: [] };
  while (game.pushes.length < maximum && !hasFallen(state)) {
    const right = random.uniform() < Number((await policy.predict([state])).data[0]);
    game.states.push(state);
    game.pushes.push(Number(right));
    state = push(state, right);
  }
  return game;
}

/** What each push was worth: one for every step that followed, those far away counting less. */
function returns({ pushes }: Game, discount: number): number[] {
  const worth = pushes.map(() => 0);
  for (let i = pushes.length - 1; i >= 0; i--) worth[i] = 1 + discount * (worth[i + 1] ?? 0);
  return worth;
}

/** Learns in so many rounds of so many steps; gives the mean number of steps that the pole stood, for each round. */
export async function cartPole({ rounds = 20, steps = 512, maximum = 200 } = {}): Promise<readonly number[]> {
  setRandomSeed(1);
  const random = randomNumbers(1);
  const policy = sequential([
    input({ shape: [4] }),
    dense({ units: 16, activation: 'tanh' }),
    dense({ units: 1, activation: 'sigmoid' }),
  ]);
  policy.compile({ optimizer: adam({ learningRate: 0.02 }), loss: 'binary_crossentropy' });

  const lasted: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const games: Game[] = [];
    const played = (): number => games.reduce((sum, { pushes }) => sum + pushes.length, 0);
    while (played() < steps) games.push(await play(policy, random, maximum));
    lasted.push(played() / games.length);

    const worth = games.flatMap((game) => returns(game, 0.98));
    const mean = worth.reduce((a, b) => a + b) / worth.length;
    const deviation = Math.sqrt(worth.reduce((sum, value) => sum + (value - mean) ** 2, 0) / worth.length);
    // As many as are asked for: a step is compiled for each size of batch.
    const first = <T>(values: readonly T[]): T[] => values.slice(0, steps);
    await policy.trainOnBatch(
      first(games.flatMap(({ states }) => states)),
      first(games.flatMap(({ pushes }) => pushes)),
      { sampleWeight: first(worth.map((value) => (value - mean) / deviation)) },
    );
  }
  return lasted;
}
