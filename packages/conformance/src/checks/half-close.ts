import type { Actor, Part } from '../actor.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { asking, deaf, mute } from '../parts.ts';
import { expectPoem, poemOf } from '../poem.ts';
import { pull, push, Source } from '../source.ts';
import type { BackendUnderTest } from '../stage.ts';
import { Suite } from '../suite.ts';

/** R7: what happens when one side ends its output. */
export function halfCloseChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  addUnaware(suite);
  addAware(suite);
  addEnding(suite);
  addMeetings(suite);
  return suite.checks;
}

const poem = poemOf(20_000_000);

function addUnaware(suite: Suite): void {
  suite.addEach('R7 20 MB that are queued when the peer half-closes all arrive', async (stage, link) => {
    const recite = ({ transport }: Actor): void => void transport.write(poem);
    const { server, client } = await stage.pair({ data: recite }, asking, {}, link);
    const reasons = [await server.lost(), await client.lost()];
    expectPoem(client.bytes, poem, 'the client');
    expectSame(
      reasons.map(({ name }) => name),
      ['ConnectionDone', 'ConnectionDone'],
      'the reasons',
    );
    expectSame(server.log, ['made', 'data', 'lost'], "the server's log");
  });

  suite.addEach('R7 20 MB arrive at a peer that half-closed and reads only later', async (stage, link) => {
    const { server, client } = await stage.pair({ made: ({ transport }) => void transport.write(poem) }, {}, {}, link);
    client.transport.pauseProducing();
    client.transport.loseWriteConnection();
    await stage.pass(30);
    client.transport.resumeProducing();
    expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
    await client.lost();
    expectPoem(client.bytes, poem, 'the client');
  });

  for (const [kind, pour] of [
    ['push', push],
    ['pull', pull],
  ] as const) {
    suite.addEach(
      `R7 what a ${kind} producer still produces after the peer half-closed arrives`,
      async (stage, link) => {
        const recite = (actor: Actor): void => void pour(actor, poem, 60_000);
        const { server, client } = await stage.pair({ data: recite }, asking, {}, link);
        const reasons = [await server.lost(), await client.lost()];
        expectPoem(client.bytes, poem, 'the client');
        expectSame(
          reasons.map(({ name }) => name),
          ['ConnectionDone', 'ConnectionDone'],
          'the reasons',
        );
      },
    );
  }

  suite.addEach(
    'R7 an idle producer holds the connection after the half-close until it unregisters',
    async (stage, link) => {
      const { server, client } = await stage.pair({}, {}, {}, link);
      const { transport } = server;
      transport.registerProducer(new Source(server), true);
      client.transport.loseWriteConnection();
      while (!transport.disconnecting) await stage.pass(1);
      await stage.pass(10);
      transport.write('last words');
      await client.when(() => client.received === 10);
      transport.unregisterProducer();
      expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
      await client.lost();
    },
  );

  suite.add('R7 a protocol without readConnectionLost that has nothing to send closes at once', async (stage) => {
    const { server, client } = await stage.pair({}, {});
    client.transport.loseWriteConnection();
    const reasons = [await server.lost(), await client.lost()];
    expectSame(
      reasons.map(({ name }) => name),
      ['ConnectionDone', 'ConnectionDone'],
      'the reasons',
    );
  });

  suite.add('R7 a protocol without readConnectionLost writes no more once the peer has half-closed', async (stage) => {
    const { server, client } = await stage.pair({ made: ({ transport }) => void transport.write(poem) }, deaf);
    client.transport.loseWriteConnection();
    while (!server.transport.disconnecting) await stage.pass(1);
    expectSame(server.transport.write('too late'), false, 'what write returned');
    client.transport.resumeProducing();
    await client.lost();
    expectPoem(client.bytes, poem, 'the client');
  });
}

function addAware(suite: Suite): void {
  suite.addEach('R7 with readConnectionLost writing goes on until the protocol closes', async (stage, link) => {
    const words = ['one', 'two', 'three', 'four'];
    const speak = (actor: Actor): void => {
      const word = words.shift();
      if (word === undefined) actor.transport.loseConnection();
      else {
        actor.transport.write(word);
        stage.reactor.callLater(5, speak, actor);
      }
    };
    const { server, client } = await stage.pair({ eof: speak }, asking, {}, link);
    const reasons = [await server.lost(), await client.lost()];
    expectSame(client.bytes.toString(), 'onetwothreefour', 'what arrived');
    expectSame(
      reasons.map(({ name }) => name),
      ['ConnectionDone', 'ConnectionDone'],
      'the reasons',
    );
    expectSame(server.log, ['made', 'data', 'eof', 'lost'], "the server's log");
  });

  suite.addEach('R7 with readConnectionLost 20 MB and a loseConnection all arrive', async (stage, link) => {
    const recite = ({ transport }: Actor): void => {
      transport.write(poem);
      transport.loseConnection();
    };
    const { server, client } = await stage.pair({ eof: recite }, asking, {}, link);
    expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
    await client.lost();
    expectPoem(client.bytes, poem, 'the client');
  });

  suite.add('R7 with readConnectionLost the connection stays open by itself', async (stage) => {
    const { server, client } = await stage.pair({ eof: () => {} }, asking);
    await server.when(() => server.log.includes('eof'));
    await stage.pass(20);
    expectSame([server.reason, server.transport.disconnecting], [undefined, false], 'the state');
    server.transport.loseConnection();
    await client.lost();
  });

  suite.add('R7 readConnectionLost comes once, after all data', async (stage) => {
    const { server, client } = await stage.pair(
      { eof: ({ transport }) => transport.loseConnection() },
      {
        made: ({ transport }) => {
          transport.write(poem);
          transport.loseWriteConnection();
          transport.loseWriteConnection();
        },
      },
    );
    await Promise.all([server.lost(), client.lost()]);
    expectPoem(server.bytes, poem, 'the server');
    expectSame(server.log, ['made', 'data', 'eof', 'lost'], 'the log');
  });

  suite.addEach('R7 a peer that vanishes after its half-close is noticed while writing', async (stage, link) => {
    const { server, client } = await stage.pair({ eof: () => {} }, asking, {}, link);
    await server.when(() => server.log.includes('eof'));
    client.transport.abortConnection();
    await client.lost();
    while (server.reason === undefined) {
      server.transport.write('anybody?');
      await stage.pass(1);
    }
    expectSame(server.reason.name, 'ConnectionLost', 'the reason');
  });
}

