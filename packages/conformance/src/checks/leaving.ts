import { Reactor, TimeoutError } from 'couplet';
import { limitConnections } from 'couplet/policies';
import { Actor, type Part } from '../actor.ts';
import { AllSuites } from '../all-suites.ts';
import { dam } from '../blocked-server.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { deaf, reciting } from '../parts.ts';
import { numberOf } from '../places.ts';
import { expectPoem, poemOf } from '../poem.ts';
import type { ScriptedRun } from '../scripted-run.ts';
import type { ScriptedWire } from '../scripted-wire.ts';
import { Source } from '../source.ts';
import type { BackendUnderTest, Stage } from '../stage.ts';
import { SceneFactory, SingleClient } from '../stage.ts';

/** R50: how long a connection may take to leave, by itself and when the reactor stops. */
export function leavingChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addClosing(suite);
  addStops(suite, underTest);
  addTimes(suite);
  return suite.checks;
}

const LONG = poemOf(20_000_000);
const SHORT = poemOf(200_000);
const MOST = 256 * 1024;

function expectNamed(reason: Error | undefined): void {
  expect(
    reason instanceof TimeoutError && reason.message.includes('closeTimeoutMs'),
    `the reason is ${String(reason)}, no TimeoutError that names closeTimeoutMs`,
  );
}

function addClosing(suite: AllSuites): void {
  suite.addEach('R50 a peer that takes nothing for closeTimeoutMs is reset', async (stage, link) => {
    const { server, client } = await stage.pair(reciting(LONG), deaf, { closeTimeoutMs: 100 }, link);
    expectNamed(await server.lost());
    client.transport.resumeProducing();
    await client.lost();
    expect(client.received < LONG.length, 'the client received everything, though the server gave up');
  });

  suite.add('R50 peers that take nothing free their slots of limitConnections', async (stage) => {
    const troupe = new SceneFactory(reciting(LONG));
    const port = await stage.listen(limitConnections(troupe, { max: 3 }), { closeTimeoutMs: 100 });
    const clients = [await stage.join(port, deaf), await stage.join(port, deaf), await stage.join(port, deaf)];
    await troupe.whenCast(3);
    for (const actor of troupe.actors) expectNamed(await actor.lost());
    const late = await stage.join(port, {});
    await troupe.whenCast(4);
    await late.when(() => late.received > 0);
    for (const client of [...clients, late]) client.transport.abortConnection();
  });

  suite.addEach('R50 an end of the peer that counts as one begins the time, too', async (stage, link) => {
    const { server, client } = await stage.pair(
      { made: ({ transport }) => void transport.write(LONG) },
      {
        made: ({ transport }) => {
          transport.pauseProducing();
          transport.loseWriteConnection();
        },
      },
      { closeTimeoutMs: 100 },
      link,
    );
    expectNamed(await server.lost());
    client.transport.abortConnection();
  });

  suite.addEach('R50 an open connection has no such bound', async (stage, link) => {
    const { server, client } = await stage.pair(
      { made: ({ transport }) => void transport.write(LONG) },
      deaf,
      { closeTimeoutMs: 50 },
      link,
    );
    await stage.pass(300);
    expectSame(server.log, ['made'], 'the log');
    client.transport.resumeProducing();
    await client.when(() => client.received === LONG.length);
  });

  suite.addValved('R50 a peer that takes a portion within each span gets everything', async (stage, valves) => {
    const { server, client, wire } = await dam(stage, valves, { closeTimeoutMs: 400 });
    server.transport.unregisterProducer();
    server.transport.write(SHORT);
    server.transport.loseConnection();
    const since = stage.reactor.now();
    while (client.received < SHORT.length) {
      await stage.pass(100);
      await wire.pass();
      await stage.pass(1);
    }
    expect(stage.reactor.now() - since > 400, 'it did not take longer than the bound');
    wire.open();
    expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
    expectPoem(client.bytes, SHORT, 'the client');
    const largest = Math.max(...wire.chunks.map(({ length }) => length));
    expectSame(largest, 16 * 1024, 'the largest portion');
  });

  suite.addValved('R50 what the wire held before has the time of its portions', async (stage, valves) => {
    const { server, client, wire } = await dam(stage, valves, { closeTimeoutMs: 100 });
    server.transport.unregisterProducer();
    server.transport.write(poemOf(MOST));
    await stage.pass(1);
    expectSame(wire.held, MOST, 'what the wire holds');
    server.transport.loseConnection();
    await stage.pass(800);
    expectSame(server.log.includes('lost'), false, 'whether it is lost after eight spans');
    wire.open();
    expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
    expect(client.received >= MOST, `the client got ${client.received} bytes`);
  });

  suite.addEach('R50 a producer may be silent for longer while nothing is unsent', async (stage, link) => {
    const { server, client } = await stage.pair({}, {}, { closeTimeoutMs: 50 }, link);
    server.transport.registerProducer(new Source(server), true);
    server.transport.write('one');
    server.transport.loseConnection();
    await stage.pass(300);
    server.transport.write('two');
    await stage.pass(300);
    server.transport.unregisterProducer();
    expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
    await client.lost();
    expectSame(String(client.bytes), 'onetwo', 'what arrived');
  });
}

