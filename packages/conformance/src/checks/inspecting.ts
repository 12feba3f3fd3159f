import type { ConnectionView, ConnectorView, PortOptions, WaitsFor } from 'couplet';
import { ClientFactory, Factory, type Reactor } from 'couplet';
import type { Verdict } from 'couplet/policies';
import { guard, limitConnections, timeoutAbsolute } from 'couplet/policies';
import { Actor, type Part } from '../actor.ts';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { cue, deaf, echo } from '../parts.ts';
import type { BackendUnderTest, Link, Stage } from '../stage.ts';
import { SceneFactory, SingleClient } from '../stage.ts';

/** R44 and R46: what a reactor shows of itself, and of its attempts to connect. */
export function inspectingChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addLate(suite);
  addWaiting(suite, underTest);
  addTotals(suite);
  addAttempts(suite);
  return suite.checks;
}

/** The view of the one connection of that role. */
function viewOf(stage: Stage, role: ConnectionView['role'] = 'server'): ConnectionView {
  const [view, ...others] = [...stage.reactor.inspect().connections()].filter((one) => one.role === role);
  expect(view !== undefined && others.length === 0, `there is not one ${role} but ${others.length + 1}`);
  return view;
}

function addLate(suite: AllSuites): void {
  suite.addEach('R44 E-1 who looks late finds the port and its connections', async (stage, link) => {
    const before = stage.reactor.now();
    const factory = new SceneFactory(echo);
    const port = await stage.listen(factory, {}, link);
    for (const word of ['one', 'three']) {
      const client = await stage.join(port, { made: ({ transport }) => void transport.write(word) });
      await client.when(() => client.received === word.length);
    }
    const view = stage.reactor.inspect();
    const [shown, ...others] = [...view.ports()];
    expectSame([shown?.host, shown?.factory, others.length], [port.getHost().authority, 'SceneFactory', 0], 'the port');
    const all = [...view.connections()];
    const servers = all.filter(({ role }) => role === 'server').sort((a, b) => a.id - b.id);
    expectSame(
      servers.map(({ origin, protocol, factory: name }) => [origin, protocol, name]),
      [1, 2].map(() => [shown?.id, 'Actor', 'SceneFactory']),
      'where they come from',
    );
    expectSame(
      servers.map(({ host, peer }) => [host, peer]),
      factory.actors.map(({ transport }) => [transport.getHost().authority, transport.getPeer().authority]),
      'the addresses',
    );
    expectSame(
      servers.map(({ bytesIn, bytesOut, reads, writes, queued, maxQueued }) => [
        [bytesIn, bytesOut, reads, writes],
        [queued, maxQueued],
      ]),
      [
        [
          [3, 3, 1, 1],
          [0, 3],
        ],
        [
          [5, 5, 1, 1],
          [0, 5],
        ],
      ],
      'the counters',
    );
    for (const { since, durationMs, state, waiting } of all) {
      expect(since >= before && since <= view.now, `it is there since ${since}, from ${before} to ${view.now}`);
      expect(
        durationMs >= 0 && since + durationMs >= view.now - 0.001,
        `it has lasted ${durationMs} ms since ${since}`,
      );
      expectSame([state, waiting], ['open', 'nothing'], 'the state');
    }
    const connectors = [...view.connectors()];
    expectSame(
      connectors.map(({ state, attempts }) => [state, attempts]),
      [1, 2].map(() => ['connected', 1]),
      'the connectors',
    );
    const ids = [shown, ...all, ...connectors].map((one) => one?.id);
    expectSame(new Set(ids).size, 7, 'the number of ids of a port, two connectors, and two connections at each end');
  });

  suite.addEach('R44 one connection in detail is its view', async (stage, link) => {
    const port = await stage.listen(new SceneFactory(cue), {}, link);
    const client = await stage.join(port);
    await client.when(() => client.received === 3);
    const reactor = stage.reactor.inspect();
    for (const { durationMs, ...view } of reactor.connections()) {
      const { durationMs: lasted = -1, tcp: _tcp, credentials: _peer, ...detail } = reactor.connection(view.id) ?? {};
      expectSame(detail, view, 'the detail');
      expect(lasted >= durationMs, `it has lasted ${lasted} ms, and ${durationMs} ms before`);
    }
    const [shown] = [...reactor.ports()];
    expectSame(reactor.connection(shown?.id ?? -1), undefined, 'what has the id of a port');
  });

  suite.add('R44 timers are shown in order', async ({ reactor }) => {
    const calls = [900, 700, 800].map((ms) => reactor.callLater(ms, () => {}));
    const shown = [...reactor.inspect().timers()].filter(({ dueInMs }) => dueInMs <= 900);
    const [first, second, third] = shown.map(({ dueInMs }) => dueInMs);
    expect(first !== undefined && first <= 700 && first > 500, `the first is due in ${first} ms`);
    expect(second !== undefined && second <= 800 && third !== undefined && third <= 900, 'the others are not shown');
    expectSame(new Set(shown.map(({ id }) => id)).size, shown.length, 'the number of ids');
    for (const call of calls) call.cancel();
  });

  suite.add('R44 a connection that is gone is in no view', async (stage) => {
    const port = await stage.listen(new SceneFactory(cue));
    const client = await stage.join(port);
    await client.when(() => client.received === 3);
    client.transport.abortConnection();
    while ([...stage.reactor.inspect().connections()].length > 0) await stage.pass(1);
    expectSame([...stage.reactor.inspect().connectors()], [], 'the connectors');
    await port.stopListening();
    expectSame([...stage.reactor.inspect().ports()], [], 'the ports');
    const { accepted, connected, open, most, lost } = stage.reactor.inspect().totals;
    expectSame([accepted, connected, open, most, lost], [2, 2, 0, 2, 2], 'the totals, which stay');
  });
}

