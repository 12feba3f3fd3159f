import type { Transport } from 'couplet';
import { Factory, Protocol } from 'couplet';
import { Actor } from '../actor.ts';
import { expectReport, expectUnhurt, slip } from '../actor-error.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { Deferred } from '../deferred.ts';
import { cue, echo } from '../parts.ts';
import { Source } from '../source.ts';
import type { BackendUnderTest } from '../stage.ts';
import { SceneFactory } from '../stage.ts';
import { Suite } from '../suite.ts';

/** R8: how a failure is reported, and what becomes the reason. */
export function reportChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  addReports(suite);
  addStolenBytes(suite);
  return suite.checks;
}

/** What a sloppy program throws. */
const oddities: readonly [name: string, value: unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['a symbol', Symbol('slip')],
  ['an object that has no text', Object.create(null)],
];

function addReports(suite: Suite): void {
  suite.addEach('R8 the report names the protocol and its peer', async (stage, link) => {
    class Bard extends Actor {}
    const troupe = new SceneFactory();
    troupe.buildProtocol = () => new Bard({ data: () => Promise.reject(slip) });
    const port = await stage.listen(troupe, {}, link);
    const client = await stage.join(port, cue);
    const { authority } = client.transport.getHost();
    await client.lost();
    const names = stage.takeReports().map(({ who }) => who);
    expectSame(names, [`Bard at ${authority}`], 'the list of names');
  });

  suite.addEach(
    'R8 a failure after the end still names the peer, of a protocol that never asked',
    async (stage, link) => {
      const deferred = new Deferred();
      const transports: Transport[] = [];
      class Bare extends Protocol {
        override connectionMade(): Promise<void> {
          transports.push(this.transport);
          return deferred.promise;
        }
      }
      const client = await stage.join(await stage.listen(Factory.forProtocol(Bare), {}, link));
      while (transports.length === 0) await stage.pass(1);
      const { authority } = client.transport.getHost();
      transports[0]?.abortConnection();
      await client.lost();
      while (transports[0]?.disconnected !== true) await stage.pass(1);
      deferred.break(slip);
      await expectReport(stage, 'connectionMade', new RegExp(`^Bare at ${authority}$`));
    },
  );

  for (const [name, value] of oddities) {
    suite.add(`R8 a callback may throw ${name}; the reason is an error`, async (stage) => {
      const { server, client } = await stage.pair(
        {
          data: () => {
            throw value;
          },
        },
        cue,
      );
      expect((await server.lost()) instanceof Error, 'the reason is not an Error');
      await client.lost();
      const errors = stage.takeReports().map((report) => report.error);
      expect(errors.length === 1 && errors[0] === value, 'what was thrown was not reported exactly once');
    });
  }

  suite.add('R8 what is thrown may be anything; the reason is an error that says it', async (stage) => {
    const { server, client } = await stage.pair({ data: () => Promise.reject('no error') }, cue);
    const reason = await server.lost();
    expect(reason instanceof Error && reason.message.includes('no error'), `the reason is ${String(reason)}`);
    expectSame(
      stage.takeReports().map((report) => report.error),
      ['no error'],
      'the list of errors',
    );
    await client.lost();
  });

  suite.add('R8 a promise that rejects after the connection has gone is logged, once', async (stage) => {
    const deferred = new Deferred();
    const { server, client } = await stage.pair({ made: () => deferred.promise }, {});
    client.transport.abortConnection();
    await server.lost();
    deferred.break(slip);
    await expectReport(stage, 'connectionMade', /^Actor at /);
    expectSame(server.log, ['made', 'lost'], 'the log');
  });

  suite.add('R8 two callbacks that fail are logged once each, and the first is the reason', async (stage) => {
    const late = new Error('too late');
    const { server, client } = await stage.pair(
      {
        data: () => {
          throw slip;
        },
        lost: () => {
          throw late;
        },
      },
      cue,
    );
    expect((await server.lost()) === slip, 'the reason is another');
    await client.lost();
    const errors = stage.takeReports().map((report) => report.error);
    expect(errors.length === 2 && errors[0] === slip && errors[1] === late, `the errors are ${errors.join(', ')}`);
  });

  suite.add('R8 a failure drops what is queued, and the peer sees a reset', async (stage) => {
    const { server, client } = await stage.pair(
      {
        data: ({ transport }) => {
          transport.write('half an ans');
          throw slip;
        },
      },
      cue,
    );
    await server.lost();
    const { name } = await client.lost();
    if (stage.resets('tcp')) expectSame(name, 'ConnectionLost', 'the reason of the peer');
    expectSame(client.received, 0, 'the number of bytes that arrived');
    stage.takeReports();
  });

  suite.add('R8 a failure while leaving is the reason, too', async (stage) => {
    const deferred = new Deferred();
    const { server, client } = await stage.pair({ made: () => deferred.promise }, { eof: () => {} });
    server.transport.loseConnection();
    await client.when(() => client.log.includes('eof'));
    deferred.break(slip);
    expect((await server.lost()) === slip, 'the reason is another');
    client.transport.abortConnection();
    await client.lost();
    stage.takeReports();
  });

  suite.add('R8 a failure in readConnectionLost after our FIN is the reason', async (stage) => {
    const { server, client } = await stage.pair(
      {
        made: ({ transport }) => transport.loseWriteConnection(),
        eof: () => {
          throw slip;
        },
      },
      {},
    );
    expect((await server.lost()) === slip, 'the reason is another');
    await client.lost();
    stage.takeReports();
  });
}

/** Takes the memory of some bytes away, as a transfer to a worker does. */
function takeAway(bytes: Uint8Array<ArrayBuffer>): void {
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
}

function addStolenBytes(suite: Suite): void {
  suite.add('R8 bytes that are taken away before they are sent end that connection alone', async (stage) => {
    const bystanders = await stage.pair(echo, {});
    const { server, client } = await stage.pair({}, {});
    const bytes = new Uint8Array(100_000);
    const source = new Source(server);
    server.transport.registerProducer(source, true);
    server.transport.write(bytes);
    takeAway(bytes);
    const reason = await server.lost();
    await client.lost();
    const reports = stage.takeReports();
    expect(reports.length === 1 && reports[0]?.error === reason, `the reports are ${JSON.stringify(reports)}`);
    expectSame(source.log, ['pause', 'stop'], 'what the producer was told');
    await expectUnhurt(bystanders);
  });
}