/** Goes on sending until the peer's end, and reads nothing before it is told to. */
function pestering(stage: Stage): Part {
  return {
    made: ({ transport }) => {
      transport.pauseProducing();
      const send = (): void => {
        if (transport.disconnecting) return;
        transport.write('and another thing\r\n');
        stage.reactor.callLater(1, send);
      };
      send();
    },
    eof: ({ transport }) => transport.loseConnection(),
  };
}

/** A server whose reactor stops, and its clients on another one. */
interface Departure {
  readonly troupe: SceneFactory;
  readonly clients: readonly Actor[];
  /** Stops the reactor of the server, and resolves when it has; to how long that took. */
  leave(): Promise<number>;
}

async function depart(
  stage: Stage,
  underTest: BackendUnderTest,
  server: Part,
  client: Part,
  scene: (departure: Departure) => Promise<void>,
  stopLingerMs?: number,
): Promise<void> {
  const reactor = new Reactor(underTest.backend());
  const running = reactor.run({ signals: false, ...(stopLingerMs !== undefined && { stopLingerMs }) });
  const troupe = new SceneFactory(server);
  const port = await reactor.listenTCP(0, troupe, { interface: '127.0.0.1' });
  const clients = Array.from({ length: 3 }, () => new Actor(client));
  for (const actor of clients) stage.reactor.connectTCP('127.0.0.1', numberOf(port), new SingleClient(actor));
  await troupe.whenCast(clients.length);
  const leave = async (): Promise<number> => {
    const since = reactor.now();
    if (reactor.running) reactor.stop();
    await running;
    return reactor.now() - since;
  };
  try {
    await scene({ troupe, clients, leave });
  } finally {
    await leave();
  }
}

function addStops(suite: AllSuites, underTest: BackendUnderTest): void {
  suite.add('R50 a reply on its way arrives whole though its client goes on sending', async (stage) => {
    await depart(
      stage,
      underTest,
      {
        data: ({ transport }) => {
          transport.write(SHORT);
          transport.loseConnection();
        },
      },
      pestering(stage),
      async ({ troupe, clients, leave }) => {
        for (const actor of troupe.actors) await actor.when(() => actor.received > 0);
        const left = leave();
        await stage.pass(50);
        for (const client of clients) client.transport.resumeProducing();
        await Promise.all(clients.map((client) => client.lost()));
        await left;
        for (const client of clients) {
          expectPoem(client.bytes, SHORT, 'a client');
          expectSame(client.reason?.name, 'ConnectionDone', 'the reason of a client');
        }
        const names = troupe.actors.map(({ reason }) => reason?.name);
        expectSame(names, ['ConnectionDone', 'ConnectionDone', 'ConnectionDone'], 'the reasons');
      },
    );
  });

  suite.add('R50 an open connection sends what is unsent to a reader that keeps up', async (stage) => {
    const poem = poemOf(3_000_000);
    await depart(
      stage,
      underTest,
      { made: ({ transport }) => void transport.write(poem) },
      { eof: ({ transport }) => transport.loseConnection() },
      async ({ troupe, clients, leave }) => {
        await Promise.all(troupe.actors.map((actor) => actor.when(() => actor.log.includes('made'))));
        await leave();
        await Promise.all(clients.map((client) => client.lost()));
        for (const client of clients) expectPoem(client.bytes, poem, 'a client');
        const names = new Set(troupe.actors.map(({ reason }) => reason?.name));
        expectSame([...names], ['ConnectionAborted'], 'the reasons');
      },
    );
  });

  suite.add('R50 a connection that is in the middle of a production is reset at once', async (stage) => {
    await depart(
      stage,
      underTest,
      {
        made: (actor) => {
          actor.transport.registerProducer(new Source(actor), true);
          actor.transport.write('half of it');
        },
      },
      {},
      async ({ clients, leave }) => {
        await Promise.all(clients.map((client) => client.when(() => client.received > 0)));
        const tookMs = await leave();
        expect(tookMs < 900, `it took ${tookMs} ms`);
        for (const client of clients) {
          const { name } = await client.lost();
          if (stage.resets('tcp')) expectSame(name, 'ConnectionLost', 'the reason of a client');
        }
      },
    );
  });

  suite.add('R50 what a deaf peer has not taken within stopLingerMs is reset', async (stage) => {
    await depart(
      stage,
      underTest,
      reciting(LONG),
      { ...deaf, eof: ({ transport }) => transport.loseConnection() },
      async ({ troupe, clients, leave }) => {
        const tookMs = await leave();
        expect(tookMs >= 100 && tookMs < 900, `it took ${tookMs} ms`);
        const names = new Set(troupe.actors.map(({ reason }) => reason?.name));
        expectSame([...names], ['ConnectionDone'], 'the reasons');
        for (const client of clients) {
          client.transport.resumeProducing();
          await client.lost();
          expect(client.received < LONG.length, 'a client received everything, though the server gave up');
        }
      },
      100,
    );
  });
}

