import type { ListeningPort } from 'couplet';
import { ConnectionAborted, ConversationFactory, PortDraining } from 'couplet';
import { guard } from 'couplet/policies';
import { Actor, type Part } from '../actor.ts';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { echo } from '../parts.ts';
import { poemOf } from '../poem.ts';
import { rejectionOf } from '../rejection.ts';
import { Slow } from '../slow.ts';
import type { BackendUnderTest, Stage } from '../stage.ts';
import { SceneFactory, SingleClient } from '../stage.ts';

/** Much longer than a check takes. */
const LONG_MS = 20_000;
/** More than any kernel takes. */
const LONG = poemOf(20_000_000);
/** Closes when its port drains. */
const polite: Part = { draining: ({ transport }) => transport.loseConnection() };

/** R49: a port that drains. */
export function drainChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addTelling(suite);
  addFailures(suite);
  addUndecided(suite);
  addEnds(suite, underTest);
  addSignals(suite);
  return suite.checks;
}

function addTelling(suite: AllSuites): void {
  suite.addEach('R49 a drain tells each protocol once, and resolves when all are gone', async (stage, link) => {
    const lefts: number[] = [];
    const troupe = new SceneFactory({
      draining: ({ transport }, leftMs) => {
        lefts.push(leftMs);
        transport.loseConnection();
      },
    });
    const port = await stage.listen(troupe, {}, link);
    const clients = [await stage.join(port), await stage.join(port)];
    await troupe.whenCast(2);
    expectSame(await port.drain({ timeoutMs: LONG_MS }), { closed: 2, aborted: 0 }, 'how they ended');
    expect(lefts.length === 2 && lefts.every((left) => left > 0 && left <= LONG_MS), `they had ${lefts} ms`);
    for (const actor of troupe.actors) expectSame(actor.log, ['made', 'draining', 'lost'], 'the log');
    for (const client of clients) expectSame((await client.lost()).name, 'ConnectionDone', 'the reason of a client');
  });

  suite.addEach('R49 the port stops listening at once, while a connection is busy', async (stage, link) => {
    const { server, client, port } = await stage.pair(echo, {}, {}, link);
    const drained = port.drain({ timeoutMs: LONG_MS });
    await stage.pass(20);
    await rejectionOf(stage.connect(port, new SingleClient(new Actor())).whenConnected());
    client.transport.write('verse');
    await client.when(() => client.received === 5);
    client.transport.loseConnection();
    await server.lost();
    expectSame(await drained, { closed: 1, aborted: 0 }, 'how it ended');
  });

  suite.add('R49 a port without connections has drained when its socket is closed', async (stage) => {
    const port = await stage.listen(new SceneFactory());
    expectSame(await port.drain({ timeoutMs: LONG_MS }), { closed: 0, aborted: 0 }, 'how they ended');
  });

  for (const where of ['made', 'data'] as const) {
    suite.add(`R49 draining is not called inside ${where}, which drains`, async (stage) => {
      let port: ListeningPort | undefined;
      let drained: Promise<unknown> | undefined;
      const troupe = new SceneFactory({
        ...polite,
        [where]: () => {
          drained = port?.drain({ timeoutMs: LONG_MS });
        },
      });
      port = await stage.listen(troupe);
      const client = await stage.join(port, { made: ({ transport }) => void transport.write('verse') });
      await client.lost();
      expectSame(troupe.actors[0]?.log[1], where === 'made' ? 'draining' : 'data', 'what follows made');
      expect(troupe.actors[0]?.log.includes('draining') === true, 'it is not told');
      expectSame(await drained, { closed: 1, aborted: 0 }, 'how it ended');
    });
  }

  suite.add('R49 draining comes while the promise of another callback is pending', async (stage) => {
    let finish = (): void => {};
    const busy = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { server, client, port } = await stage.pair(
      {
        data: async ({ transport }) => {
          await busy;
          transport.write('reply');
          transport.loseConnection();
        },
        draining: () => finish(),
      },
      { made: ({ transport }) => void transport.write('verse') },
    );
    await server.when(() => server.received === 5);
    expectSame(await port.drain({ timeoutMs: LONG_MS }), { closed: 1, aborted: 0 }, 'how it ended');
    expectSame(client.received, 5, 'how much the client received');
  });

  suite.add('R49 a promise that draining returns pauses nothing, and is not waited for', async (stage) => {
    const { server, client, port } = await stage.pair({ ...echo, draining: () => new Promise(() => {}) }, {});
    const drained = port.drain({ timeoutMs: LONG_MS });
    await server.when(() => server.log.includes('draining'));
    client.transport.write('verse');
    await client.when(() => client.received === 5);
    client.transport.loseConnection();
    expectSame(await drained, { closed: 1, aborted: 0 }, 'how it ended');
    expectSame(server.log, ['made', 'draining', 'data', 'lost'], 'the log');
  });

  suite.add('R49 who has begun to close is not told, and is waited for', async (stage) => {
    const { server, client, port } = await stage.pair(
      { made: ({ transport }) => transport.loseConnection(), draining: () => {} },
      { eof: () => {} },
    );
    await client.when(() => client.log.includes('eof'));
    const drained = port.drain({ timeoutMs: LONG_MS });
    await stage.pass(10);
    client.transport.loseConnection();
    expectSame(await drained, { closed: 1, aborted: 0 }, 'how it ended');
    expectSame(server.log, ['made', 'lost'], 'the log');
  });

  suite.add('R49 a client is not told, nor anyone by a stop', async (stage) => {
    const { server, client, port } = await stage.pair({ draining: () => {} }, { draining: () => {} });
    void stage.reactor.stop();
    await server.lost();
    await client.lost();
    expectSame(
      [server.log, client.log],
      [
        ['made', 'lost'],
        ['made', 'lost'],
      ],
      'the logs',
    );
    expectSame((await port.drain()).closed, 0, 'how many a drain afterwards finds');
  });

  suite.add('R49 a further drain returns the promise of the first', async (stage) => {
    const { client, port } = await stage.pair({}, {});
    const first = port.drain({ timeoutMs: LONG_MS });
    expectSame(port.drain({ timeoutMs: 1 }) === first, true, 'whether it is the same');
    await stage.pass(20);
    client.transport.loseConnection();
    expectSame(await first, { closed: 1, aborted: 0 }, 'how it ended');
  });

  suite.add('R49 a port that has stopped listening can be drained', async (stage) => {
    const { server, port } = await stage.pair(polite, {});
    await port.stopListening();
    expectSame(await port.drain({ timeoutMs: LONG_MS }), { closed: 1, aborted: 0 }, 'how it ended');
    expectSame(server.log, ['made', 'draining', 'lost'], 'the log');
  });

  for (const name of ['timeoutMs', 'stopLingerMs']) {
    suite.add(`R49 ${name} has to be a number of at least 0`, async (stage) => {
      const port = await stage.listen(new SceneFactory(echo));
      const client = await stage.join(port);
      for (const value of [-1, Number.NaN]) {
        const error = await rejectionOf(port.drain({ [name]: value }));
        expect(error instanceof RangeError && error.message.includes(name), `it rejects with ${error}`);
      }
      const late = await stage.join(port);
      client.transport.write('verse');
      await client.when(() => client.received === 5);
      late.transport.loseConnection();
    });
  }
}

