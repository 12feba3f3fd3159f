import type { ConnectionOptions } from 'couplet';
import type { Actor } from '../actor.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { Deferred } from '../deferred.ts';
import { deaf } from '../parts.ts';
import { expectPoem, poemOf } from '../poem.ts';
import { pull, push, Source } from '../source.ts';
import type { BackendUnderTest, Stage } from '../stage.ts';
import { Suite } from '../suite.ts';

/** R5: leaving in order. */
export function closingChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  addDeliveries(suite);
  addProducers(suite);
  addOrders(suite);
  addLingers(suite);
  return suite.checks;
}

const poem = poemOf(5_000_000);

const recite = ({ transport }: Actor): void => {
  transport.write(poem);
  transport.loseConnection();
};

/** Sends on and on until the input ends, then leaves. */
const chatter = {
  made: (actor: Actor): void => {
    const babble = Buffer.alloc(20_000, '?');
    const { transport } = actor;
    transport.registerProducer(new Source(actor, { resume: () => void transport.write(babble) }), false);
  },
  eof: ({ transport }: Actor): void => {
    transport.unregisterProducer();
    transport.loseConnection();
  },
};

function addDeliveries(suite: Suite): void {
  suite.addEach('R5 a peer that sends all the while gets every byte', async (stage, link) => {
    const { server, client } = await stage.pair({ data: recite }, chatter, {}, link);
    const reasons = [await server.lost(), await client.lost()];
    expectPoem(client.bytes, poem, 'the client');
    expectSame(
      reasons.map(({ name }) => name),
      ['ConnectionDone', 'ConnectionDone'],
      'the reasons',
    );
  });

  suite.addEach('R5 a peer that sends 5 MB before it reads gets every byte', async (stage, link) => {
    const question = {
      made: ({ transport }: Actor) => {
        transport.pauseProducing();
        transport.write(poem);
        void transport.drained().then(() => transport.resumeProducing());
      },
    };
    const { server, client } = await stage.pair({ made: recite }, question, {}, link);
    const reasons = [await server.lost(), await client.lost()];
    expectPoem(client.bytes, poem, 'the client');
    expectSame(
      reasons.map(({ name }) => name),
      ['ConnectionDone', 'ConnectionDone'],
      'the reasons',
    );
  });

  suite.addEach('R5 a client may lose the connection too, and the server gets every byte', async (stage, link) => {
    const { server, client } = await stage.pair({}, { made: recite }, {}, link);
    expectSame((await client.lost()).name, 'ConnectionDone', 'the reason');
    await server.lost();
    expectPoem(server.bytes, poem, 'the server');
  });

  suite.addEach(
    'R5 both sides get every byte when both lose the connection after their last write',
    async (stage, link) => {
      const verse = poemOf(30_000);
      const speak = async ({ transport }: Actor): Promise<void> => {
        transport.write(verse);
      };
      const leave = (actor: Actor): void => {
        if (actor.received === verse.length) actor.transport.loseConnection();
      };
      const { server, client } = await stage.pair({ made: speak, data: leave }, { made: speak, data: leave }, {}, link);
      for (const actor of [server, client]) {
        expectSame((await actor.lost()).name, 'ConnectionDone', 'the reason');
        expectPoem(actor.bytes, verse, 'an actor');
      }
    },
  );

  suite.addEach('R5 after loseConnection nothing is received any more', async (stage, link) => {
    const { server, client } = await stage.pair(
      { data: ({ transport }) => transport.loseConnection() },
      chatter,
      {},
      link,
    );
    await server.when(() => server.received > 0);
    const { received } = server;
    await Promise.all([server.lost(), client.lost()]);
    expectSame(server.received, received, 'the number of bytes received');
  });

  suite.addEach(
    'R5 after the FIN the engine reads what the peer still sends, until the peer closes',
    async (stage, link) => {
      const answer = {
        eof: ({ transport }: Actor) => {
          transport.write(poem);
          transport.loseConnection();
        },
      };
      const { server, client } = await stage.pair(
        { made: ({ transport }) => transport.loseConnection() },
        answer,
        {},
        link,
      );
      // A peer whose 5 MB nobody reads would be reset.
      expectSame((await client.lost()).name, 'ConnectionDone', 'the reason of the peer');
      expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
    },
  );
}

function addProducers(suite: Suite): void {
  for (const [kind, pour] of [
    ['push', push],
    ['pull', pull],
  ] as const) {
    suite.addEach(`R5 a ${kind} producer finishes before the connection closes`, async (stage, link) => {
      const pourAndLeave = (actor: Actor): void => {
        pour(actor, poem, 50_000);
        actor.transport.loseConnection();
      };
      const { server, client } = await stage.pair({ made: pourAndLeave }, {}, {}, link);
      expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
      await client.lost();
      expectPoem(client.bytes, poem, 'the client');
    });

    suite.add(
      `R5 a ${kind} producer that has nothing to say yet holds the close until it unregisters`,
      async (stage) => {
        const { server, client } = await stage.pair({}, { eof: ({ transport }) => transport.loseConnection() });
        const { transport } = server;
        const source = new Source(server);
        if (kind === 'push') transport.registerProducer(source, true);
        else transport.registerProducer(source, false);
        transport.loseConnection();
        await stage.pass(30);
        expectSame(client.log, ['made'], "the client's log while the producer is registered");
        transport.write('last words');
        await client.when(() => client.received === 10);
        transport.unregisterProducer();
        await Promise.all([server.lost(), client.lost()]);
        expectSame(client.log, ['made', 'data', 'eof', 'lost'], "the client's log");
        expectSame(source.log.includes('stop'), false, 'whether the producer was stopped');
      },
    );
  }

  suite.add('R5 once its producer has unregistered, a leaving connection takes no more writes', async (stage) => {
    const speak = ({ transport }: Actor): void => {
      transport.registerProducer(new Source(server), true);
      transport.write('in time');
      transport.loseConnection();
      transport.unregisterProducer();
      transport.write('too late');
    };
    const { server, client } = await stage.pair({}, {});
    speak(server);
    await client.lost();
    expectSame(client.bytes.toString(), 'in time', 'what arrived');
  });
}

