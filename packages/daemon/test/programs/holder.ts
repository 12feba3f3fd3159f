import { reactor } from 'couplet';
import { openFleet } from '../../src/fleet/fleet.ts';
import { RecordingLog } from '../fleet/recording-log.ts';

// Takes so many places of a key on the Redis of a URL, says so, and keeps them.
const [, , url, count] = process.argv;
const { fleet } = await openFleet({ name: 'test', url, clock: reactor, log: new RecordingLog() });
const signal = new AbortController().signal;
for (let at = 0; at < Number(count); at += 1) {
  const answer = await fleet?.acquire('k', 5, signal);
  if (answer !== 'granted') throw new Error(`it was ${answer}`);
}
console.log('holds');
