import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Transport } from 'couplet';
import { ClientFactory, connect, Factory, Protocol } from 'couplet';
import { Discard, Echo } from 'couplet/protocols';
import type { Host, World } from 'couplet/sim';
import { simulate } from 'couplet/sim';

/** A protocol that notes what happens to it. */
class Diary extends Protocol<unknown> {
  readonly entries: string[] = [];
  received = 0;
  reason: Error | undefined;
  override dataReceived(data: Buffer): void {
    this.received += data.length;
  }
  override connectionLost(reason: Error): void {
    this.reason = reason;
  }
}

class Diaries extends Factory {
  readonly diaries: Diary[] = [];
  override buildProtocol(): Diary {
    const diary = new Diary();
    this.diaries.push(diary);
    return diary;
  }
}

interface Scene {
  readonly world: World;
  readonly server: Host;
  readonly client: Host;
}

/** Plays a scene in a calm world with a server and a client. */
async function play(scene: (scene: Scene) => Promise<void>): Promise<void> {
  await simulate({ seeds: 1, profile: 'calm', patienceMs: 3_600_000 }, (world) =>
    scene({ world, server: world.host('server'), client: world.host('client') }),
  );
}

function listen({ server }: Scene, factory: Factory): Promise<void> {
  return server.run(async (reactor) => {
    await reactor.listenTCP(8007, factory, { lingerTimeoutMs: 1000 });
  });
}

function call({ client }: Scene, options: { timeoutMs?: number } = {}): Promise<Diary> {
  return connect('tcp:server:8007', new Diary(), { reactor: client.reactor, ...options });
}

async function errorOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'none';
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

/** Writes until the engine wants no more; returns how many bytes. */
function fill(transport: Transport): number {
  let written = 0;
  do written += 65_536;
  while (transport.write(Buffer.alloc(65_536)));
  return written;
}