function addOrders(suite: Suite): void {
  const orders: readonly [name: string, leave: (actor: Actor) => void][] = [
    [
      'twice',
      ({ transport }) => {
        transport.loseConnection();
        transport.loseConnection();
      },
    ],
    [
      'after loseWriteConnection',
      ({ transport }) => {
        transport.loseWriteConnection();
        transport.loseConnection();
      },
    ],
    [
      'before loseWriteConnection',
      ({ transport }) => {
        transport.loseConnection();
        transport.loseWriteConnection();
      },
    ],
    [
      'while paused',
      ({ transport }) => {
        transport.pauseProducing();
        transport.loseConnection();
      },
    ],
    [
      'and pauses after it',
      ({ transport }) => {
        transport.loseConnection();
        transport.pauseProducing();
      },
    ],
    [
      'and resumes after it',
      ({ transport }) => {
        transport.pauseProducing();
        transport.loseConnection();
        transport.resumeProducing();
      },
    ],
    ['by stopProducing', ({ transport }) => transport.stopProducing()],
  ];
  for (const [name, leave] of orders) {
    suite.addEach(`R5 a protocol that loses the connection ${name} delivers everything`, async (stage, link) => {
      const reciteAndLeave = (actor: Actor): void => {
        actor.transport.write(poem);
        leave(actor);
      };
      const { server, client } = await stage.pair({ data: reciteAndLeave }, chatter, {}, link);
      expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
      await client.lost();
      expectPoem(client.bytes, poem, 'the client');
    });
  }

  suite.addEach(
    'R5 loseConnection after the FIN of loseWriteConnection throws away what arrives',
    async (stage, link) => {
      const { server, client } = await stage.pair(
        { shut: ({ transport }) => transport.loseConnection() },
        {
          eof: ({ transport }) => {
            transport.write(poem);
            transport.loseConnection();
          },
        },
        {},
        link,
      );
      server.transport.loseWriteConnection();
      expectSame((await client.lost()).name, 'ConnectionDone', 'the reason of the peer');
      expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
      expectSame(server.log, ['made', 'shut', 'lost'], 'the log');
    },
  );

  suite.add('R5 loseConnection in connectionMade closes a connection on which nothing was sent', async (stage) => {
    const leave = { made: ({ transport }: Actor) => transport.loseConnection() };
    const { server, client } = await stage.call(leave, leave);
    expectSame((await server.lost()).name, 'ConnectionDone', 'the reason of the server');
    expectSame((await client.lost()).name, 'ConnectionDone', 'the reason of the client');
  });

  suite.add('R5 a connection that a promise holds up still closes', async (stage) => {
    const deferred = new Deferred();
    const { server, client } = await stage.pair({ made: () => deferred.promise }, chatter);
    server.transport.write(poem);
    server.transport.loseConnection();
    expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
    await client.lost();
    expectPoem(client.bytes, poem, 'the client');
    deferred.keep();
  });
}

/** A server leaves, and its client (which sends something every so often, if asked) never closes; how long that took. */
async function lingered(stage: Stage, options: ConnectionOptions, everyMs?: number): Promise<number> {
  const { server, client } = await stage.pair({}, { eof: () => {} }, options);
  const began = stage.reactor.now();
  server.transport.loseConnection();
  const talk = (): void => {
    if (everyMs === undefined || server.reason !== undefined) return;
    client.transport.write('and another thing');
    stage.reactor.callLater(everyMs, talk);
  };
  talk();
  const { name } = await server.lost();
  expectSame(name, 'ConnectionDone', 'the reason');
  return stage.reactor.now() - began;
}

function addLingers(suite: Suite): void {
  suite.add('R5 a peer that is silent and never closes is left after lingerTimeoutMs', async (stage) => {
    const took = await lingered(stage, { lingerTimeoutMs: 100, lingerMaxMs: 20_000 });
    expect(took >= 100 && took < 5000, `it took ${took} ms`);
  });

  suite.add('R5 a peer that sends on and never closes is left after lingerMaxMs', async (stage) => {
    const took = await lingered(stage, { lingerTimeoutMs: 20_000, lingerMaxMs: 200 }, 20);
    expect(took >= 200 && took < 5000, `it took ${took} ms`);
  });

  suite.add('R5 input of the peer puts lingerTimeoutMs off', async (stage) => {
    const took = await lingered(stage, { lingerTimeoutMs: 300, lingerMaxMs: 900 }, 30);
    expect(took >= 900 && took < 10_000, `it took ${took} ms`);
  });

  suite.add('R5 a lingerTimeoutMs of 0 does not wait for the peer', async (stage) => {
    const took = await lingered(stage, { lingerTimeoutMs: 0 });
    expect(took < 2000, `it took ${took} ms`);
  });

  suite.add('R5 the time to send does not count: lingering begins with the FIN', async (stage) => {
    const options = { lingerTimeoutMs: 50, lingerMaxMs: 50 };
    const { server, client } = await stage.pair({}, deaf, options);
    const verses = poemOf(20_000_000);
    server.transport.write(verses);
    server.transport.loseConnection();
    await stage.pass(200);
    client.transport.resumeProducing();
    await Promise.all([server.lost(), client.lost()]);
    expectPoem(client.bytes, verses, 'the client');
  });
}
