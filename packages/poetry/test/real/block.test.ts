import assert from 'node:assert/strict';
import { it } from 'node:test';
import { reactor } from 'couplet';
import { SlowPoetryFactory } from '../../src/protocols/slow-poetry.ts';
import { dial, received } from './client.ts';

it('--block holds the thread before each piece, and the report of that names the class', {
  timeout: 20_000,
}, async (t) => {
  const slow: string[] = [];
  const forget = reactor.observe({
    slowCallback: ({ who, where, ms }) => {
      assert.ok(ms >= 29, `${ms}`);
      slow.push(`${who}: ${where}`);
    },
  });
  const factory = new SlowPoetryFactory({
    poem: Buffer.from('123456'),
    numBytes: 2,
    delayMs: 1,
    concurrency: 1,
    blockMs: 30,
  });
  const port = await reactor.listenTCP(0, factory, { interface: '127.0.0.1' });
  const host = port.getHost();
  assert.ok('port' in host);
  assert.equal(`${await received(await dial(t, host.port))}`, '123456');
  forget();
  await port.stopListening();
  const held = [
    'SlowPoetry: connectionMade',
    ...Array.from({ length: 2 }, () => 'a delayed call: SlowPoetry.sendPiece'),
  ];
  assert.deepEqual(slow, held);
});
