import type { Actor } from '../actor.ts';
import { dam } from '../blocked-server.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { cue, deaf } from '../parts.ts';
import { expectPoem, poemOf } from '../poem.ts';
import { push, Source } from '../source.ts';
import type { BackendUnderTest } from '../stage.ts';
import { Suite } from '../suite.ts';

const HIGH = 64 * 1024;
const LOW = 16 * 1024;

/** R11: streaming producers. */
export function pressureChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  addMarks(suite);
  addTurns(suite);
  addEnds(suite);
  return suite.checks;
}

function addMarks(suite: Suite): void {
  suite.addValved('R11 at 64 KiB a producer is not paused', async (stage, valves) => {
    const { server, source } = await dam(stage, valves);
    server.transport.write(Buffer.alloc(HIGH));
    await stage.pass(1);
    expectSame(source.log, [], 'what the producer was told');
  });

  suite.addValved('R11 above 64 KiB a producer is paused inside the write, once', async (stage, valves) => {
    const { server, source } = await dam(stage, valves);
    server.transport.write(Buffer.alloc(HIGH));
    server.transport.write('!');
    expectSame(source.log, ['pause'], 'what the producer was told in the write');
    for (let more = 0; more < 5; more += 1) server.transport.write(Buffer.alloc(HIGH));
    await stage.pass(1);
    server.transport.write('!');
    expectSame(source.log, ['pause'], 'what the producer was told');
  });

  suite.addValved('R11 at 16 KiB a producer resumes, once', async (stage, valves) => {
    const { server, wire, source } = await dam(stage, valves);
    server.transport.write(Buffer.alloc(HIGH + 1 - LOW));
    server.transport.write(Buffer.alloc(LOW));
    await stage.pass(1);
    await wire.pass();
    await server.when(() => source.log.includes('resume'));
    wire.open();
    await stage.pass(5);
    expectSame(source.log, ['pause', 'resume'], 'what the producer was told');
  });

  suite.addValved('R11 above 16 KiB a producer does not resume', async (stage, valves) => {
    const { server, wire, source } = await dam(stage, valves);
    server.transport.write(Buffer.alloc(HIGH - LOW));
    server.transport.write(Buffer.alloc(LOW + 1));
    await stage.pass(1);
    await wire.pass();
    await stage.pass(5);
    expectSame(source.log, ['pause'], 'what the producer was told');
    wire.open();
    await server.when(() => source.log.includes('resume'));
  });

  suite.addValved('R11 the marks are exact after every write and every chunk that leaves', async (stage, valves) => {
    const { server, wire, source } = await dam(stage, valves);
    const sizes = [1, 40_000, 30_000, 70_000, 16_384, 16_385, 50, 200_000, 300_000, 1, 1, 9_000, 65_536, 65_537];
    const told: string[] = [];
    let unsent = 0;
    for (let turn = 0; turn < 200; turn += 1) {
      const paused = told.length % 2 === 1;
      if (paused || turn % 3 === 0) {
        unsent -= wire.held;
        await wire.pass();
        // The wire says that it is writable, and what waits goes to it.
        await stage.pass(0);
        if (paused && unsent <= LOW) told.push('resume');
      } else {
        const size = sizes[turn % sizes.length] ?? 0;
        server.transport.write(Buffer.alloc(size));
        unsent += size;
        if (unsent > HIGH) told.push('pause');
        await stage.pass(0);
      }
      expectSame(source.log, told, `what the producer was told by turn ${turn}, with ${unsent} bytes unsent`);
    }
    expect(told.length > 20, `the producer was told ${told.length} times, not more than 20: the check proves little`);
  });
}

