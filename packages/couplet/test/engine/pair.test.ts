import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Protocol } from 'couplet';
import { Connections } from '../../src/engine/connections.ts';
import { Engine } from '../../src/engine/engine.ts';
import { StreamTransport } from '../../src/engine/stream-transport.ts';
import { boundsOf } from '../../src/protocol/options.ts';
import { FakeBackend } from '../fake-backend.ts';
import { FakeWire } from '../fake-wire.ts';
import { originOf } from '../origin.ts';

describe('a pair that is written', () => {
  const [first, second] = ['\ud83d', '\ude00'];
  for (const [one, other, sent] of [
    ['a line', '\r\n', 'a line\r\n'],
    [`a line${first}${second}`, '\r\n', `a line${first}${second}\r\n`],
    [first, second, '\ufffd\ufffd'],
    [first, `${second}\r\n`, '\ufffd\ufffd\r\n'],
    [first, '', '\ufffd'],
  ] as const) {
    test(`of ${JSON.stringify(one)} and ${JSON.stringify(other)} leaves as it would apart`, () => {
      const engine = new Engine(new FakeBackend());
      const wire = new FakeWire();
      const home = new Connections(engine, originOf(engine));
      const connection = new StreamTransport(engine, wire, new Protocol(), boundsOf({}), home).start();
      engine.run(() => {
        connection['~writePair'](one, other);
        connection.write(`${second}!`);
      });
      assert.equal(wire.output.toString(), `${sent}\ufffd!`);
    });
  }
});
