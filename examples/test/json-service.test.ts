import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, TimeoutError } from 'couplet';
import { type Host, simulate, type World } from 'couplet/sim';
import { verifyFraming } from 'couplet/testing';
import { Adder, adders, Client } from '../json-service.ts';
import { Child } from './child.ts';
import { Peer } from './peer.ts';

async function play(
  profile: 'calm' | 'rough',
  scene: (world: World, server: Host, ask: () => Promise<Client>) => Promise<void>,
): Promise<void> {
  await simulate({ seeds: 10, profile }, async (world) => {
    const server = world.host('server');
    await server.run(async (reactor) => void (await reactor.listenTCP(8024, adders)));
    const { reactor } = world.host('client');
    await scene(world, server, () => connect('tcp:server:8024', new Client(), { reactor, timeoutMs: 5000 }));
  });
}

test('json-service answers in order, however the stream is cut', async () => {
  await play('calm', async (_world, _server, call) => {
    const client = await call();
    const answers = [client.add([1, 2, 3]), client.add([]), client.add([0.5])];
    assert.deepEqual(await Promise.all(answers), [{ sum: 6 }, { sum: 0 }, { sum: 0.5 }]);
    client.transport.loseConnection();
  });
  const frame = '\0\0\0\x07[1,2,3]\0\0\0\x02{}\0\0\0\x01?';
  assert.equal(verifyFraming(() => new Client().decoder, frame).sequence.length, 3);
});

test('json-service answers in the end on a rough network, or says in time why not', async () => {
  await play('rough', async (world, _server, call) => {
    const ask = async (): Promise<unknown> => {
      const client = await call();
      try {
        return await client.add([20, 22]);
      } finally {
        client.transport.loseConnection();
      }
    };
    for (;;) {
      const answer = await ask().catch((error: unknown) => error);
      if (!(answer instanceof Error)) {
        assert.deepEqual(answer, { sum: 42 });
        return;
      }
      await world.sleep(1000);
    }
  });
});

test('json-service says what is not a question, and ends the connection of what is not JSON', async () => {
  await play('calm', async (_world, _server, call) => {
    const client = await call();
    assert.deepEqual(await Reflect.apply(client.add, client, ['hello']), { error: 'not an array of numbers' });
    client.transport.write('\0\0\0\x01?');
    await assert.rejects(client.add([1]), { name: 'ConnectionLost' });
  });
});

test('json-service ends whoever announces more than 99,999 bytes, or takes more than five seconds for a frame', async () => {
  await play('calm', async (world, _server, call) => {
    const large = await call();
    large.transport.write('\0\x01\0\0');
    await world.until(() => large.transport.disconnected);
    const slow = await call();
    slow.transport.write('\0');
    const began = world.now;
    await world.until(() => slow.transport.disconnected, 100);
    assert.ok(world.now - began >= 5000 && world.now - began < 7000, `${world.now - began} ms`);
  });
});

test('a client of json-service waits two seconds for an answer', async () => {
  await play('calm', async (world, server, call) => {
    const client = await call();
    const heal = world.partition(server, world.host('client'));
    await assert.rejects(client.add([1]), TimeoutError);
    heal();
    client.transport.loseConnection();
  });
});

test('a drain of json-service sends what it owes, and lets go of whoever is silent', async () => {
  await play('calm', async (world, server, call) => {
    const [busy, silent] = [await call(), await call()];
    const port = await server.reactor.listenTCP(8025, adders);
    const other = await connect('tcp:server:8025', new Client(), { reactor: world.host('client').reactor });
    const answer = other.add([1, 2]);
    await world.sleep(10);
    const drained = port.drain({ timeoutMs: 1000 });
    assert.deepEqual(await answer, { sum: 3 });
    assert.deepEqual(await drained, { closed: 1, aborted: 0 });
    for (const client of [busy, silent]) client.transport.loseConnection();
  });
});

test('json-service as a program is drained by SIGTERM, also with a silent client', async (t) => {
  const child = new Child(t, 'json-service', 0);
  const [, port] = /:(\d+)/.exec(await child.line()) ?? [];
  const peer = await Peer.connect(Number(port));
  peer.socket.write('\0\0\0\x03[7]');
  assert.equal(await peer.until('}'), '\0\0\0\x09{"sum":7}');
  child.terminate();
  assert.equal(await peer.rest(), '');
  peer.socket.end();
  assert.equal(await child.ended(), 0);
  assert.equal(new Adder().idle, true);
});
