import type { Actor, Part } from '../actor.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { cue, deaf, mute } from '../parts.ts';
import { Source } from '../source.ts';
import type { BackendUnderTest } from '../stage.ts';
import { Suite } from '../suite.ts';

/** R14: what a protocol hears when it reads on, and what its transport tells. */
export function resumingChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  addUpcalls(suite);
  addFlags(suite);
  return suite.checks;
}

const pause = ({ transport }: Actor): void => transport.pauseProducing();

/** Long enough for what was sent to have arrived. */
const A_WHILE = 20;

function addUpcalls(suite: Suite): void {
  const heedful: Part = { ...deaf, resumed: () => {} };

  suite.add('R14 readingResumed comes after resumeProducing, though no more bytes arrive', async (stage) => {
    const { server } = await stage.pair(heedful, {});
    server.calls(() => server.transport.resumeProducing());
    expectSame(server.log, ['made'], 'the log right after');
    await server.when(() => server.log.includes('resumed'));
    await stage.pass(A_WHILE);
    expectSame(server.log, ['made', 'resumed'], 'the log');
  });

  suite.addEach('R14 readingResumed comes before the data that waits', async (stage, link) => {
    const { server } = await stage.pair(heedful, cue, {}, link);
    await stage.pass(A_WHILE);
    server.transport.resumeProducing();
    await server.when(() => server.received === 3);
    expectSame(server.log, ['made', 'resumed', 'data'], 'the log');
  });

  suite.add('R14 readingResumed comes for a resume in the same run as the pause', async (stage) => {
    const { server } = await stage.pair({ resumed: () => {} }, {});
    server.transport.pauseProducing();
    server.transport.resumeProducing();
    await server.when(() => server.log.includes('resumed'));
  });

  suite.add('R14 a pause in readingResumed holds the data back', async (stage) => {
    const { server } = await stage.pair({ ...deaf, resumed: pause }, cue);
    server.transport.resumeProducing();
    await stage.pass(A_WHILE);
    expectSame(server.log, ['made', 'resumed'], 'the log');
    expectSame(server.transport.paused, true, 'whether it is paused');
  });

  suite.addEach('R14 a pause right after the resume holds back what was on its way', async (stage, link) => {
    const other = (await stage.pair({}, {}, {}, link)).server;
    for (const waiting of [cue, mute]) {
      const { server } = await stage.pair({ ...heedful, eof: () => {} }, waiting, {}, link);
      await stage.pass(A_WHILE);
      server.transport.resumeProducing();
      // It is asked in the same run, after the resume has taken effect.
      const hush = new Source(other, { resume: () => server.transport.pauseProducing() });
      other.transport.registerProducer(hush, false);
      await stage.pass(A_WHILE);
      other.transport.unregisterProducer();
      expectSame(server.log, ['made', 'resumed'], 'the log');
    }
  });

  suite.add('R14 a pause and a resume in readingResumed bring another one', async (stage) => {
    let times = 0;
    const again = ({ transport }: Actor): void => {
      times += 1;
      if (times === 3) return;
      transport.pauseProducing();
      transport.resumeProducing();
    };
    const { server } = await stage.pair({ ...deaf, resumed: again }, cue);
    server.transport.resumeProducing();
    await server.when(() => server.received === 3);
    expectSame(server.log, ['made', 'resumed', 'resumed', 'resumed', 'data'], 'the log');
  });

  suite.add(
    'R14 readingResumed comes behind the end of the input too, where a protocol may hold bytes',
    async (stage) => {
      const end = ({ transport }: Actor): void => {
        transport.pauseProducing();
        transport.resumeProducing();
      };
      const { server, client } = await stage.pair({ eof: end, resumed: () => {} }, {});
      client.transport.loseWriteConnection();
      await server.when(() => server.log.includes('resumed'));
      server.transport.pauseProducing();
      await stage.pass(A_WHILE);
      expectSame([...server.log, server.transport.paused], ['made', 'eof', 'resumed', true], 'the log, and the pause');
    },
  );

  suite.add('R14 readingResumed does not come without a pause', async (stage) => {
    const { server } = await stage.pair({ resumed: () => {} }, cue);
    server.transport.resumeProducing();
    await server.when(() => server.received === 3);
    await stage.pass(A_WHILE);
    expectSame(server.log, ['made', 'data'], 'the log');
  });

  suite.add('R14 readingResumed does not come for the end of a promise', async (stage) => {
    const { server } = await stage.pair({ resumed: () => {}, data: () => stage.pass(1) }, cue);
    await server.when(() => server.received === 3);
    await stage.pass(A_WHILE);
    expectSame(server.log, ['made', 'data'], 'the log');
  });

  suite.add('R14 readingResumed does not come once the connection is to close', async (stage) => {
    const { server, client } = await stage.pair(heedful, {});
    server.transport.resumeProducing();
    server.transport.loseConnection();
    await Promise.all([server.lost(), client.lost()]);
    expectSame(server.log, ['made', 'lost'], 'the log');
  });
}