function addFailures(suite: AllSuites): void {
  for (const how of ['throws', 'rejects'] as const) {
    suite.add(`R49 R8 a draining that ${how} is reported once, and aborts that connection only`, async (stage) => {
      let calls = 0;
      const troupe = new SceneFactory({
        draining: ({ transport }): void | Promise<void> => {
          calls += 1;
          if (calls === 2) return transport.loseConnection();
          const error = new Error('no drain today');
          if (how === 'throws') throw error;
          return Promise.reject(error);
        },
      });
      const port = await stage.listen(troupe);
      await stage.join(port);
      await stage.join(port);
      await troupe.whenCast(2);
      await port.drain({ timeoutMs: LONG_MS });
      const reports = stage.takeReports().map(({ where, error }) => `${where}: ${String(error)}`);
      expectSame(reports, ['draining: Error: no drain today'], 'the reports');
      const reasons = troupe.actors.map(({ reason }) => reason?.message).sort();
      expectSame(reasons, ['no drain today', 'the connection was closed in order'], 'the reasons');
    });
  }
}

/** A factory that writes down when it starts, builds and stops. */
class Noting extends SceneFactory {
  readonly notes: string[] = [];
  override startFactory(): void {
    this.notes.push('start');
  }
  override stopFactory(): void {
    this.notes.push('stop');
  }
  override buildProtocol(...address: Parameters<SceneFactory['buildProtocol']>): Actor | null {
    this.notes.push('build');
    return super.buildProtocol(...address);
  }
}

