import type { ConnectionView, ListeningPort } from 'couplet';
import { Factory } from 'couplet';
import { timeoutAbsolute } from 'couplet/policies';
import { NetstringReceiver } from 'couplet/protocols';
import type { Part } from '../actor.ts';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { echo } from '../parts.ts';
import type { BackendUnderTest, Stage } from '../stage.ts';
import { SceneFactory } from '../stage.ts';

/** R45: what observers are shown of a connection when it is made, lost or refused. */
export function toldChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addEvents(suite);
  return suite.checks;
}

/** The id of a port, found by its address. */
function idOf(stage: Stage, port: ListeningPort): number {
  const host = port.getHost().authority;
  const found = [...stage.reactor.inspect().ports()].find((one) => one.host === host);
  expect(found !== undefined, `no view shows ${host}`);
  return found.id;
}

/** How a connection ends, and with which reason. */
interface ToldEnd {
  readonly reason: string;
  readonly server?: Part;
  readonly client?: Part;
  /** Makes the factory of the server from one of actors. */
  readonly around?: (factory: SceneFactory) => Factory;
  /** How many bytes have gone out by then, where that is certain. */
  readonly bytesOut?: number;
}

/** One for each kind of reason. */
const ENDS: Readonly<Record<string, ToldEnd>> = {
  'in order': {
    reason: 'ConnectionDone',
    server: echo,
    client: { data: ({ transport }) => transport.loseConnection() },
    bytesOut: 1,
  },
  'by an abort of this side': {
    reason: 'ConnectionAborted',
    server: { data: ({ transport }) => transport.abortConnection() },
    bytesOut: 0,
  },
  'by an abort with a reason': {
    reason: 'SyntaxError',
    server: { data: ({ transport }) => transport.abortConnection(new SyntaxError('no verb')) },
    bytesOut: 0,
  },
  'by an abort of the peer': {
    reason: 'ConnectionLost',
    server: echo,
    client: { data: ({ transport }) => transport.abortConnection() },
  },
  'by an error': {
    reason: 'RangeError',
    server: {
      data: () => {
        throw new RangeError('no rhyme');
      },
    },
    bytesOut: 0,
  },
  'by a policy': {
    reason: 'TimeoutError',
    around: (factory) => timeoutAbsolute(factory, { timeoutMs: 200 }),
    bytesOut: 0,
  },
  'by a receiver': {
    reason: 'NetstringParseError',
    around: () => Factory.forProtocol(NetstringReceiver),
    bytesOut: 0,
  },
};

function addEvents(suite: AllSuites): void {
  for (const [what, { reason, server = {}, client, around, bytesOut }] of Object.entries(ENDS)) {
    suite.addEach(
      `R45 E-6 a connection that ends ${what} is shown once when made and once when lost`,
      async (stage, link) => {
        if (reason === 'ConnectionLost' && !stage.resets(link)) return;
        const told: [string, ConnectionView][] = [];
        stage.reactor.observe({
          connectionMade: (_transport, _protocol, view) => void told.push(['made', view]),
          connectionLost: (_transport, why, view) => void told.push([`lost ${why.name}`, view]),
        });
        const factory = new SceneFactory(server);
        const port = await stage.listen(around?.(factory) ?? factory, {}, link);
        const origin = idOf(stage, port);
        const actor = await stage.join(port, { ...client, made: ({ transport }) => void transport.write('w') });
        await actor.lost();
        while ([...stage.reactor.inspect().connections()].length > 0) await stage.pass(1);
        stage.takeReports();
        const served = told.filter(([, view]) => view.role === 'server');
        expectSame(
          served.map(([event]) => event),
          ['made', `lost ${reason}`],
          'what was told of it',
        );
        const [made, lost] = served.map(([, view]) => view);
        expectSame([made?.origin, lost?.origin, lost?.id], [origin, origin, made?.id], 'the ids');
        expectSame([made?.state, lost?.state], ['open', 'gone'], 'the states');
        expectSame([lost?.host, lost?.peer], [made?.host, made?.peer], 'the addresses');
        expectSame([made?.bytesIn, lost?.bytesIn, lost?.reads], [0, 1, 1], 'the counters of what arrived');
        expectSame(lost?.bytesOut, bytesOut ?? lost?.bytesOut, 'the bytes that have gone out');
        expect(lost?.host !== '' && lost?.peer !== undefined, `it is shown from ${lost?.peer} to ${lost?.host}`);
        expect((lost?.durationMs ?? -1) >= 0, `it lasted ${lost?.durationMs} ms`);
      },
    );
  }

  suite.add('R45 a refused connection is shown, and not as one that was made', async (stage) => {
    const told: [string, ConnectionView][] = [];
    stage.reactor.observe({
      connectionRefused: (peer, { code }, view) => void told.push([`${code} ${peer.authority === view.peer}`, view]),
      connectionMade: (_transport, { factory }, view) =>
        void (factory instanceof SceneFactory && told.push(['made', view])),
    });
    const port = await stage.listen(Object.assign(new SceneFactory(), { buildProtocol: () => null }));
    const client = await stage.join(port);
    await client.lost();
    const [[what, view] = [], ...more] = told;
    expectSame([what, more.length], ['COUPLET_NO_PROTOCOL true', 0], 'what was told');
    expectSame([view?.state, view?.protocol, view?.origin], ['arriving', undefined, idOf(stage, port)], 'the view');
  });
}
