import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Connection, open } from 'couplet';
import { simulate } from 'couplet/sim';
import { verifyFraming } from 'couplet/testing';
import { MAX_CLIENTS, Shout, shoutFactory } from './server.ts';

test('it makes no difference where the stream is cut', () => {
  verifyFraming(() => new Shout(), 'hello\r\nworld\r\n');
});

test('who asks again is answered in the end, on a hundred bad networks', async () => {
  await simulate({ seeds: 100, profile: 'rough' }, async (world) => {
    await world.host('server').run(async (reactor) => void (await reactor.listenTCP(8007, shoutFactory())));
    const ask = async () => {
      await using connection = await open('tcp:server:8007', { reactor: world.host('client').reactor });
      await connection.write('hello\r\n');
      return (await connection.lines().next()).value;
    };
    while ((await ask().catch(() => undefined)) !== 'HELLO') await world.sleep(1000);
  });
});

test('a client too many is told so', async () => {
  await simulate({ seeds: 1, profile: 'calm' }, async (world) => {
    await world.host('server').run(async (reactor) => void (await reactor.listenTCP(8007, shoutFactory())));
    const { reactor } = world.host('client');
    const join = (): Promise<Connection> => open('tcp:server:8007', { reactor });
    const clients = await Promise.all(Array.from({ length: MAX_CLIENTS }, join));
    const { value } = await (await join()).lines().next();
    assert.equal(value, 'Too many connections, try later');
    for (const client of clients) await client[Symbol.asyncDispose]();
  });
});
