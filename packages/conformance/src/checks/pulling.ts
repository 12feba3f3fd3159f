import type { Actor, Part } from '../actor.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { expectPoem, poemOf } from '../poem.ts';
import { pull, Source } from '../source.ts';
import type { BackendUnderTest } from '../stage.ts';
import { Suite } from '../suite.ts';

/** R12 and R13: pull producers, and who may register. */
export function pullingChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  addAsking(suite);
  addFairness(suite);
  addRegistering(suite);
  addDead(suite);
  return suite.checks;
}

function addAsking(suite: Suite): void {
  suite.add('R12 a pull producer is asked first after registerProducer has returned', async (stage) => {
    const { server } = await stage.pair({}, {});
    const source = new Source(server);
    server.calls(() => server.transport.registerProducer(source, false));
    expectSame(source.log, [], 'what the producer was told at once');
    await server.when(() => source.log.length > 0);
    expectSame(source.log, ['resume'], 'what the producer was told');
  });

  suite.add('R12 a pull producer that registers in a callback is asked after the callback', async (stage) => {
    const order: string[] = [];
    const { server } = await stage.pair(
      {
        made: (actor) => {
          actor.transport.registerProducer(new Source(actor, { resume: () => void order.push('asked') }), false);
          order.push('made');
        },
      },
      {},
    );
    await server.when(() => order.length === 2);
    expectSame(order, ['made', 'asked'], 'the order');
  });

  suite.addEach('R12 what a pull producer writes piece by piece arrives', async (stage, link) => {
    const poem = poemOf(5_000_000);
    const recite = (actor: Actor): void => {
      pull(actor, poem, 40_000);
      actor.transport.loseConnection();
    };
    const { client } = await stage.pair({ made: recite }, {}, {}, link);
    await client.lost();
    expectPoem(client.bytes, poem, 'the client');
  });

  suite.addValved('R12 a pull producer is asked whenever the queue runs dry, and not before', async (stage, valves) => {
    const { server } = await stage.pair({}, {});
    const [wire] = valves.accepted;
    wire?.shut();
    server.transport.write('something else first');
    const source = new Source(server, { resume: () => void server.transport.write(Buffer.alloc(100)) });
    server.transport.registerProducer(source, false);
    for (let asked = 0; asked < 10; asked += 1) {
      await stage.pass(2);
      expectSame(source.log.length, asked, 'how often the producer was asked');
      await wire?.pass();
    }
  });

  suite.add('R12 a pull producer may answer later, and is not asked again before', async (stage) => {
    const { server, client } = await stage.pair({}, {});
    const { transport } = server;
    const source = new Source(server, { resume: () => void stage.reactor.callLater(5, answer) });
    let answers = 0;
    const answer = (): void => {
      expectSame(source.log.length, answers + 1, 'how often the producer was asked');
      answers += 1;
      transport.write('piece');
      if (answers === 4) transport.unregisterProducer();
    };
    transport.registerProducer(source, false);
    await client.when(() => client.received === 20);
  });

  suite.add('R12 a pull producer that does not answer is not asked again', async (stage) => {
    const { server } = await stage.pair({}, {});
    const source = new Source(server);
    server.transport.registerProducer(source, false);
    await stage.pass(5);
    server.transport.pauseProducing();
    server.transport.resumeProducing();
    await stage.pass(5);
    expectSame(source.log, ['resume'], 'what the producer was told');
  });

  suite.add('R12 a pull producer that answers with nothing is asked again', async (stage) => {
    const answers = ['', 'one', '', '', 'two', ''];
    const { server, client } = await stage.pair({}, {});
    const { transport } = server;
    const source = new Source(server, {
      resume: () => {
        const answer = answers.shift();
        if (answer === undefined) transport.unregisterProducer();
        else transport.write(answer);
      },
    });
    transport.registerProducer(source, false);
    transport.loseConnection();
    await client.lost();
    expectSame(client.bytes.toString(), 'onetwo', 'what arrived');
  });

  suite.addEach('R12 a pull producer may lose the connection when it is asked', async (stage, link) => {
    const poem = poemOf(3_000_000);
    const recite = (actor: Actor): void => {
      const { transport } = actor;
      const source = new Source(actor, {
        resume: () => {
          transport.write(poem);
          transport.loseConnection();
          transport.unregisterProducer();
        },
      });
      transport.registerProducer(source, false);
    };
    const { server, client } = await stage.pair({ made: recite }, {}, {}, link);
    expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
    await client.lost();
    expectPoem(client.bytes, poem, 'the client');
  });
}

/** So often a producer without end is asked at most. */
const ENDLESS = 100_000;

