import { test } from 'node:test';
import { CONNECTOR_LIFE } from '../../src/reactor/connector-life.ts';
import { checkEveryPair } from '../every-pair.ts';

test('the life of a connector: every pair of state and event is listed, or impossible', () => {
  checkEveryPair(CONNECTOR_LIFE, {
    idle: 'ready failed cancel building seated refused lost done',
    dialling: 'connect building seated refused lost done',
    admitting: 'connect ready seated lost done',
    cancelling: 'connect ready building seated lost done',
    seating: 'connect ready failed cancel building lost done',
    leaving: 'connect ready failed cancel building lost done',
    declined: 'connect ready failed cancel building seated refused done',
    connected: 'connect ready failed cancel building seated refused done',
    telling: 'ready failed cancel building seated lost',
  });
});
