import type { ErrorReport, Result } from 'couplet';
import { Factory, Protocol } from 'couplet';
import { limitConnections, logTraffic } from 'couplet/policies';
import { Actor } from '../actor.ts';
import { expectReport, expectUnhurt, slip } from '../actor-error.ts';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { cue, echo } from '../parts.ts';
import { Source } from '../source.ts';
import type { BackendUnderTest, Stage } from '../stage.ts';
import { SceneFactory, SingleClient } from '../stage.ts';

/** R8: what code without types, or against them, does to the engine. */
export function misuseChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addNames(suite);
  addAnswers(suite);
  addPromises(suite);
  addCalls(suite);
  return suite.checks;
}

/** Throws the slip whatever is done with it. */
function throwing(): never {
  throw slip;
}

/**
 * Whatever the scene does wrong: the bystanders still hear each other, writes of a timer leave, and a new connection is made.
 * Resolves to what was reported.
 */
async function playBesides(stage: Stage, scene: () => Promise<void>): Promise<ErrorReport[]> {
  const bystanders = await stage.pair(echo, {});
  await scene();
  await expectUnhurt(bystanders);
  const before = bystanders.client.received;
  stage.reactor.callLater(1, () => bystanders.server.transport.write('timely'));
  await bystanders.client.when(() => bystanders.client.received === before + 6);
  const late = await stage.join(await stage.listen(new SceneFactory(echo)), cue);
  await late.when(() => late.received === 3);
  return stage.takeReports();
}

/** Waits until something was reported. */
async function reported(stage: Stage): Promise<void> {
  while (stage.reports.length === 0) await stage.pass(1);
  await stage.pass(5);
}

/** Names that an application may give, or fail to give, to its protocols. */
const nameless: readonly [name: string, build: () => Protocol][] = [
  [
    'a class with a symbol for a name',
    () => {
      class Bard extends Protocol {
        static override readonly name: string = Object(Symbol('bard')).valueOf();
      }
      return new Bard();
    },
  ],
  [
    'a class with a getter for a name that throws',
    () => {
      class Bard extends Protocol {}
      Object.defineProperty(Bard, 'name', { get: throwing });
      return new Bard();
    },
  ],
  ['an object without a constructor', () => Object.assign(new Protocol(), { constructor: undefined })],
  [
    'a getter for a constructor that throws',
    () => Object.defineProperty(new Protocol(), 'constructor', { get: throwing }),
  ],
];

function addNames(suite: AllSuites): void {
  for (const [name, build] of nameless) {
    suite.add(`R8 a protocol that fails is reported though it has ${name}`, async (stage) => {
      const reports = await playBesides(stage, async () => {
        const troupe = new Factory();
        troupe.buildProtocol = () => Object.assign(build(), { dataReceived: throwing });
        const client = await stage.join(await stage.listen(troupe), cue);
        await client.lost();
      });
      expectSame(
        reports.map(({ where, error }) => [where, error === slip]),
        [['dataReceived', true]],
        'the reports',
      );
      expect(/ at 127\.0\.0\.1:\d+$/.test(reports[0]?.who ?? ''), `the name is ${reports[0]?.who}`);
    });
  }

  for (const [what, prefix] of [
    ['throws', throwing],
    ['returns no text', () => Object(5).valueOf()],
  ] as const) {
    suite.add(`R8 a factory that fails is reported though its logPrefix ${what}`, async (stage) => {
      const reports = await playBesides(stage, async () => {
        const troupe = new SceneFactory();
        troupe.buildProtocol = throwing;
        troupe.logPrefix = prefix;
        troupe.stopFactory = throwing;
        const port = await stage.listen(troupe);
        const client = new Actor();
        stage.connect(port, new SingleClient(client));
        await client.lost();
        await port.stopListening();
      });
      expectSame(
        reports.map(({ where, error }) => [where, error === slip]),
        [
          ['buildProtocol', true],
          ['stopFactory', true],
        ],
        'the reports',
      );
    });

    suite.add(`R8 a client factory that fails is reported though its logPrefix ${what}`, async (stage) => {
      const reports = await playBesides(stage, async () => {
        const client = new SingleClient(new Actor());
        client.logPrefix = prefix;
        client.clientConnectionLost = throwing;
        client.startedConnecting = throwing;
        stage.connect(await stage.listen(new SceneFactory()), client);
        const { actor } = client;
        await actor.when(() => actor.log.includes('made'));
        actor.transport.abortConnection();
        await actor.lost();
        await stage.pass(5);
      });
      expectSame(
        reports.map(({ where }) => where),
        ['startedConnecting', 'clientConnectionLost'],
        'the reports',
      );
    });
  }

  suite.add('R8 a getter that throws where a callback is looked for ends that connection alone', async (stage) => {
    const reports = await playBesides(stage, async () => {
      const factory = new Factory();
      factory.buildProtocol = () => Object.defineProperty(new Protocol(), 'dataReceived', { get: throwing });
      const client = await stage.join(await stage.listen(factory), cue);
      await client.lost();
    });
    expectSame(
      reports.map(({ where, error }) => [where, error === slip]),
      [['dataReceived', true]],
      'the reports',
    );
  });

  suite.add('R8 a result whose then throws when it is looked at is a failure like any other', async (stage) => {
    const trap = Object.defineProperty({}, 'then', { get: throwing });
    const reports = await playBesides(stage, async () => {
      const { server, client } = await stage.pair({ data: () => Object(trap) }, cue);
      expect((await server.lost()) === slip, 'the reason is not the error that was thrown');
      await client.lost();
      stage.reactor.callLater(0, () => trap);
      await stage.pass(5);
    });
    expectSame(
      reports.map(({ where, error }) => [where === 'dataReceived' || where.includes('function'), error === slip]),
      [
        [true, true],
        [true, true],
      ],
      'the reports',
    );
  });
}

