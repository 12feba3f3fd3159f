import { test } from 'node:test';
import { PROCESS_LIFE } from '../../src/processes/process-life.ts';
import { checkEveryPair } from '../every-pair.ts';

test('R56 the life of a process: every pair of state and event is listed, or impossible', () => {
  checkEveryPair(PROCESS_LIFE, {
    starting: 'piped exit settled',
    running: 'started failed settled',
    silent: 'started failed piped settled',
    exited: 'started failed exit settled',
    ending: 'started failed piped exit',
    ended: 'started failed piped exit settled',
  });
});
