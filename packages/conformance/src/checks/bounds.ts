import type { Actor, Part } from '../actor.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { deaf, echo, reciting } from '../parts.ts';
import { expectPoem, poemOf } from '../poem.ts';
import { pull, push, Source } from '../source.ts';
import type { BackendUnderTest } from '../stage.ts';
import { Suite } from '../suite.ts';

/** R15: what a slow reader may cost. */
export function boundChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  addDeaf(suite);
  addReaders(suite);
  return suite.checks;
}

const options = { maxWriteBufferBytes: 500_000 };
const much = Buffer.alloc(50_000_000);

/** Expects that the connection was aborted, and that the reason says why. */
async function expectBounded(actor: Actor): Promise<void> {
  const { name, message } = await actor.lost();
  expectSame(name, 'ConnectionAborted', 'the reason');
  expect(message.includes('maxWriteBufferBytes') && message.includes('500000'), `the reason says: ${message}`);
}

function addDeaf(suite: Suite): void {
  suite.addEach(
    'R15 a connection whose peer reads nothing is aborted past the bound, and the reason says so',
    async (stage, link) => {
      const { server, client } = await stage.pair({}, deaf, options, link);
      server.transport.write(much);
      await expectBounded(server);
      client.transport.resumeProducing();
      await client.lost();
    },
  );

  suite.addEach('R15 the bound holds for what adds up over many events', async (stage, link) => {
    const { server, client } = await stage.pair({}, deaf, options, link);
    const verse = Buffer.alloc(100_000);
    for (let written = 0; server.reason === undefined; written += verse.length) {
      expect(written < 50_000_000, `${written} bytes were taken`);
      server.transport.write(verse);
      await stage.pass(1);
    }
    await expectBounded(server);
    client.transport.resumeProducing();
    await client.lost();
  });

  suite.addEach('R15 the bound holds for an echo whose client sends and never reads', async (stage, link) => {
    const { server, client } = await stage.pair(echo, {}, options, link);
    client.transport.pauseProducing();
    pull(client, much, 100_000);
    await expectBounded(server);
    // Paused, it might have something to read.
    client.transport.resumeProducing();
    await client.lost();
  });

  suite.add('R15 the bound holds while the connection is closing', async (stage) => {
    const { server, client } = await stage.pair({}, deaf, options);
    server.transport.write(much);
    server.transport.loseConnection();
    await expectBounded(server);
    client.transport.resumeProducing();
    await client.lost();
  });

  suite.add('R15 a producer that ignores its pause is stopped at the bound', async (stage) => {
    const { server, client } = await stage.pair({}, deaf, options);
    const source = new Source(server);
    server.transport.registerProducer(source, true);
    server.transport.write(much);
    await expectBounded(server);
    expectSame(source.log, ['pause', 'stop'], 'what the producer was told');
    client.transport.resumeProducing();
    await client.lost();
  });

  suite.addValved('R15 at the bound the connection lives, one byte past it is aborted', async (stage, valves) => {
    const { server } = await stage.pair({}, {}, options);
    valves.accepted[0]?.shut();
    server.transport.write(Buffer.alloc(500_000));
    await stage.pass(5);
    expectSame(server.reason, undefined, 'the reason at the bound');
    server.transport.write('!');
    await expectBounded(server);
  });

  suite.addEach('R15 without the option there is no bound', async (stage, link) => {
    const { server, client } = await stage.pair(
      { made: ({ transport }) => void transport.write(much) },
      deaf,
      {},
      link,
    );
    await stage.pass(20);
    expectSame(server.reason, undefined, 'the reason');
    client.transport.resumeProducing();
    await client.when(() => client.received === much.length);
  });
}

function addReaders(suite: Suite): void {
  const poem = poemOf(20_000_000);

  for (const [kind, pour] of [
    ['push', push],
    ['pull', pull],
  ] as const) {
    suite.addEach(`R15 a fast reader of a big poem from a ${kind} producer is not hit`, async (stage, link) => {
      const recite = (actor: Actor): void => {
        pour(actor, poem, 100_000);
        actor.transport.loseConnection();
      };
      const { server, client } = await stage.pair({ made: recite }, {}, options, link);
      expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
      await client.lost();
      expectPoem(client.bytes, poem, 'the client');
    });
  }

  suite.addEach('R15 a fast reader of a big poem that waits for room is not hit', async (stage, link) => {
    const { server, client } = await stage.pair({}, {}, options, link);
    for (let sent = 0; sent < poem.length; sent += 100_000) {
      server.transport.write(poem.subarray(sent, sent + 100_000));
      expectSame(await server.transport.drained(), true, 'what drained resolves to');
    }
    server.transport.loseConnection();
    expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
    await client.lost();
    expectPoem(client.bytes, poem, 'the client');
  });

  suite.addEach('R15 a poem under the bound may be written in one go', async (stage, link) => {
    const { server, client } = await stage.pair(reciting(poem), {}, { maxWriteBufferBytes: poem.length }, link);
    expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
    await client.lost();
    expectPoem(client.bytes, poem, 'the client');
  });

  suite.add('R15 a slow reader within the bound is served', async (stage) => {
    const part = poem.subarray(0, 400_000);
    const slow: Part = {
      data: ({ transport }) => {
        transport.pauseProducing();
        stage.reactor.callLater(1, () => transport.resumeProducing());
      },
    };
    const { client } = await stage.pair(reciting(part), slow, options);
    await client.lost();
    expectPoem(client.bytes, part, 'the client');
  });
}