/** What code without types may return where something else was expected. */
const odd: readonly [name: string, answer: () => unknown][] = [
  ['5', () => 5],
  ["'x'", () => 'x'],
  ['{}', () => ({})],
  ['true', () => true],
  ['a promise', () => Promise.reject(slip)],
];

function addAnswers(suite: AllSuites): void {
  // A factory may promise its verdict, but not another one.
  const verdicts: typeof odd = [...odd.slice(0, -1), ['a promise of 5', () => Promise.resolve(5)]];
  for (const [name, answer] of verdicts) {
    suite.add(`R8 an admit that returns ${name} is reported, and the connection closed`, async (stage) => {
      const troupe = new SceneFactory(echo);
      const inherited = troupe.admit;
      const reports = await playBesides(stage, async () => {
        troupe.admit = () => Object(answer()).valueOf();
        const port = await stage.listen(limitConnections(troupe, { max: 1 }));
        for (let count = 0; count < 2; count += 1) {
          const client = new Actor();
          stage.connect(port, new SingleClient(client));
          await client.lost();
        }
        troupe.admit = inherited;
        // No slot is held by those that came to nothing.
        const client = await stage.join(port, cue);
        await client.when(() => client.received === 3);
      });
      expectSame(
        reports.map(({ where, error }) => [where, error instanceof TypeError]),
        [
          ['admit', true],
          ['admit', true],
        ],
        'the reports',
      );
      expect(
        String(reports[0]?.error).includes('not a Filter, a Refused or undefined'),
        `it says: ${reports[0]?.error}`,
      );
    });
  }
  for (const [name, answer] of odd) {
    suite.add(`R8 a buildProtocol that returns ${name} is reported, and the connection closed`, async (stage) => {
      const reports = await playBesides(stage, async () => {
        const factory = new Factory();
        factory.buildProtocol = () => Object(answer()).valueOf();
        const client = new Actor();
        stage.connect(await stage.listen(factory), new SingleClient(client));
        await client.lost();
      });
      expectSame(
        reports.map(({ where, error }) => [where, error instanceof TypeError]),
        [['buildProtocol', true]],
        'the reports',
      );
      expect(String(reports[0]?.error).includes('not a protocol or null'), `it says: ${reports[0]?.error}`);
    });
  }

  suite.add('R8 a buildProtocol of a client that is async fails it with a TypeError that says so', async (stage) => {
    const port = await stage.listen(new SceneFactory());
    const lost: Error[] = [];
    const client = new SingleClient(new Actor());
    client.buildProtocol = () => Object(Promise.reject(slip));
    client.clientConnectionLost = (_connector, reason) => {
      lost.push(reason);
    };
    stage.connect(port, client);
    await reported(stage);
    expectSame(
      stage.takeReports().map(({ where, error }) => [where, String(error).includes('a promise')]),
      [['buildProtocol', true]],
      'the reports',
    );
    expect(lost.length === 1 && lost[0] instanceof TypeError, `the reasons are ${lost.join(', ')}`);
  });
}

/** A promise whose `then` is of another make: what it returns rejects, too. */
class Restless extends Promise<void> {
  // biome-ignore lint/suspicious/noThenProperty: that is what it is about
  override then<A = void, B = never>(): Promise<A | B> {
    return Promise.reject(new Error('of its own'));
  }
}

