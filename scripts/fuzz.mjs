// Sends mutated input of one kind, far more than the tests do, and prints what came of it:
// node --conditions=couplet-source scripts/fuzz.mjs proxy|tls [COUNT [FIRST]]. What fails prints the number that repeats it.
import process from 'node:process';
import { NodeBackend } from 'couplet/node';
import { commitOf } from '../packages/couplet/src/sim/commit.ts';
import { playHeader } from '../packages/couplet/test/haproxy/fuzz.ts';
import { FuzzedPort } from '../packages/couplet/test/real/tls-fuzz.ts';

/** For each kind what plays one of it, by its number, and says what came of it; so many at once. */
const KINDS = {
  proxy: () => ({ atOnce: 1, open() {}, play: playHeader, close() {} }),
  tls: () => new FuzzedPort(64),
};
/** After so many failures it is left. */
const MOST_FAILURES = 10;

const [kind = '', first = '100000', second = '1'] = process.argv.slice(2);
const [count, from] = [Number(first), Number(second)];
const target = Object.hasOwn(KINDS, kind) ? KINDS[kind]() : undefined;
if (target === undefined || !(Number.isInteger(count) && count > 0 && Number.isInteger(from) && from > 0)) {
  const kinds = Object.keys(KINDS).join(' or ');
  console.error(`fuzz: '${process.argv.slice(2).join(' ')}' is not ${kinds}, then COUNT, or COUNT FIRST`);
  process.exit(2);
}

const fates = {};
let failures = 0;
const began = performance.now();
let next = from;
await target.open();
await Promise.all(Array.from({ length: target.atOnce }, playOn));
if (failures === 0) await target.close();
const seconds = ((performance.now() - began) / 1000).toFixed(0);
const told = Object.entries(fates).map(([fate, times]) => `${times} ${fate}`);
console.log(
  `commit ${await commitOf(new NodeBackend().surroundings)}, Node ${process.version}: ${kind} in ${seconds} s: ${told.join(', ')}, ${failures} failures`,
);
process.exitCode = failures === 0 ? 0 : 1;
// What waits after a failure need not be waited for.
process.exit();

/** Plays what is next, one after the other. */
async function playOn() {
  while (next < from + count && failures < MOST_FAILURES) {
    const number = next;
    next += 1;
    try {
      const fate = await target.play(number);
      fates[fate] = (fates[fate] ?? 0) + 1;
    } catch (error) {
      failures += 1;
      console.log(error.message);
    }
  }
}
