import { ClientFactory } from '../protocol/client-factory.ts';
import type { Connector } from '../protocol/connector.ts';
import { Factory } from '../protocol/factory.ts';
import type { Result } from '../protocol/protocol.ts';
import { Protocol } from '../protocol/protocol.ts';
import type { Transport } from '../protocol/transport.ts';
import type { Part } from './actor.ts';
import { Actor } from './actor.ts';
import type { Check } from './check.ts';
import { expect, expectSame } from './check.ts';
import { Programme } from './programme.ts';
import { Source } from './source.ts';
import type { Pair, Stage, Venue } from './stage.ts';
import { SingleClient, Troupe } from './stage.ts';
import { Vow } from './vow.ts';

/** R8: what the application does wrong. */
export function failureChecks(venue: Venue): Check[] {
  const programme = new Programme(venue);
  for (const slip of slips) {
    for (const [way, fail] of ways) {
      for (const side of ['server', 'client'] as const) {
        programme.add(`R8 ${slip.where} of a ${side} that ${way} ends that connection alone`, (stage) =>
          playSlip(stage, slip, fail, side),
        );
      }
    }
  }
  addReports(programme);
  addFactories(programme);
  return programme.checks;
}

const error = new Error('a slip of the tongue');

/** Fails in a callback; the stage is for those who fail later. */
type Fail = (stage: Stage) => Result;

const ways: readonly [name: string, fail: Fail][] = [
  [
    'throws',
    () => {
      throw error;
    },
  ],
  ['rejects', () => Promise.reject(error)],
  ['rejects later', (stage) => stage.pass(5).then(() => Promise.reject(error))],
];

/** A callback that fails, and how it comes to be called. */
interface Slip {
  readonly where: string;
  /** What the failing actor plays. */
  part(fail: () => Result): Part;
  /** What its peer plays. */
  readonly peer: Part;
  /** Why the connection ends, where it does not end by the failure itself. */
  readonly reason?: string;
}

const silent: Part = { eof: ({ transport }) => transport.loseConnection() };

const slips: readonly Slip[] = [
  { where: 'connectionMade', part: (fail) => ({ made: fail }), peer: silent },
  {
    where: 'dataReceived',
    part: (fail) => ({ data: fail }),
    peer: { made: ({ transport }) => void transport.write('cue') },
  },
  {
    where: 'readConnectionLost',
    part: (fail) => ({ eof: fail }),
    peer: { made: ({ transport }) => transport.loseWriteConnection() },
  },
  {
    where: 'writeConnectionLost',
    part: (fail) => ({ made: ({ transport }) => transport.loseWriteConnection(), shut: fail }),
    peer: { eof: () => {} },
  },
  {
    where: 'readingResumed',
    part: (fail) => ({
      made: ({ transport }) => {
        transport.pauseProducing();
        transport.resumeProducing();
      },
      resumed: fail,
    }),
    peer: silent,
  },
  {
    where: 'connectionLost',
    part: (fail) => ({ made: ({ transport }) => transport.loseConnection(), lost: fail }),
    peer: silent,
    reason: 'ConnectionDone',
  },
  {
    where: 'resumeProducing',
    part: (fail) => ({
      made: (actor) => actor.transport.registerProducer(new Source(actor, { resume: fail }), false),
    }),
    peer: silent,
  },
  {
    where: 'pauseProducing',
    part: (fail) => ({
      made: (actor) => {
        actor.transport.registerProducer(new Source(actor, { pause: fail }), true);
        actor.transport.write(Buffer.alloc(100_000));
      },
    }),
    peer: silent,
  },
  {
    where: 'stopProducing',
    part: (fail) => ({
      made: (actor) => {
        actor.transport.registerProducer(new Source(actor, { stop: fail }), true);
        actor.transport.abortConnection();
      },
    }),
    peer: silent,
    reason: 'ConnectionAborted',
  },
];

const echo: Part = { data: ({ transport }, chunk) => void transport.write(chunk) };

/** Expects that the bystanders still hear each other. */
async function expectUnhurt({ server, client }: Pair): Promise<void> {
  const before = client.received;
  client.transport.write('still there?');
  await client.when(() => client.received === before + 12);
  expectSame([...server.log, ...client.log].includes('lost'), false, 'whether a bystander was lost');
}