/** What an async function, or something like it, returns in place of nothing. */
const failing: readonly [name: string, fail: () => Result][] = [
  ['is async and rejects', () => Promise.reject(slip)],
  // biome-ignore lint/suspicious/noThenProperty: that is what it is about
  ['returns what rejects when it is awaited', () => Object({ then: () => Promise.reject(slip) })],
  ['returns a promise of another class that rejects', () => Restless.reject(slip)],
];

function addPromises(suite: AllSuites): void {
  for (const [how, fail] of failing) {
    suite.addRehearsed(`R8 an observer that ${how} hurts no connection, and the others are told`, async (scripted) => {
      const { reactor, backend } = scripted;
      const told: string[] = [];
      reactor.observe({ connectionMade: () => Object(fail()), connectionLost: () => Object(fail()) });
      reactor.observe({ connectionMade: () => told.push('made'), connectionLost: () => told.push('lost') });
      const client = new Actor(cue);
      reactor.connectTCP('192.0.2.1', 8007, new SingleClient(client));
      const wire = backend.attempts[0]?.succeed();
      await backend.settled();
      wire?.lose();
      await backend.settled();
      expectSame(
        [told, client.log],
        [
          ['made', 'lost'],
          ['made', 'lost'],
        ],
        'what was told',
      );
      const printed = backend.lines.map((line) => line.startsWith('an observer: observe: Error: a slip'));
      expectSame(printed, [true, true], 'what was printed');
    });

    suite.add(`R8 a log of traffic that ${how} is reported, and the bytes pass`, async (stage) => {
      const factory = logTraffic(new SceneFactory(echo), (entry) =>
        Object(entry.event === 'opened' ? fail() : undefined),
      );
      const reports = await playBesides(stage, async () => {
        const client = await stage.join(await stage.listen(factory), cue);
        await client.when(() => client.received === 3);
        await reported(stage);
      });
      expectSame(
        reports.map(({ where, error }) => [where, error === slip]),
        [['log', true]],
        'the reports',
      );
      expect(reports[0]?.who.startsWith('logTraffic at ') === true, `the name is ${reports[0]?.who}`);
    });

    for (const told of ['resume', 'pause', 'stop'] as const) {
      suite.add(`R8 a producer whose ${told}Producing ${how} ends that connection alone`, async (stage) => {
        const reports = await playBesides(stage, async () => {
          const { server, client } = await stage.pair({}, {});
          const source = new Source(server, { [told]: fail });
          if (told === 'resume') server.transport.registerProducer(source, false);
          else server.transport.registerProducer(source, true);
          if (told === 'pause') server.transport.write(Buffer.alloc(100_000));
          if (told === 'stop') server.transport.abortConnection();
          await server.lost();
          await client.lost();
          await reported(stage);
        });
        expectSame(
          reports.map(({ where, error }) => [where, error === slip]),
          [[`${told}Producing`, true]],
          'the reports',
        );
      });
    }

    suite.add(`R8 a callback that ${how} ends that connection alone`, async (stage) => {
      const { server, client } = await stage.pair({ data: fail }, cue);
      await server.lost();
      await client.lost();
      await expectReport(stage, 'dataReceived', /^Actor at /);
    });
  }
}

function addCalls(suite: AllSuites): void {
  for (const [name, value] of [
    ['undefined', undefined],
    ['a text', 'later'],
    ['an object', {}],
  ] as const) {
    suite.add(`R8 callLater and callWhenRunning with ${name} throw a TypeError at the call`, async (stage) => {
      const { reactor } = stage;
      const calls = [
        () => Reflect.apply(reactor.callLater, reactor, [1, value]),
        () => Reflect.apply(reactor.callWhenRunning, reactor, [value]),
      ];
      const reports = await playBesides(stage, async () => {
        for (const call of calls) {
          let thrown: unknown;
          try {
            call();
          } catch (error) {
            thrown = error;
          }
          expect(thrown instanceof TypeError, `it throws ${String(thrown)}`);
        }
        await stage.pass(5);
      });
      expectSame(reports, [], 'the reports');
    });
  }

  for (const [name, property] of [
    ['symbol', { value: Symbol('call') }],
    ['getter that throws', { get: throwing }],
  ] as const) {
    suite.add(`R8 a delayed call whose name is a ${name} runs, and is reported when it throws`, async (stage) => {
      const reports = await playBesides(stage, async () => {
        stage.reactor.callLater(
          1,
          Object.defineProperty(() => throwing(), 'name', property),
        );
        stage.reactor.callWhenRunning(Object.defineProperty(() => throwing(), 'name', property));
        await stage.pass(5);
      });
      expectSame(
        reports.map(({ error }) => error === slip),
        [true, true],
        'the reports',
      );
    });
  }
}