/** A port on which one client waits for its verdict. */
async function waiting(stage: Stage): Promise<{ slow: Slow; troupe: Noting; port: ListeningPort; codes: string[] }> {
  const slow = new Slow();
  const troupe = new Noting(polite);
  const codes: string[] = [];
  stage.reactor.observe({ connectionRefused: (_peer, { code }) => void codes.push(code) });
  const port = await stage.listen(guard(troupe, slow));
  stage.connect(port, new SingleClient(new Actor()));
  await slow.asked(1);
  return { slow, troupe, port, codes };
}

function addUndecided(suite: AllSuites): void {
  suite.add('R49 who waits for a verdict is let through, told, and counted', async (stage) => {
    const { slow, troupe, port, codes } = await waiting(stage);
    const drained = port.drain({ timeoutMs: LONG_MS });
    await stage.pass(10);
    expectSame(troupe.notes, ['start'], 'the notes before the verdict');
    slow.answer();
    expectSame(await drained, { closed: 1, aborted: 0 }, 'how it ended');
    expectSame(troupe.actors[0]?.log, ['made', 'draining', 'lost'], 'the log');
    expectSame([troupe.notes, codes], [['start', 'build', 'stop'], []], 'the notes, and the refusals');
  });

  suite.add('R49 who is not decided when the time is up is refused', async (stage) => {
    const { slow, troupe, port, codes } = await waiting(stage);
    expectSame(await port.drain({ timeoutMs: 20 }), { closed: 0, aborted: 0 }, 'how they ended');
    slow.answer();
    await stage.pass(10);
    expectSame([troupe.notes, codes], [['start', 'stop'], ['COUPLET_PORT_STOPPED']], 'the notes, and the refusals');
  });

  suite.add('R49 stopListening refuses them at once, and the drain goes on', async (stage) => {
    const { slow, troupe, port, codes } = await waiting(stage);
    const drained = port.drain({ timeoutMs: LONG_MS });
    await port.stopListening();
    expectSame([troupe.notes, codes], [['start', 'stop'], ['COUPLET_PORT_STOPPED']], 'the notes, and the refusals');
    slow.answer();
    expectSame(await drained, { closed: 0, aborted: 0 }, 'how they ended');
    expectSame(troupe.notes, ['start', 'stop'], 'the notes afterwards');
  });
}