/** A scene in which the server's connection waits for something. */
interface Wait {
  readonly server?: Part;
  readonly client?: Part;
  readonly options?: (stage: Stage) => PortOptions;
  readonly around?: (factory: SceneFactory) => Factory;
  readonly state?: ConnectionView['state'];
  readonly secure?: boolean;
}

const never = (): Promise<Verdict> => new Promise(() => {});

/** Writes more than any buffer takes. */
const flood: Part = { made: ({ transport }) => void transport.write(Buffer.alloc(40_000_000)) };

const WAITS: Readonly<Record<Exclude<WaitsFor, 'nothing'>, readonly Wait[]>> = {
  paused: [{ server: deaf }],
  promise: [{ server: { made: () => new Promise(() => {}) } }],
  peer: [
    { server: flood, client: deaf },
    {
      server: { made: ({ transport }) => transport.loseConnection() },
      client: { eof: () => {} },
      state: 'lingering',
    },
    { options: () => ({ haproxy: { trusted: ['127.0.0.0/8', '10.0.0.0/8'] } }), state: 'arriving' },
  ],
  handshake: [
    { options: ({ tls }) => ({ tls: tls.server }), state: 'arriving', secure: true },
    { server: { made: (actor) => actor.transport.startTLS(tlsOf(actor)) }, secure: true },
  ],
  admission: [{ around: (factory) => guard(factory, { admitsLater: true, filter: never }), state: 'arriving' }],
};

/** The server settings of the stage on which an actor plays. */
const stages: WeakMap<object, Stage> = new WeakMap();
function tlsOf(actor: Actor): Stage['tls']['server'] {
  const stage = stages.get(actor);
  expect(stage !== undefined, 'the actor is on no stage');
  return stage.tls.server;
}