function addFlags(suite: Suite): void {
  suite.add('R14 transport.paused tells, from pauseProducing to resumeProducing', async (stage) => {
    const { transport } = (await stage.pair({}, {})).server;
    const seen = [transport.paused];
    for (const turn of ['pauseProducing', 'pauseProducing', 'resumeProducing', 'resumeProducing'] as const) {
      transport[turn]();
      seen.push(transport.paused);
    }
    expectSame(seen, [false, true, true, false, false], 'paused');
  });

  const causes: readonly [name: string, act: (actor: Actor) => void, disconnecting: boolean][] = [
    ['loseConnection', ({ transport }) => transport.loseConnection(), true],
    ['abortConnection', ({ transport }) => transport.abortConnection(), true],
    ['loseWriteConnection', ({ transport }) => transport.loseWriteConnection(), false],
    ['pauseProducing', ({ transport }) => transport.pauseProducing(), false],
  ];
  for (const [name, act, disconnecting] of causes) {
    suite.add(`R14 transport.disconnecting is ${disconnecting} after ${name}`, async (stage) => {
      const { server } = await stage.pair({}, { eof: () => {} });
      const { transport } = server;
      const before = transport.disconnecting;
      act(server);
      expectSame([before, transport.disconnecting, transport.disconnected], [false, disconnecting, false], 'the flags');
    });
  }

  suite.add('R14 transport.disconnecting is false when the peer half-closes a protocol that goes on', async (stage) => {
    const { server, client } = await stage.pair({ eof: () => {} }, {});
    client.transport.loseWriteConnection();
    await server.when(() => server.log.includes('eof'));
    expectSame(server.transport.disconnecting, false, 'disconnecting');
  });

  suite.add('R14 transport.disconnecting is true when the peer half-closes a protocol that does not', async (stage) => {
    const { server, client } = await stage.pair({}, deaf);
    server.transport.write(Buffer.alloc(50_000_000));
    client.transport.loseWriteConnection();
    while (!server.transport.disconnecting) await stage.pass(1);
    expectSame(server.transport.disconnected, false, 'disconnected');
    client.transport.abortConnection();
    await server.lost();
  });

  suite.add(
    'R14 transport.disconnected is true from connectionLost on, and pausing changes nothing any more',
    async (stage) => {
      const seen: boolean[] = [];
      const { server, client } = await stage.pair(
        { lost: ({ transport }) => void seen.push(transport.disconnected) },
        {},
      );
      client.transport.loseConnection();
      await server.lost();
      const { transport } = server;
      transport.pauseProducing();
      transport.resumeProducing();
      await stage.pass(A_WHILE);
      expectSame([...seen, transport.disconnected], [true, true], 'disconnected');
      expect(transport.disconnecting, 'disconnecting is false');
    },
  );
}