function addEnds(suite: AllSuites, underTest: BackendUnderTest): void {
  suite.addEach('R50 when the time is up, who has nothing unsent gets an end in order', async (stage, link) => {
    const troupe = new SceneFactory({});
    const port = await stage.listen(troupe, {}, link);
    const [early, late] = [await stage.join(port), await stage.join(port)];
    await troupe.whenCast(2);
    const drained = port.drain({ timeoutMs: 50 });
    early.transport.loseConnection();
    expectSame(await drained, { closed: 1, aborted: 1 }, 'how they ended');
    expectSame((await late.lost()).name, 'ConnectionDone', 'the reason of the late client');
    const reasons = troupe.actors.map(({ reason }) => reason?.name).sort();
    expectSame(reasons, ['ConnectionAborted', 'ConnectionDone'], 'the reasons');
  });

  suite.add('R50 when the time is up, who has unsent bytes after stopLingerMs is reset', async (stage) => {
    const { server, client, port } = await stage.pair(
      { made: ({ transport }) => void transport.write(LONG) },
      { made: ({ transport }) => transport.pauseProducing() },
    );
    const from = stage.reactor.now();
    expectSame(await port.drain({ timeoutMs: 50, stopLingerMs: 100 }), { closed: 0, aborted: 1 }, 'how it ended');
    const took = stage.reactor.now() - from;
    expect(took >= 149 && took < 5000, `it took ${took} ms`);
    expect(server.reason instanceof ConnectionAborted, `the reason is ${server.reason}`);
    client.transport.resumeProducing();
    await client.lost();
    expect(client.received < LONG.length, 'the client received everything');
    if (underTest.resets !== false) expectSame(client.reason?.name, 'ConnectionLost', 'the reason of the client');
  });

  suite.add('R50 a peer that does not close is waited for at most stopLingerMs', async (stage) => {
    const { server, client, port } = await stage.pair({}, { eof: () => {} });
    const from = stage.reactor.now();
    expectSame(await port.drain({ timeoutMs: 0, stopLingerMs: 50 }), { closed: 0, aborted: 1 }, 'how it ended');
    expect(stage.reactor.now() - from >= 49, 'it was not waited for');
    expectSame([server.log.at(-1), client.log.includes('eof')], ['lost', true], 'the end of the log, and the end');
    client.transport.loseConnection();
  });

  suite.add('R50 the peer may close in that time, and what it sends is thrown away', async (stage) => {
    const { server, client, port } = await stage.pair(echo, {
      eof: ({ transport }) => {
        transport.write('a last word');
        transport.loseConnection();
      },
    });
    expectSame(await port.drain({ timeoutMs: 0, stopLingerMs: LONG_MS }), { closed: 0, aborted: 1 }, 'how it ended');
    expectSame(server.received, 0, 'how much the server received');
    expectSame((await client.lost()).name, 'ConnectionDone', 'the reason of the client');
  });

  suite.add('R49 a reactor that stops ends a drain', async (stage) => {
    const { port } = await stage.pair({}, {});
    const drained = port.drain({ timeoutMs: Number.POSITIVE_INFINITY });
    await stage.pass(10);
    stage.reactor.stop();
    expectSame(await drained, { closed: 0, aborted: 1 }, 'how it ended');
  });
}

function addSignals(suite: AllSuites): void {
  suite.add('R49 connection.draining is aborted when the port drains, also for who asks later', async (stage) => {
    const reasons: unknown[] = [];
    const factory = new ConversationFactory(async (connection) => {
      const late = await connection[Symbol.asyncIterator]().next();
      expectSame(late.done, false, 'whether the input has ended');
      reasons.push(connection.draining.reason);
    });
    const eager = new ConversationFactory(
      (connection) =>
        new Promise<void>((resolve) => {
          const { draining } = connection;
          expectSame([draining.aborted, connection.draining === draining], [false, true], 'whether it is aborted');
          draining.addEventListener('abort', () => {
            reasons.push(draining.reason);
            resolve();
          });
        }),
    );
    for (const each of [factory, eager]) {
      const port = await stage.listen(each);
      const client = await stage.join(port);
      while (port.connections.size === 0) await stage.pass(1);
      const drained = port.drain({ timeoutMs: LONG_MS });
      await stage.pass(10);
      client.transport.write('verse');
      expectSame(await drained, { closed: 1, aborted: 0 }, 'how it ended');
    }
    for (const reason of reasons) {
      expect(reason instanceof PortDraining && reason.leftMs > 0 && reason.leftMs <= LONG_MS, `it is ${reason}`);
    }
    expectSame(reasons.length, 2, 'how many reasons there are');
  });
}
