import type { Transport } from 'couplet';
import { Actor } from '../actor.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { cue } from '../parts.ts';
import { poemOf } from '../poem.ts';
import { Source } from '../source.ts';
import type { BackendUnderTest } from '../stage.ts';
import { OneFactory, SceneFactory, SingleClient } from '../stage.ts';
import { Suite } from '../suite.ts';

/** R1 to R3: when a protocol is called, and when not. */
export function connectionChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  addBeginnings(suite);
  addQuietCalls(suite);
  addEnds(suite);
  addReasons(suite);
  return suite.checks;
}

function addBeginnings(suite: Suite): void {
  suite.addEach('R1 connectionMade runs once, before the data that waits already', async (stage, link) => {
    const greet = ({ transport }: Actor): void => void transport.write('hello');
    const { server, client } = await stage.pair({ made: greet }, { made: greet }, {}, link);
    for (const actor of [server, client]) {
      await actor.when(() => actor.received === 5);
      expectSame(actor.log, ['made', 'data'], 'the log');
    }
  });

  suite.addEach('R1 transport and factory are set in connectionMade', async (stage, link) => {
    const seen: unknown[] = [];
    const look = (actor: Actor): void => void seen.push(actor.factory, actor.transport.disconnected);
    const serving = new OneFactory(new Actor({ made: look }));
    const port = await stage.listen(serving, {}, link);
    const asking = new SingleClient(new Actor({ made: look }));
    await stage.connect(port, asking).whenConnected();
    await serving.actor.when(() => seen.length === 4);
    expect(seen.includes(serving) && seen.includes(asking), 'startFactory was not called on both factories');
    expectSame(seen.filter((one) => one === false).length, 2, 'the number of live transports');
  });

  suite.add('R1 each of 100 connections at once gets its own connectionMade', async (stage) => {
    const troupe = new SceneFactory({ made: ({ transport }) => transport.loseConnection() });
    const port = await stage.listen(troupe);
    const clients = Array.from({ length: 100 }, () => new Actor());
    for (const client of clients) stage.connect(port, new SingleClient(client));
    await Promise.all(clients.map((client) => client.lost()));
    await Promise.all(troupe.actors.map((actor) => actor.lost()));
    expectSame(troupe.actors.length, 100, 'the number of protocols');
    for (const { log } of [...troupe.actors, ...clients]) expectSame(log, ['made', 'lost'], 'the log');
  });
}

/** Every method of a transport that could have something to tell. */
const calls: readonly [name: string, call: (transport: Transport, actor: Actor) => void][] = [
  ['write', (transport) => void transport.write('word')],
  ['loseConnection', (transport) => transport.loseConnection()],
  ['abortConnection', (transport) => transport.abortConnection()],
  ['loseWriteConnection', (transport) => transport.loseWriteConnection()],
  ['stopProducing', (transport) => transport.stopProducing()],
  ['drained', (transport) => void transport.drained()],
  [
    'resumeProducing',
    (transport) => {
      transport.pauseProducing();
      transport.resumeProducing();
    },
  ],
  [
    'registerProducer',
    (transport, actor) => {
      // The data that it is called for may come in pieces.
      transport.unregisterProducer();
      transport.registerProducer(new Source(actor), true);
      transport.unregisterProducer();
      transport.registerProducer(new Source(actor), false);
    },
  ],
];

/** An aware part that hears of everything. */
const listening = { eof: () => {}, shut: () => {}, resumed: () => {} };

function addQuietCalls(suite: Suite): void {
  for (const [name, call] of calls) {
    const perform = (actor: Actor): void => actor.calls(() => call(actor.transport, actor));

    suite.add(`R2 ${name} inside a callback calls nobody back before it returns`, async (stage) => {
      for (const bold of [
        { ...listening, made: perform },
        { ...listening, data: perform },
      ]) {
        const { server } = await stage.call(bold, cue);
        const { client } = await stage.call(cue, bold);
        for (const actor of [server, client]) {
          await actor.when(() => actor.log.length > 0);
          await stage.pass(5);
          actor.transport.abortConnection();
          await actor.lost();
        }
      }
    });

    suite.add(`R2 ${name} outside of callbacks calls nobody back before it returns`, async (stage) => {
      const { server, client } = await stage.pair(listening, listening);
      for (const actor of [server, client]) {
        perform(actor);
        await stage.pass(5);
        actor.transport.abortConnection();
      }
      await Promise.all([server.lost(), client.lost()]);
    });
  }

  suite.add('R2 no callback runs inside another, whatever they call', async (stage) => {
    const stir = (actor: Actor): void => {
      const { transport } = actor;
      transport.unregisterProducer();
      transport.registerProducer(new Source(actor, { resume: () => void transport.write('more') }), false);
      transport.pauseProducing();
      transport.resumeProducing();
      if (actor.received > 1000) transport.loseWriteConnection();
    };
    const busy = {
      made: stir,
      data: stir,
      resumed: () => {},
      eof: ({ transport }: Actor) => transport.loseConnection(),
    };
    const { server, client } = await stage.pair(busy, busy);
    await Promise.all([server, client].map((actor) => actor.when(() => actor.received > 1000)));
    for (const { transport } of [server, client]) transport.unregisterProducer();
    for (const { transport } of [server, client]) transport.loseConnection();
    await Promise.all([server.lost(), client.lost()]);
  });
}

