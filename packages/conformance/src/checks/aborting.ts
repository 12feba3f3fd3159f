import type { Actor, Part } from '../actor.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { cue, deaf, mute } from '../parts.ts';
import { poemOf } from '../poem.ts';
import { push, Source } from '../source.ts';
import type { BackendUnderTest, Link, Stage } from '../stage.ts';
import { Suite } from '../suite.ts';

/** R6: leaving at once. */
export function abortingChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  addMoments(suite);
  addQueues(suite);
  return suite.checks;
}

const abort = ({ transport }: Actor): void => transport.abortConnection();

/** Plays until the aborting side has lost its connection, and expects that it says so. */
async function expectAborted(stage: Stage, aborting: Part, other: Part, link: Link): Promise<void> {
  const { server } = await stage.call(aborting, other, {}, link);
  expectSame((await server.lost()).name, 'ConnectionAborted', 'the reason');
}

function addMoments(suite: Suite): void {
  const moments: readonly [name: string, aborting: Part, other: Part][] = [
    ['dataReceived', { data: abort }, cue],
    ['readConnectionLost', { eof: abort }, mute],
    [
      'writeConnectionLost',
      { made: ({ transport }) => transport.loseWriteConnection(), shut: abort },
      { eof: () => {} },
    ],
    [
      'readingResumed',
      {
        made: ({ transport }) => {
          transport.pauseProducing();
          transport.resumeProducing();
        },
        resumed: abort,
      },
      {},
    ],
    [
      'resumeProducing',
      { made: (actor) => actor.transport.registerProducer(new Source(actor, { resume: () => abort(actor) }), false) },
      {},
    ],
  ];
  for (const [name, aborting, other] of moments) {
    suite.addEach(`R6 abortConnection in ${name} reports ConnectionAborted`, (stage, link) =>
      expectAborted(stage, aborting, other, link),
    );
  }

  suite.addEach('R6 abortConnection in connectionMade reports ConnectionAborted to a server', async (stage, link) => {
    const { server } = await stage.call({ made: abort }, {}, {}, link);
    expectSame((await server.lost()).name, 'ConnectionAborted', 'the reason');
    expectSame(server.log, ['made', 'lost'], 'the log');
  });

  suite.addEach('R6 abortConnection in connectionMade reports ConnectionAborted to a client', async (stage, link) => {
    const { client } = await stage.call({}, { made: abort }, {}, link);
    expectSame((await client.lost()).name, 'ConnectionAborted', 'the reason');
    expectSame(client.log, ['made', 'lost'], 'the log');
  });

  suite.add('R6 the peer of an aborted connection sees a reset', async (stage) => {
    const { server, client } = await stage.pair({}, {});
    server.transport.abortConnection();
    await server.lost();
    const { name } = await client.lost();
    if (stage.resets('tcp')) expectSame(name, 'ConnectionLost', 'the reason of the peer');
  });

  suite.addEach('R6 abortConnection works with input that nobody has read', async (stage, link) => {
    const { server, client } = await stage.pair(
      deaf,
      { made: ({ transport }) => void transport.write(poemOf(1_000_000)) },
      {},
      link,
    );
    await stage.pass(20);
    server.transport.abortConnection();
    expectSame((await server.lost()).name, 'ConnectionAborted', 'the reason');
    await client.lost();
    expectSame(server.received, 0, 'the number of bytes received');
  });

  suite.addEach('R6 abortConnection ends a lingering connection', async (stage, link) => {
    let seen = false;
    const see = (): void => {
      seen = true;
    };
    const { server, client } = await stage.pair({}, { eof: see }, {}, link);
    server.transport.loseConnection();
    await client.when(() => seen);
    server.transport.abortConnection();
    expectSame((await server.lost()).name, 'ConnectionAborted', 'the reason');
    client.transport.abortConnection();
    await client.lost();
  });

  suite.addEach('R6 abortConnection ends a connection whose peer has half-closed', async (stage, link) => {
    const { server, client } = await stage.pair({ eof: () => {} }, {}, {}, link);
    client.transport.loseWriteConnection();
    await server.when(() => server.log.includes('eof'));
    server.transport.abortConnection();
    expectSame((await server.lost()).name, 'ConnectionAborted', 'the reason');
    await client.lost();
  });

  suite.add('R6 loseConnection after abortConnection changes nothing', async (stage) => {
    const { server, client } = await stage.pair({}, {});
    server.transport.abortConnection();
    server.transport.loseConnection();
    server.transport.loseWriteConnection();
    expectSame((await server.lost()).name, 'ConnectionAborted', 'the reason');
    await client.lost();
  });

  suite.add('R6 abortConnection in the same run as loseConnection reports ConnectionAborted', async (stage) => {
    const { server, client } = await stage.pair({}, {});
    server.transport.write('never sent');
    server.transport.loseConnection();
    server.transport.abortConnection();
    expectSame((await server.lost()).name, 'ConnectionAborted', 'the reason');
    await client.lost();
    expectSame(client.received, 0, 'the number of bytes that arrived');
  });
}

function addQueues(suite: Suite): void {
  suite.addEach('R6 abortConnection drops what is queued', async (stage, link) => {
    const poem = poemOf(50_000_000);
    const { server, client } = await stage.pair({}, deaf, {}, link);
    server.transport.write(poem);
    await stage.pass(10);
    server.transport.abortConnection();
    expectSame((await server.lost()).name, 'ConnectionAborted', 'the reason');
    client.transport.resumeProducing();
    await client.lost();
    expect(client.received < poem.length, 'everything arrived, though the connection was aborted');
  });

  suite.addEach('R6 abortConnection drops what was written in the same run', async (stage, link) => {
    const { server, client } = await stage.pair({}, {}, {}, link);
    server.transport.write('never sent');
    server.transport.abortConnection();
    await Promise.all([server.lost(), client.lost()]);
    expectSame(client.received, 0, 'the number of bytes that arrived');
  });

  suite.addEach('R6 abortConnection works while a producer waits and the peer reads nothing', async (stage, link) => {
    const { server, client } = await stage.pair({}, deaf, {}, link);
    const source = push(server, poemOf(50_000_000), 100_000);
    await stage.pass(10);
    server.transport.abortConnection();
    expectSame((await server.lost()).name, 'ConnectionAborted', 'the reason');
    expectSame(source.log.slice(-2), ['pause', 'stop'], 'what the producer was told last');
    client.transport.resumeProducing();
    await client.lost();
  });

  suite.addEach('R6 abortConnection ends a close that waits for a deaf peer', async (stage, link) => {
    const { server, client } = await stage.pair({}, deaf, {}, link);
    server.transport.write(poemOf(50_000_000));
    server.transport.loseConnection();
    await stage.pass(10);
    expectSame(server.log, ['made'], 'the log');
    server.transport.abortConnection();
    expectSame((await server.lost()).name, 'ConnectionAborted', 'the reason');
    client.transport.resumeProducing();
    await client.lost();
  });

  suite.addEach('R6 abortConnection works while a chunk is on its way to the kernel', async (stage, link) => {
    const { server, client } = await stage.pair({}, deaf, {}, link);
    server.transport.write(poemOf(50_000_000));
    await stage.pass(1);
    server.transport.write('more');
    server.transport.abortConnection();
    expectSame((await server.lost()).name, 'ConnectionAborted', 'the reason');
    client.transport.resumeProducing();
    await client.lost();
  });
}