/** Builds actors that know their stage. */
class StagedFactory extends SceneFactory {
  readonly #stage: Stage;
  constructor(stage: Stage, part: Part) {
    super(part);
    this.#stage = stage;
  }
  override buildProtocol(...args: Parameters<SceneFactory['buildProtocol']>): Actor | null {
    const actor = super.buildProtocol(...args);
    if (actor !== null) stages.set(actor, this.#stage);
    return actor;
  }
}

function addWaiting(suite: AllSuites, { tls }: BackendUnderTest): void {
  for (const [waiting, scenes] of Object.entries(WAITS)) {
    for (const [index, { server = {}, client = {}, options, around, state = 'open', secure }] of scenes.entries()) {
      if (secure === true && tls === undefined) continue;
      suite.add(`R44 E-3 a view says that a connection waits for ${waiting}, case ${index + 1}`, async (stage) => {
        const factory = new StagedFactory(stage, server);
        const port = await stage.listen(around?.(factory) ?? factory, options?.(stage) ?? {});
        const actor = new Actor(client);
        await stage.connect(port, new SingleClient(actor)).whenConnected();
        const shown = (): boolean =>
          [...stage.reactor.inspect().connections()].some((one) => one.role === 'server' && one.waiting === waiting);
        while (!shown()) await stage.pass(1);
        const view = viewOf(stage);
        expectSame(
          [view.waiting, view.state, view.protocol],
          [waiting, state, state === 'arriving' ? undefined : 'Actor'],
          'the view',
        );
        actor.transport.abortConnection();
        await actor.lost();
      });
    }
  }

  suite.add('R44 what the policies and the protocol show is in the views', async (stage) => {
    class Talking extends Actor {
      readonly step: string;
      constructor(step: string) {
        super();
        this.step = step;
      }
      override describe(): { step: string; tries: number } {
        if (this.step === 'none') throw new Error('no words');
        return { step: this.step, tries: 2 };
      }
    }
    class Talkers extends Factory {
      #steps = ['name\n\u202e', 'none'];
      override buildProtocol(): Talking {
        return new Talking(this.#steps.shift() ?? '');
      }
      override describe(): { waiting: number } {
        return { waiting: this.#steps.length };
      }
    }
    const port = await stage.listen(
      timeoutAbsolute(limitConnections(new Talkers(), { max: 7 }), { timeoutMs: 60_000 }),
    );
    const clients = [await stage.join(port), await stage.join(port)];
    const servers = (): ConnectionView[] =>
      [...stage.reactor.inspect().connections()].filter((one) => one.role === 'server');
    while (servers().length < 2) await stage.pass(1);
    const facts = servers()
      .sort((a, b) => a.id - b.id)
      .map((one) => one.facts);
    expectSame(
      facts,
      [{ step: 'name\\n\\u202e', tries: 2 }, { error: 'Error: no words' }],
      'the facts of the protocols',
    );
    const [view] = [...stage.reactor.inspect().ports()];
    expectSame(view?.facts, { waiting: 0 }, 'the facts of the factory');
    for (const client of clients) client.transport.abortConnection();
    for (const client of clients) await client.lost();
  });
}

function addTotals(suite: AllSuites): void {
  suite.add('R44 R45 every connection is counted once: as connected, or refused under its code', async (stage) => {
    const factory = limitConnections(new SceneFactory(echo), { max: 2 });
    const port = await stage.listen(factory);
    const clients = [1, 2, 3, 4].map(() => new Actor({ made: ({ transport }) => void transport.write('four') }));
    for (const client of clients) {
      stage.connect(port, new SingleClient(client));
      await client.when(() => client.received === 4 || client.reason !== undefined);
    }
    const [view] = [...stage.reactor.inspect().ports()];
    const { accepted, connected, open, most, lost, bytesIn, bytesOut, refused, errors } = view?.totals ?? {};
    expectSame(
      [accepted, connected, open, most, lost, bytesIn, bytesOut, refused, errors],
      [4, 2, 2, 2, 0, 8, 8, { CONNECTION_LIMIT: 2 }, 0],
      'the totals of the port',
    );
    for (const client of clients) client.transport.abortConnection();
    for (const client of clients) await client.lost();
    while ([...stage.reactor.inspect().connections()].length > 0) await stage.pass(1);
    const all = stage.reactor.inspect().totals;
    expectSame(
      [all.accepted, all.connected, all.open, all.lost, all.bytesIn, all.refused],
      [8, 6, 0, 6, 16, { CONNECTION_LIMIT: 2 }],
      'the totals of the reactor, with the four that its connectors made',
    );
  });

  suite.add('R44 an error of a callback is counted at its port, and at the reactor', async (stage) => {
    const factory = new SceneFactory({
      data: () => {
        throw new Error('no rhyme');
      },
    });
    const port = await stage.listen(factory);
    const client = await stage.join(port, cue);
    await client.lost();
    expectSame(stage.takeReports().length, 1, 'the number of reports');
    const [view] = [...stage.reactor.inspect().ports()];
    expectSame([view?.totals.errors, stage.reactor.inspect().totals.errors], [1, 1], 'the errors');
  });
}

/** Builds no more than it needs. */
class Calling extends ClientFactory {
  override buildProtocol(): Actor {
    return new Actor();
  }
}

function addAttempts(suite: AllSuites): void {
  const told = (reactor: Reactor): [string, ConnectorView][] => {
    const steps: [string, ConnectorView][] = [];
    reactor.observe({ connectionAttempt: (view, why) => void steps.push([why?.name ?? view.state, view]) });
    return steps;
  };

  suite.addClear('R46 an attempt tells its steps', async (stage, link: Link) => {
    const steps = told(stage.reactor);
    const port = await stage.listen(new SceneFactory(), {}, link);
    const connector = stage.connect(port, new Calling());
    await connector.whenConnected();
    expectSame(
      steps.map(([step]) => step),
      ['racing', 'connected'],
      'the steps',
    );
    const [first, last] = steps.map(([, view]) => view);
    expectSame([first?.id, first?.destination, first?.attempts], [last?.id, connector.destination, 1], 'the view');
    connector.disconnect();
  });

  suite.add('R46 an attempt that fails says why', async (stage) => {
    const steps = told(stage.reactor);
    const port = await stage.listen(new SceneFactory());
    await port.stopListening();
    await stage
      .connect(port, new Calling())
      .whenConnected()
      .catch(() => {});
    expectSame(
      steps.map(([step]) => step),
      ['racing', 'ConnectionRefusedError'],
      'the steps',
    );
    expectSame(steps.at(-1)?.[1].state, 'failed', 'the state of the view');
  });
}