/** A connection on which nothing happens, not even an answer to our FIN. */
async function still(scripted: ScriptedRun): Promise<[Actor, ScriptedWire]> {
  const actor = new Actor();
  scripted.reactor.connectTCP('192.0.2.1', 8007, new SingleClient(actor));
  const wire = scripted.backend.attempts.at(-1)?.succeed();
  if (wire === undefined) throw new Error('the reactor made no connection attempt');
  wire.end = () => {};
  await scripted.backend.settled();
  return [actor, wire];
}

function addTimes(suite: AllSuites): void {
  for (const [given, options] of [
    [1000, {}],
    [250, { stopLingerMs: 250 }],
  ] as const) {
    suite.addRehearsed(`R50 a stop waits ${given} ms for the end of a peer, and no longer`, async (scripted) => {
      const { reactor, backend } = scripted;
      const ended = { over: false };
      const run = reactor.run(options).then(() => {
        ended.over = true;
      });
      const [actor] = await still(scripted);
      reactor.stop();
      await backend.advance(given - 1);
      expectSame([ended.over, actor.log], [false, ['made']], 'what has happened before');
      await backend.advance(101);
      expectSame([ended.over, actor.log], [true, ['made', 'lost']], 'what has happened');
      expectSame(actor.reason?.name, 'ConnectionAborted', 'the reason');
      await run;
    });
  }

  suite.addRehearsed('R50 a second signal ends all at once', async (scripted) => {
    const { backend } = scripted;
    const run = scripted.run();
    const [actor] = await still(scripted);
    backend.raise('SIGTERM');
    await backend.settled();
    expectSame([run.over, actor.log], [false, ['made']], 'what has happened after the first');
    backend.raise('SIGTERM');
    await backend.settled();
    expectSame([run.over, actor.log], [true, ['made', 'lost']], 'what has happened after the second');
  });

  suite.addRehearsed('R50 a second signal counts though it comes in the same moment', async (scripted) => {
    const { backend } = scripted;
    const run = scripted.run();
    const [actor] = await still(scripted);
    backend.raise('SIGTERM');
    backend.raise('SIGINT');
    await backend.settled();
    expectSame([run.over, actor.log], [true, ['made', 'lost']], 'what has happened');
    expectSame(actor.reason?.name, 'ConnectionAborted', 'the reason');
  });

  suite.addRehearsed('R50 a stopLingerMs of 0 does not wait', async (scripted) => {
    const { reactor, backend } = scripted;
    const run = reactor.run({ stopLingerMs: 0 });
    const [actor] = await still(scripted);
    reactor.stop();
    await backend.settled();
    expectSame(actor.log, ['made', 'lost'], 'the log');
    await run;
  });
}
