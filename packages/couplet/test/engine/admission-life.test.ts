import { test } from 'node:test';
import { ADMISSION_LIFE } from '../../src/engine/admission-life.ts';
import { checkEveryPair } from '../every-pair.ts';

test('the life of an undecided wire: every pair of state and event is listed, or impossible', () => {
  const begins = 'awaitHeader awaitVerdict awaitTls seat turnAway';
  checkEveryPair(ADMISSION_LIFE, {
    arrived: 'whole answered threw secured sent late full closed',
    header: `${begins} answered threw secured sent late full`,
    verdict: `${begins} whole secured sent refuse`,
    handshake: `${begins} whole answered threw sent full`,
    farewell: `${begins} whole answered threw secured full refuse`,
    refused: `${begins} whole late full`,
    seated: `${begins} whole answered threw secured sent late full refuse closed stop cut`,
    gone: `${begins} whole secured late full refuse closed cut`,
  });
});