function addFairness(suite: Suite): void {
  for (const [name, answer] of [
    ['without end', 'word'],
    ['that answers with nothing, without end,', ''],
  ] as const) {
    suite.addEach(`R12 a pull producer ${name} leaves other events their turn`, async (stage, link) => {
      const { server, client } = await stage.pair({}, {}, {}, link);
      const { transport } = server;
      let turned = false;
      const source = new Source(server, {
        resume: () => {
          if (turned || source.log.length === ENDLESS) transport.unregisterProducer();
          else transport.write(answer);
        },
      });
      stage.reactor.callLater(0, () => {
        turned = true;
      });
      transport.registerProducer(source, false);
      transport.loseConnection();
      await Promise.all([server.lost(), client.lost()]);
      expect(source.log.length < ENDLESS, 'the producer was resumed until its end: no other event ran in between');
      expectSame(client.received, answer.length * (source.log.length - 1), 'the number of bytes that arrived');
    });
  }

  suite.add('R12 a pull producer is stopped when the connection goes, and not asked again', async (stage) => {
    const { server, client } = await stage.pair({}, {});
    const source = new Source(server);
    server.transport.registerProducer(source, false);
    await server.when(() => source.log.length > 0);
    client.transport.abortConnection();
    await client.lost();
    server.transport.write('anybody?');
    await server.lost();
    expectSame(source.log.filter((entry) => entry === 'stop').length, 1, 'how often it was stopped');
    expectSame(source.log.at(-1), 'stop', 'what it was told last');
  });

  suite.add('R12 an abort does not ask the producer that it stops', async (stage) => {
    let source: Source | undefined;
    const part: Part = {
      made: (actor) => {
        source = new Source(actor);
        actor.transport.registerProducer(source, false);
        actor.transport.abortConnection();
      },
    };
    const { server } = await stage.call(part, {});
    await server.lost();
    expectSame(source?.log, ['stop'], 'what the producer was told');
  });
}

/** Registers a producer of either kind. */
function register({ transport }: Actor, source: Source, streaming: boolean): void {
  if (streaming) transport.registerProducer(source, true);
  else transport.registerProducer(source, false);
}

/** What registering throws. */
function refusal(actor: Actor, streaming: boolean): unknown {
  try {
    register(actor, new Source(actor), streaming);
  } catch (error) {
    return error;
  }
  return undefined;
}

const kinds = [
  ['push', true],
  ['pull', false],
] as const;

function addRegistering(suite: Suite): void {
  for (const [kind, streaming] of kinds) {
    suite.add(`R13 a second producer throws while a ${kind} producer is registered`, async (stage) => {
      const { server } = await stage.pair({}, {});
      const first = new Source(server);
      register(server, first, streaming);
      for (const [other, second] of kinds) {
        expect(refusal(server, second) instanceof Error, `a ${other} producer is accepted`);
      }
      server.transport.write(Buffer.alloc(100_000));
      await server.when(() => first.log.includes('resume'));
      server.transport.unregisterProducer();
      for (const [other, second] of kinds) {
        expectSame(refusal(server, second), undefined, `what a ${other} producer throws after unregisterProducer`);
        server.transport.unregisterProducer();
      }
    });
  }
}

function addDead(suite: Suite): void {
  const ends: readonly [name: string, end: (actor: Actor) => Promise<unknown>][] = [
    [
      'that is gone',
      (actor) => {
        actor.transport.abortConnection();
        return actor.lost();
      },
    ],
    ['that has been aborted', async ({ transport }) => transport.abortConnection()],
    [
      'that has sent its FIN',
      (actor) => {
        actor.transport.loseWriteConnection();
        return actor.when(() => actor.log.includes('shut'));
      },
    ],
  ];
  for (const [kind, streaming] of kinds) {
    for (const [name, end] of ends) {
      suite.add(`R13 a ${kind} producer that registers on a connection ${name} is stopped, later`, async (stage) => {
        const { server } = await stage.pair({ shut: () => {} }, { eof: () => {} });
        await end(server);
        const source = new Source(server);
        server.calls(() => register(server, source, streaming));
        expectSame(source.log, [], 'what the producer was told at once');
        await server.when(() => source.log.length > 0);
        await stage.pass(5);
        expectSame(source.log, ['stop'], 'what the producer was told');
      });
    }

    suite.add(`R13 a ${kind} producer that registers in connectionLost is stopped`, async (stage) => {
      let source: Source | undefined;
      const { server, client } = await stage.pair(
        {
          lost: (actor) => {
            source = new Source(actor);
            register(actor, source, streaming);
          },
        },
        {},
      );
      client.transport.loseConnection();
      await server.lost();
      await server.when(() => source?.log.length === 1);
      expectSame(source?.log, ['stop'], 'what the producer was told');
    });
  }
}