function addEnding(suite: Suite): void {
  suite.addEach('R7 loseWriteConnection sends what was written first, and reading goes on', async (stage, link) => {
    const { server, client } = await stage.pair(
      { made: ({ transport }) => void transport.write(poem), shut: () => {} },
      {
        eof: ({ transport }) => {
          transport.write('well recited');
          transport.loseConnection();
        },
      },
      {},
      link,
    );
    server.transport.loseWriteConnection();
    await Promise.all([server.lost(), client.lost()]);
    expectPoem(client.bytes, poem, 'the client');
    expectSame(server.bytes.toString(), 'well recited', 'the answer');
    expectSame(server.log, ['made', 'shut', 'data', 'lost'], 'the log');
  });

  suite.addEach('R7 loseWriteConnection waits for a registered producer', async (stage, link) => {
    const recite = (actor: Actor): void => {
      push(actor, poem, 60_000);
      actor.transport.loseWriteConnection();
    };
    const { server, client } = await stage.pair({ made: recite, shut: () => {} }, {}, {}, link);
    await Promise.all([server.lost(), client.lost()]);
    expectPoem(client.bytes, poem, 'the client');
    expectSame(server.log, ['made', 'shut', 'lost'], 'the log');
  });

  suite.add('R7 a connection that both sides half-close ends with ConnectionDone', async (stage) => {
    const shut = { eof: () => {}, shut: () => {} };
    const { server, client } = await stage.pair(shut, shut);
    server.transport.loseWriteConnection();
    await client.when(() => client.log.includes('eof'));
    client.transport.loseWriteConnection();
    const reasons = [await server.lost(), await client.lost()];
    expectSame(
      reasons.map(({ name }) => name),
      ['ConnectionDone', 'ConnectionDone'],
      'the reasons',
    );
    expectSame(server.log, ['made', 'shut', 'eof', 'lost'], "the server's log");
  });

  suite.add('R7 loseWriteConnection in connectionMade, at both ends, ends with ConnectionDone', async (stage) => {
    const part = mute;
    const { server, client } = await stage.pair(part, part);
    const reasons = [await server.lost(), await client.lost()];
    expectSame(
      reasons.map(({ name }) => name),
      ['ConnectionDone', 'ConnectionDone'],
      'the reasons',
    );
  });
}

function addMeetings(suite: Suite): void {
  suite.addEach('R7 a half-close that came while paused is told after the data, on resume', async (stage, link) => {
    const aware = { made: ({ transport }: Actor) => transport.pauseProducing(), eof: () => {} };
    const { server, client } = await stage.pair(aware, asking, {}, link);
    await stage.pass(30);
    expectSame(server.log, ['made'], 'the log while paused');
    server.transport.resumeProducing();
    await server.when(() => server.log.includes('eof'));
    expectSame(server.log, ['made', 'data', 'eof'], 'the log');
    server.transport.loseConnection();
    await client.lost();
  });

  suite.addEach('R7 a half-close while paused lets what is queued arrive', async (stage, link) => {
    const recite = ({ transport }: Actor): void => {
      transport.pauseProducing();
      transport.write(poem);
    };
    const { server, client } = await stage.pair({ data: recite }, asking, {}, link);
    await client.when(() => client.received === poem.length);
    server.transport.resumeProducing();
    expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
    await client.lost();
    expectPoem(client.bytes, poem, 'the client');
  });

  suite.addEach(
    'R7 a reset after the half-close is ConnectionLost, though the poem was not sent',
    async (stage, link) => {
      const deaf: Part = {
        made: ({ transport }) => {
          transport.pauseProducing();
          transport.write('?');
          transport.loseWriteConnection();
        },
      };
      const { server, client } = await stage.pair(
        { data: ({ transport }) => void transport.write(poem) },
        deaf,
        {},
        link,
      );
      while (!server.transport.disconnecting) await stage.pass(1);
      client.transport.abortConnection();
      expectSame((await server.lost()).name, 'ConnectionLost', 'the reason');
      expect(client.received < poem.length, 'the client received everything, though it aborted');
    },
  );
}