describe('the simulated network', () => {
  test('a reader that does not read fills the buffers of both ends, and nothing is lost', () =>
    play(async (scene) => {
      scene.world.setConditions({ sendBufferBytes: 50_000, receiveBufferBytes: 30_000, segmentBytes: 1460 });
      const factory = new Diaries();
      await listen(scene, factory);
      const diary = await call(scene);
      await scene.world.until(() => factory.diaries.length === 1);
      const [reader] = factory.diaries;
      reader?.transport.pauseProducing();
      const written = fill(diary.transport);
      await scene.world.sleep(1000);
      assert.equal(reader?.received, 0);
      assert.equal(diary.transport.write('more'), false);
      reader?.transport.resumeProducing();
      await scene.world.until(() => reader?.received === written + 4);
    }));

  test('latency and bandwidth take their time', () =>
    play(async (scene) => {
      await listen(scene, Factory.forProtocol(Echo));
      const diary = await call(scene);
      scene.world.setConditions({ latencyMs: 100, bytesPerMs: 10 });
      const began = scene.world.now;
      diary.transport.write(Buffer.alloc(1000));
      await scene.world.until(() => diary.received === 1000, 0.5);
      const took = scene.world.now - began;
      assert.ok(
        took >= 300 && took <= 401,
        `${took} ms for 2 times 100 ms, and 100 ms of bytes each way, in part at once`,
      );
    }));

  test('a partition keeps back what is sent, and delivers it later', () =>
    play(async (scene) => {
      await listen(scene, Factory.forProtocol(Echo));
      const diary = await call(scene);
      const heal = scene.world.partition(scene.server, scene.client);
      diary.transport.write('two lines');
      await scene.world.sleep(60_000);
      assert.equal(diary.received, 0);
      heal();
      await scene.world.until(() => diary.received === 9);
    }));

  test('a sender gives up a peer that it does not reach, after a quarter of an hour', () =>
    play(async (scene) => {
      await listen(scene, Factory.forProtocol(Echo));
      const diary = await call(scene);
      scene.world.blackHole(scene.client, scene.server);
      diary.transport.write('two lines');
      await scene.world.until(() => diary.reason !== undefined, 1000);
      assert.equal(diary.reason?.message, 'connection timed out');
      assert.ok(scene.world.now > 900_000 && scene.world.now < 1_000_000);
    }));

  test('a killed process closes in order, or resets if there is unread input', () =>
    play(async (scene) => {
      const factory = new Diaries();
      await listen(scene, factory);
      const [orderly, unread] = [await call(scene), await call(scene)];
      await scene.world.until(() => factory.diaries.length === 2);
      factory.diaries[1]?.transport.pauseProducing();
      unread.transport.write('unread');
      await scene.world.sleep(10);
      scene.server.crash();
      await scene.world.until(() => orderly.reason !== undefined && unread.reason !== undefined);
      assert.deepEqual([orderly.reason?.name, unread.reason?.name], ['ConnectionDone', 'ConnectionLost']);
    }));

  test('nobody tells of a loss of power; who sends to the host when it is back is reset', () =>
    play(async (scene) => {
      await listen(scene, Factory.forProtocol(Discard));
      const diary = await call(scene);
      scene.server.losePower();
      await scene.world.sleep(600_000);
      assert.equal(diary.transport.disconnected, false);
      scene.server.restart();
      diary.transport.write('are you there?');
      await scene.world.until(() => diary.reason !== undefined);
      assert.equal(diary.reason?.name, 'ConnectionLost');
    }));

  test('what a host had not sent when it lost power does not end in order', () =>
    play(async (scene) => {
      scene.world.setConditions({ latencyMs: 10, sendBufferBytes: 4096, receiveBufferBytes: 4096 });
      const factory = new Diaries();
      await listen(scene, factory);
      const diary = await call(scene);
      await scene.world.until(() => factory.diaries.length === 1);
      const transport = factory.diaries[0]?.transport;
      transport?.write(Buffer.alloc(4000));
      transport?.write(Buffer.alloc(3000));
      transport?.loseConnection();
      scene.server.losePower();
      await scene.world.sleep(10_000);
      assert.deepEqual([diary.received < 7000, diary.transport.disconnected], [true, false]);
    }));

  test('keepalive notices a host that has gone', () =>
    play(async (scene) => {
      await listen(scene, Factory.forProtocol(Discard));
      const diary = await call(scene);
      diary.transport.setTcpKeepAlive(true, 10_000);
      scene.server.losePower();
      await scene.world.until(() => diary.reason !== undefined, 1000);
      assert.ok(scene.world.now > 9 * 75_000 && scene.world.now < 11 * 75_000, `${scene.world.now} ms`);
    }));

  test('attempts are refused, unreachable, without a name, or without an answer', () =>
    play(async (scene) => {
      const { world, client, server } = scene;
      const attempt = (place: string) =>
        errorOf(connect(place, new Diary(), { reactor: client.reactor, timeoutMs: 3000 }));
      assert.equal(await attempt('tcp:server:8007'), 'ConnectionRefusedError');
      assert.equal(await attempt('tcp:10.9.9.9:8007'), 'NoRouteError');
      assert.equal(await attempt('tcp:nobody:8007'), 'DNSLookupError');
      assert.equal(await attempt('unix:/run/nobody.sock'), 'ConnectError');
      world.names.set('server', 'failing');
      assert.equal(await attempt('tcp:server:8007'), 'DNSLookupError');
      world.names.set('server', 'silent');
      assert.equal(await attempt('tcp:server:8007'), 'TimeoutError');
      world.names.set('server', server.addresses);
      server.losePower();
      assert.equal(await attempt('tcp:server:8007'), 'TimeoutError');
    }));

  test('a full backlog lets requests wait for their next try', () =>
    play(async (scene) => {
      const factory = new Diaries();
      await scene.server.run(async (reactor) => {
        await reactor.listenTCP(8007, factory, { backlog: 1 });
      });
      scene.server.limitDescriptors(1);
      const connected: Diary[] = [];
      for (let count = 0; count < 3; count += 1) void call(scene).then((diary) => connected.push(diary));
      await scene.world.sleep(500);
      assert.deepEqual([connected.length, factory.diaries.length], [1, 0]);
      scene.server.limitDescriptors(10);
      await scene.world.until(() => connected.length === 3, 10);
      assert.ok(scene.world.now >= 1000, 'the others came with their second request');
      await scene.world.until(() => factory.diaries.length === 3);
    }));

  test('a wall clock jumps, and no timer with it', () =>
    play(async ({ world, client }) => {
      const { reactor } = client;
      const wall = reactor.wallClock();
      let rang = 0;
      reactor.callLater(1000, () => {
        rang = world.now;
      });
      client.jumpClock(-86_400_000);
      assert.equal(reactor.wallClock(), wall - 86_400_000);
      await world.sleep(2000);
      assert.equal(rang, 1000);
    }));

  test('SIGTERM stops a reactor in order; a program without it is killed', () =>
    play(async (scene) => {
      const factory = new Diaries();
      await listen(scene, factory);
      const diary = await call(scene);
      await scene.world.until(() => factory.diaries.length === 1);
      const [process] = scene.server.processes;
      process?.signal('SIGTERM');
      await scene.world.until(() => diary.reason !== undefined);
      assert.equal(factory.diaries[0]?.reason?.name, 'ConnectionAborted');
      assert.deepEqual(process?.leftovers, []);
    }));

  test('a UNIX socket is known on its host only', () =>
    play(async ({ server, client }) => {
      await server.reactor.listenUNIX('/run/echo.sock', Factory.forProtocol(Echo));
      const diary = await connect('unix:/run/echo.sock', new Diary(), { reactor: server.reactor });
      assert.equal(String(diary.transport.getPeer()), "UNIXAddress('/run/echo.sock')");
      assert.equal(
        await errorOf(connect('unix:/run/echo.sock', new Diary(), { reactor: client.reactor })),
        'ConnectError',
      );
      const factory = new ClientFactory();
      assert.equal(factory.numPorts, 0);
    }));
});