/** Waits until something was reported, takes it away, and expects that it is one, from that callback of an actor. */
async function expectReport(stage: Stage, where: string, who: RegExp): Promise<void> {
  while (stage.reports.length === 0) await stage.pass(1);
  await stage.pass(10);
  const reports = stage.takeReports();
  expectSame(
    reports.map((report) => report.where),
    [where],
    'the list of reports',
  );
  const [report] = reports;
  expect(report?.error === error, `the error is ${String(report?.error)}`);
  expect(who.test(report.who), `the name is ${report.who}`);
}

async function playSlip(stage: Stage, slip: Slip, fail: Fail, side: 'server' | 'client'): Promise<void> {
  const bystanders = await stage.pair(echo, {});
  const part = slip.part(() => fail(stage));
  const pair = side === 'server' ? await stage.call(part, slip.peer) : await stage.call(slip.peer, part);
  const actor = pair[side];
  const reason = await actor.lost();
  if (slip.reason === undefined) expect(reason === error, `the reason is ${String(reason)}`);
  else expectSame(reason.name, slip.reason, 'the reason');
  await expectReport(stage, slip.where, /^Actor at 127\.0\.0\.1:\d+$/);
  await expectUnhurt(bystanders);
}

/** What a sloppy program throws. */
const oddities: readonly [name: string, value: unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['a symbol', Symbol('slip')],
  ['an object that has no text', Object.create(null)],
];

function addReports(programme: Programme): void {
  programme.addEach('R8 the report names the protocol and its peer', async (stage, medium) => {
    class Bard extends Actor {}
    const troupe = new Troupe();
    troupe.buildProtocol = () => new Bard({ data: () => Promise.reject(error) });
    const port = await stage.listen(troupe, {}, medium);
    const client = await stage.join(port, { made: ({ transport }) => void transport.write('cue') });
    const { authority } = client.transport.getHost();
    await client.lost();
    const names = stage.takeReports().map(({ who }) => who);
    expectSame(names, [`Bard at ${authority}`], 'the list of names');
  });

  programme.addEach(
    'R8 a failure after the end still names the peer, of a protocol that never asked',
    async (stage, medium) => {
      const vow = new Vow();
      const transports: Transport[] = [];
      class Bare extends Protocol {
        override connectionMade(): Promise<void> {
          transports.push(this.transport);
          return vow.promise;
        }
      }
      const client = await stage.join(await stage.listen(Factory.forProtocol(Bare), {}, medium));
      while (transports.length === 0) await stage.pass(1);
      const { authority } = client.transport.getHost();
      transports[0]?.abortConnection();
      await client.lost();
      while (transports[0]?.disconnected !== true) await stage.pass(1);
      vow.break(error);
      await expectReport(stage, 'connectionMade', new RegExp(`^Bare at ${authority}$`));
    },
  );

  for (const [name, value] of oddities) {
    programme.add(`R8 a callback may throw ${name}; the reason is an error`, async (stage) => {
      const { server, client } = await stage.pair(
        {
          data: () => {
            throw value;
          },
        },
        { made: ({ transport }) => void transport.write('cue') },
      );
      expect((await server.lost()) instanceof Error, 'the reason is no error');
      await client.lost();
      const errors = stage.takeReports().map((report) => report.error);
      expect(errors.length === 1 && errors[0] === value, 'the error was not logged, or not once');
    });
  }

  programme.add('R8 what is thrown may be anything; the reason is an error that says it', async (stage) => {
    const { server, client } = await stage.pair(
      { data: () => Promise.reject('no error') },
      { made: ({ transport }) => void transport.write('cue') },
    );
    const reason = await server.lost();
    expect(reason instanceof Error && reason.message.includes('no error'), `the reason is ${String(reason)}`);
    expectSame(
      stage.takeReports().map((report) => report.error),
      ['no error'],
      'the list of errors',
    );
    await client.lost();
  });

  programme.add('R8 a promise that rejects after the connection has gone is logged, once', async (stage) => {
    const vow = new Vow();
    const { server, client } = await stage.pair({ made: () => vow.promise }, {});
    client.transport.abortConnection();
    await server.lost();
    vow.break(error);
    await expectReport(stage, 'connectionMade', /^Actor at /);
    expectSame(server.log, ['made', 'lost'], 'the log');
  });

  programme.add('R8 two callbacks that fail are logged once each, and the first is the reason', async (stage) => {
    const late = new Error('too late');
    const { server, client } = await stage.pair(
      {
        data: () => {
          throw error;
        },
        lost: () => {
          throw late;
        },
      },
      { made: ({ transport }) => void transport.write('cue') },
    );
    expect((await server.lost()) === error, 'the reason is another');
    await client.lost();
    const errors = stage.takeReports().map((report) => report.error);
    expect(errors.length === 2 && errors[0] === error && errors[1] === late, `the errors are ${errors.join(', ')}`);
  });

  programme.add('R8 a failure drops what is queued, and the peer sees a reset', async (stage) => {
    const { server, client } = await stage.pair(
      {
        data: ({ transport }) => {
          transport.write('half an ans');
          throw error;
        },
      },
      { made: ({ transport }) => void transport.write('cue') },
    );
    await server.lost();
    const { name } = await client.lost();
    if (stage.resets('tcp')) expectSame(name, 'ConnectionLost', 'the reason of the peer');
    expectSame(client.received, 0, 'the number of bytes that arrived');
    stage.takeReports();
  });

  programme.add('R8 a failure while leaving is the reason, too', async (stage) => {
    const vow = new Vow();
    const { server, client } = await stage.pair({ made: () => vow.promise }, { eof: () => {} });
    server.transport.loseConnection();
    await client.when(() => client.log.includes('eof'));
    vow.break(error);
    expect((await server.lost()) === error, 'the reason is another');
    client.transport.abortConnection();
    await client.lost();
    stage.takeReports();
  });

  programme.add('R8 a failure in readConnectionLost after our FIN is the reason', async (stage) => {
    const { server, client } = await stage.pair(
      {
        made: ({ transport }) => transport.loseWriteConnection(),
        eof: () => {
          throw error;
        },
      },
      {},
    );
    expect((await server.lost()) === error, 'the reason is another');
    await client.lost();
    stage.takeReports();
  });
}