function addEnds(suite: Suite): void {
  suite.addEach('R3 connectionLost comes once, last, with ConnectionDone at both ends', async (stage, link) => {
    const { server, client } = await stage.pair(
      { made: ({ transport }) => void transport.write('a poem') },
      { data: ({ transport }) => transport.loseConnection() },
      {},
      link,
    );
    const reasons = [await server.lost(), await client.lost()];
    expectSame(server.log, ['made', 'lost'], "the server's log");
    expectSame(client.log, ['made', 'data', 'lost'], "the client's log");
    for (const reason of reasons) expectSame(reason.name, 'ConnectionDone', 'the reason');
  });

  suite.add('R3 connectionLost is last, whatever it calls', async (stage) => {
    const told: string[][] = [];
    const haunt = (actor: Actor): void => {
      const { transport } = actor;
      actor.calls(() => {
        transport.write('still here');
        transport.pauseProducing();
        transport.resumeProducing();
        transport.loseWriteConnection();
        transport.loseConnection();
        transport.abortConnection();
        const source = new Source(actor);
        transport.registerProducer(source, false);
        told.push(source.log);
      });
    };
    const part = { ...listening, lost: haunt };
    const { server, client } = await stage.pair(part, part);
    client.transport.abortConnection();
    await Promise.all([server.lost(), client.lost()]);
    await stage.pass(10);
    expectSame([server.log.at(-1), client.log.at(-1)], ['lost', 'lost'], 'the last entries');
    expectSame(told, [['stop'], ['stop']], 'what late producers were told');
  });

  suite.addEach('R3 nothing is received after abortConnection, though more has arrived', async (stage, link) => {
    const poem = poemOf(1_000_000);
    const abort = ({ transport }: Actor): void => transport.abortConnection();
    const recite = ({ transport }: Actor): void => void transport.write(poem);
    const { server, client } = await stage.pair({ data: abort }, { made: recite }, {}, link);
    await server.when(() => server.received > 0);
    const { received } = server;
    await Promise.all([server.lost(), client.lost()]);
    expectSame(server.received, received, 'the number of bytes received');
  });

  suite.addEach('R3 one connectionLost for an end that has many causes', async (stage, link) => {
    const part = { data: ({ transport }: Actor) => transport.abortConnection() };
    const { server, client } = await stage.pair(part, part, {}, link);
    for (const { transport } of [server, client]) {
      transport.write('cue');
      transport.loseConnection();
      transport.loseConnection();
    }
    client.transport.abortConnection();
    client.transport.abortConnection();
    await Promise.all([server.lost(), client.lost()]);
    await stage.pass(10);
    for (const { log } of [server, client]) expectSame(log.filter((entry) => entry === 'lost').length, 1, 'its number');
  });

  suite.add('R3 peers that reset as soon as they are connected leave nobody behind', async (stage) => {
    const troupe = new SceneFactory();
    const port = await stage.listen(troupe);
    const clients = Array.from(
      { length: 20 },
      () => new Actor({ made: ({ transport }) => transport.abortConnection() }),
    );
    for (const client of clients) stage.connect(port, new SingleClient(client));
    await Promise.all(clients.map((client) => client.lost()));
    const last = await stage.join(port);
    await stage.pass(10);
    last.transport.loseConnection();
    await last.lost();
    // A backend need not show every one of them.
    await Promise.all(troupe.actors.map((actor) => actor.lost()));
  });

  suite.addEach('R3 a connection that another one aborts receives nothing more', async (stage, link) => {
    const actors: Actor[] = [];
    const hitOther = (actor: Actor): void => {
      for (const other of actors) if (other !== actor) other.transport.abortConnection();
    };
    for (let built = 0; built < 2; built += 1) actors.push((await stage.pair({ data: hitOther }, {}, {}, link)).server);
    const clients = stage.actors.filter((actor) => !actors.includes(actor));
    for (const { transport } of clients) transport.write('cue');
    const [one, other] = actors;
    await Promise.race(actors.map((actor) => actor.lost()));
    await stage.pass(10);
    expectSame([one?.received, other?.received].sort(), [0, 3], 'the numbers of bytes received');
  });

  suite.add('R3 the end of a hundred connections at once reaches each of them', async (stage) => {
    const troupe = new SceneFactory({ made: ({ transport }) => void transport.write('hello') });
    const port = await stage.listen(troupe);
    const clients = Array.from({ length: 100 }, () => new Actor());
    for (const client of clients) stage.connect(port, new SingleClient(client));
    await Promise.all(clients.map((client) => client.when(() => client.received > 0)));
    for (const { transport } of clients) transport.abortConnection();
    await Promise.all(clients.map((client) => client.lost()));
    await Promise.all(troupe.actors.map((actor) => actor.lost()));
    expectSame(troupe.actors.length, 100, 'the number of protocols');
  });
}

