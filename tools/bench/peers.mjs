// `npm run bench:peers [-- CASE ...] [--rounds=3] [--peers=torch,keras-jax]`: Lamella and its peers on the same cases,
// alternately, and a table of medians and ratios. Sets up the peers at its first run; see README.md.
import { runTarget } from '../run/commands.mjs';
import { mnistFolder } from './mnist.mjs';
import { limitOf, peerNames, setUpPeers } from './peer-setup.mjs';
import { chosenCases, measure } from './process.mjs';
import { tableOf } from './table.mjs';

const args = process.argv.slice(2);
/** @param {string} name */
const option = (name) => args.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1];
const names = chosenCases(args.filter((arg) => !arg.startsWith('--')));
const rounds = Number(option('rounds') ?? 3);
const wanted = option('peers')?.split(',') ?? peerNames;

if (!args.includes('--no-build')) {
  const status = await runTarget('build', undefined, { toStderr: true });
  if (status !== 0) process.exit(status);
}
const peers = await setUpPeers(wanted, mnistFolder);
/** @type {import('./process.mjs').Line[]} */
const lines = [];
let hasFailed = false;
for (let round = 0; round < rounds; round++) {
  for (const name of names) {
    for (const peer of [...peers, limitOf(name)]) {
      if (peer === undefined) continue;
      // A peer that fails is left out of its case, not the whole comparison of the others.
      const line = await measure(peer.command, [...peer.args, name], peer.env).catch(report);
      if (line === undefined) continue;
      lines.push(line);
      console.log(JSON.stringify(line));
    }
  }
}
console.log(`\n${tableOf(lines, names)}`);
process.exitCode = hasFailed ? 1 : 0;

/** @param {unknown} error */
function report(error) {
  hasFailed = true;
  console.error(error instanceof Error ? error.message : error);
}
