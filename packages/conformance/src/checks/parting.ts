import { TimeoutError } from 'couplet';
import type { Actor, Part } from '../actor.ts';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import type { BackendUnderTest } from '../stage.ts';

/** Says that it leaves, so that the log tells; nothing else. */
const departing: Part = { leaving: () => {} };

/** R61: a protocol is told once when its connection begins to end. */
export function partingChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  for (const [what, leave] of [
    ['loseConnection', ({ transport }) => transport.loseConnection()],
    ['an abort', ({ transport }) => transport.abortConnection()],
    ['an abort with a reason', ({ transport }) => transport.abortConnection(new TimeoutError('too late'))],
  ] satisfies [string, (actor: Actor) => void][]) {
    suite.addEach(`R61 ${what} brings leaving once, after the callback that called it`, async (stage, link) => {
      const { server, client } = await stage.pair(
        {
          ...departing,
          data: (actor) => {
            leave(actor);
            leave(actor);
            expect(!actor.log.includes('leaving'), 'leaving comes inside the call');
          },
        },
        { made: ({ transport }) => void transport.write('verse') },
        {},
        link,
      );
      await server.when(() => server.log.includes('leaving'));
      await Promise.all([server.lost(), client.lost()]);
      expectSame(server.log, ['made', 'data', 'leaving', 'lost'], 'the log');
    });
  }

  suite.addEach('R61 the end of the peer, and a lost wire, bring leaving once', async (stage, link) => {
    const { server, client } = await stage.pair(departing, departing, {}, link);
    client.transport.loseConnection();
    await Promise.all([server.lost(), client.lost()]);
    expectSame(server.log, ['made', 'leaving', 'lost'], 'the log of the server');
    expectSame(client.log, ['made', 'leaving', 'lost'], 'the log of the client');
    const other = await stage.pair(departing, {}, {}, link);
    other.client.transport.abortConnection();
    await other.server.lost();
    expectSame(other.server.log, ['made', 'leaving', 'lost'], 'the log after an abort of the peer');
  });

  suite.add('R61 a protocol that goes on after the end of the peer leaves when it closes', async (stage) => {
    const { server, client } = await stage.pair(
      {
        ...departing,
        eof: ({ transport, log }) => {
          expect(!log.includes('leaving'), 'it leaves before it closes');
          transport.write('verse');
          transport.loseConnection();
        },
      },
      { data: () => {} },
    );
    client.transport.loseWriteConnection();
    await Promise.all([server.lost(), client.lost()]);
    expectSame(server.log, ['made', 'eof', 'leaving', 'lost'], 'the log');
  });

  suite.add(
    'R61 leaving does not wait for the promise of another callback, and nothing waits for its own',
    async (stage) => {
      let finish = (): void => {};
      const { server, client } = await stage.pair(
        {
          leaving: () => {
            finish();
            return new Promise(() => {});
          },
          data: (actor) => {
            actor.transport.loseConnection();
            return new Promise<void>((resolve) => {
              finish = resolve;
            });
          },
        },
        { made: ({ transport }) => void transport.write('verse') },
      );
      await Promise.all([server.lost(), client.lost()]);
      expectSame(server.log, ['made', 'data', 'leaving', 'lost'], 'the log');
    },
  );

  suite.addEach('R61 what leaving throws is the reason of an abort, and is reported', async (stage, link) => {
    const mistake = new Error('no way out');
    const { server } = await stage.pair(
      {
        data: ({ transport }) => transport.loseConnection(),
        leaving: () => {
          throw mistake;
        },
      },
      { made: ({ transport }) => void transport.write('verse') },
      {},
      link,
    );
    expectSame(await server.lost(), mistake, 'the reason');
    const told = stage.takeReports().map(({ where, error }) => [where, error]);
    expectSame(told, [['leaving', mistake]], 'what is reported');
  });
  return suite.checks;
}