/** Cannot build a protocol. */
class Clumsy extends Troupe {
  override buildProtocol(): Actor {
    throw error;
  }
}

/** The same for a client; tells how its connection ended. */
class ClumsyClient extends ClientFactory {
  reason: Error | undefined;
  override buildProtocol(): Actor {
    throw error;
  }
  override clientConnectionLost(_connector: Connector, reason: Error): void {
    this.reason = reason;
  }
}

function addFactories(programme: Programme): void {
  programme.addEach(
    'R8 buildProtocol of a server that throws is logged, and the connection closed',
    async (stage, medium) => {
      const port = await stage.listen(new Clumsy(), {}, medium);
      const client = new Actor();
      stage.connect(port, new SingleClient(client));
      await client.lost();
      await expectReport(stage, 'buildProtocol', /^Clumsy for (127\.0\.0\.1:\d+|unix:)$/);
    },
  );

  programme.add('R8 a buildProtocol that returns nothing is an error of the factory', async (stage) => {
    const troupe = new Troupe();
    Reflect.set(troupe, 'buildProtocol', () => undefined);
    const client = new Actor();
    stage.connect(await stage.listen(troupe), new SingleClient(client));
    await client.lost();
    expectSame(
      stage.takeReports().map(({ where, error: told }) => [where, told instanceof TypeError]),
      [['buildProtocol', true]],
      'the list of reports',
    );
  });

  programme.add('R8 a port whose buildProtocol threw once serves the next connection', async (stage) => {
    let calls = 0;
    const troupe = new Troupe();
    troupe.buildProtocol = () => {
      calls += 1;
      if (calls === 1) throw error;
      return new Actor(echo);
    };
    const port = await stage.listen(troupe);
    const first = new Actor();
    stage.connect(port, new SingleClient(first));
    await first.lost();
    const second = await stage.join(port, { made: ({ transport }) => void transport.write('cue') });
    await second.when(() => second.received === 3);
    stage.takeReports();
  });

  programme.addEach(
    'R8 buildProtocol of a client that throws is logged, and its error is the reason',
    async (stage, medium) => {
      const clumsy = new ClumsyClient();
      const server = new Actor();
      const troupe = new Troupe();
      troupe.buildProtocol = () => server;
      stage.connect(await stage.listen(troupe, {}, medium), clumsy);
      await expectReport(stage, 'buildProtocol', /^ClumsyClient for /);
      await server.lost();
      expect(clumsy.reason === error, `the reason is ${String(clumsy.reason)}`);
    },
  );
}