function addReasons(suite: Suite): void {
  suite.addEach('R3 the reason is ConnectionDone when both sides lose the connection at once', async (stage, link) => {
    const { server, client } = await stage.pair({}, {}, {}, link);
    server.transport.loseConnection();
    client.transport.loseConnection();
    const reasons = [await server.lost(), await client.lost()];
    expectSame(
      reasons.map(({ name }) => name),
      ['ConnectionDone', 'ConnectionDone'],
      'the reasons',
    );
  });

  suite.add('R3 the reason is ConnectionLost when the peer resets', async (stage) => {
    const { server, client } = await stage.pair({}, {});
    client.transport.abortConnection();
    const { name } = await server.lost();
    if (stage.resets('tcp')) expectSame(name, 'ConnectionLost', 'the reason');
  });

  suite.addEach('R3 the reason is ConnectionLost when the peer goes while 20 MB wait for it', async (stage, link) => {
    const poem = poemOf(20_000_000);
    const recite = ({ transport }: Actor): void => void transport.write(poem);
    const leave = ({ transport }: Actor): void => transport.abortConnection();
    const { server } = await stage.pair({ made: recite }, { data: leave }, {}, link);
    expectSame((await server.lost()).name, 'ConnectionLost', 'the reason');
  });

  for (const kind of ['reset', 'timeout', 'unreachable', 'other'] as const) {
    suite.addValved(
      `R3 the reason is ConnectionLost when the cause is '${kind}', and says it`,
      async (stage, valves) => {
        const cause = { kind, code: 'ECODE', detail: 'the line is cut' };
        const { server } = await stage.pair({}, {});
        valves.accepted[0]?.cut(cause);
        const reason = await server.lost();
        expectSame([reason.name, reason.message, reason.cause], ['ConnectionLost', cause.detail, cause], 'the reason');
      },
    );
  }

  suite.addValved(
    'R3 the reason is ConnectionDone though the wire breaks when both have closed',
    async (stage, valves) => {
      const { server, client } = await stage.pair({}, {});
      valves.accepted[0]?.blame({ kind: 'reset', code: 'ECODE', detail: 'the line is cut' });
      client.transport.loseConnection();
      expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
    },
  );

  suite.add(
    'R3 when the reactor stops, the reason is ConnectionAborted, or ConnectionDone for who had left',
    async (stage) => {
      const open = await stage.pair({}, {});
      const left = await stage.pair({}, { eof: () => {} });
      left.server.transport.loseConnection();
      await left.client.when(() => left.client.log.includes('eof'));
      stage.reactor.stop();
      const reasons = await Promise.all(
        [open.server, open.client, left.server, left.client].map((actor) => actor.lost()),
      );
      expectSame(
        reasons.map(({ name }) => name),
        ['ConnectionAborted', 'ConnectionAborted', 'ConnectionDone', 'ConnectionAborted'],
        'the reasons',
      );
    },
  );

  suite.addEach('R3 the reason is ConnectionAborted when this side aborts', async (stage, link) => {
    const { server, client } = await stage.pair({}, {}, {}, link);
    client.transport.abortConnection();
    expectSame((await client.lost()).name, 'ConnectionAborted', 'the reason');
    await server.lost();
  });

  suite.addEach('R3 the reason is the very error that the protocol threw', async (stage, link) => {
    const slip = new Error('a slip');
    const { server, client } = await stage.pair(
      {
        data: () => {
          throw slip;
        },
      },
      cue,
      {},
      link,
    );
    expect((await server.lost()) === slip, 'the reason is not the error that was thrown');
    await client.lost();
    stage.takeReports();
  });
}