function addTurns(suite: Suite): void {
  suite.addEach('R11 pause and resume strictly alternate, and everything arrives', async (stage, link) => {
    const poem = poemOf(20_000_000);
    let source: Source | undefined;
    const recite = (actor: Actor): void => {
      source = push(actor, poem, 30_000);
      actor.transport.loseConnection();
    };
    const { client } = await stage.pair({ made: recite }, {}, {}, link);
    await client.lost();
    expectPoem(client.bytes, poem, 'the client');
    const log = source?.log ?? [];
    expect(log.length > 2, 'the producer was never paused');
    for (const [at, entry] of log.entries()) expectSame(entry, at % 2 === 0 ? 'pause' : 'resume', `entry ${at}`);
  });

  suite.addValved(
    'R11 resumeProducing is queued, though the queue drains while the protocol runs',
    async (stage, valves) => {
      const { server, wire, source } = await dam(stage, valves);
      server.transport.write(Buffer.alloc(HIGH + 1));
      await stage.pass(1);
      server.calls(() => wire.open());
      expectSame(source.log, ['pause'], 'what the producer was told at once');
      await server.when(() => source.log.includes('resume'));
    },
  );

  suite.addValved('R11 one producer unregisters and another registers while told to resume', async (stage, valves) => {
    const { server, wire, source } = await dam(stage, valves);
    server.transport.unregisterProducer();
    const second = new Source(server);
    const first = new Source(server, {
      resume: () => {
        server.transport.unregisterProducer();
        server.transport.registerProducer(second, true);
        server.transport.write(Buffer.alloc(HIGH + 1));
      },
    });
    server.transport.registerProducer(first, true);
    server.transport.write(Buffer.alloc(HIGH + 1));
    await stage.pass(1);
    await wire.pass();
    await server.when(() => first.log.includes('resume'));
    await stage.pass(1);
    wire.open();
    await server.when(() => second.log.includes('resume'));
    expectSame(
      [source.log, first.log, second.log],
      [[], ['pause', 'resume'], ['pause', 'resume']],
      'what they were told',
    );
  });

  suite.addValved(
    'R11 a producer that registers above the mark is paused by its first write',
    async (stage, valves) => {
      const { server, wire, source } = await dam(stage, valves);
      server.transport.unregisterProducer();
      server.transport.write(Buffer.alloc(2 * HIGH));
      server.transport.registerProducer(source, true);
      expectSame(source.log, [], 'what the producer was told before it wrote');
      server.transport.write('!');
      expectSame(source.log, ['pause'], 'what the producer was told in its write');
      wire.open();
      await server.when(() => source.log.includes('resume'));
    },
  );

  suite.addValved('R11 a paused producer that has unregistered is told nothing more', async (stage, valves) => {
    const { server, wire, source } = await dam(stage, valves);
    server.transport.write(Buffer.alloc(2 * HIGH));
    server.transport.unregisterProducer();
    await stage.pass(1);
    wire.open();
    await stage.pass(5);
    server.transport.abortConnection();
    await server.lost();
    expectSame(source.log, ['pause'], 'what the producer was told');
  });

  suite.addValved(
    'R11 a paused producer of a connection that is to close resumes and finishes',
    async (stage, valves) => {
      const { server, wire, source } = await dam(stage, valves);
      server.transport.unregisterProducer();
      const words = Buffer.alloc(2 * HIGH);
      const last = new Source(server, {
        resume: () => {
          server.transport.write(words);
          server.transport.unregisterProducer();
        },
      });
      server.transport.registerProducer(last, true);
      server.transport.write(words);
      server.transport.loseConnection();
      await stage.pass(1);
      wire.open();
      expectSame((await server.lost()).name, 'ConnectionDone', 'the reason');
      expectSame([source.log, last.log.slice(0, 2)], [[], ['pause', 'resume']], 'what the producers were told');
      expectSame(
        stage.actors.map(({ received }) => received),
        [0, 4 * HIGH],
        'what arrived',
      );
    },
  );
}

function addEnds(suite: Suite): void {
  for (const [name, writes] of [
    ['that is paused', ['pause']],
    ['that is not paused', []],
  ] as const) {
    const speak = ({ transport }: Actor): void => {
      if (writes.length > 0) transport.write(Buffer.alloc(50_000_000));
    };

    suite.addEach(`R11 a producer ${name} is stopped when this side aborts`, async (stage, link) => {
      const { server, client } = await stage.pair({}, deaf, {}, link);
      const source = new Source(server);
      server.transport.registerProducer(source, true);
      speak(server);
      await stage.pass(5);
      server.transport.abortConnection();
      await server.lost();
      expectSame(source.log, [...writes, 'stop'], 'what the producer was told');
      client.transport.resumeProducing();
      await client.lost();
    });

    suite.add(`R11 a producer ${name} is stopped when the peer resets`, async (stage) => {
      const { server, client } = await stage.pair({}, deaf);
      const source = new Source(server);
      server.transport.registerProducer(source, true);
      speak(server);
      await stage.pass(5);
      client.transport.abortConnection();
      if (!stage.resets('tcp')) server.transport.write('anybody?');
      await server.lost();
      expectSame(source.log, [...writes, 'stop'], 'what the producer was told');
    });
  }

  suite.add('R11 an abort does not resume the producer that it stops', async (stage) => {
    const { server, client } = await stage.pair(
      {
        data: (actor) => {
          const source: Source = new Source(actor, {
            stop: () => expectSame(source.log, ['pause', 'stop'], 'what it was told'),
          });
          actor.transport.registerProducer(source, true);
          actor.transport.write(Buffer.alloc(HIGH + 1));
          actor.transport.abortConnection();
        },
      },
      cue,
    );
    await Promise.all([server.lost(), client.lost()]);
  });

  suite.add('R11 stopProducing comes before connectionLost, when the transport is dead', async (stage) => {
    const seen: unknown[] = [];
    const { server, client } = await stage.pair({}, {});
    const look = (): void => void seen.push(server.log.includes('lost'), server.transport.write('late'));
    server.transport.registerProducer(new Source(server, { stop: look }), true);
    server.transport.abortConnection();
    await Promise.all([server.lost(), client.lost()]);
    expectSame(seen, [false, false], 'what the producer saw');
  });

  suite.add('R11 a producer that has unregistered is not stopped', async (stage) => {
    const { server, client } = await stage.pair({}, {});
    const source = new Source(server);
    server.transport.registerProducer(source, true);
    server.transport.unregisterProducer();
    server.transport.unregisterProducer();
    server.transport.abortConnection();
    await Promise.all([server.lost(), client.lost()]);
    expectSame(source.log, [], 'what the producer was told');
  });

  suite.add(
    'R11 a producer that aborts when it is paused, as it must not, is stopped like any other',
    async (stage) => {
      const { server, client } = await stage.pair({}, deaf);
      const source = new Source(server, { pause: () => server.transport.abortConnection() });
      server.transport.registerProducer(source, true);
      server.transport.write(Buffer.alloc(50_000_000));
      expectSame((await server.lost()).name, 'ConnectionAborted', 'the reason');
      expectSame(source.log, ['pause', 'stop'], 'what the producer was told');
      client.transport.resumeProducing();
      await client.lost();
    },
  );
}
