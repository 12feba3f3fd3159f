import type { Factory, PortOptions } from 'couplet';
import { ConnectError, UserAbortError } from 'couplet';
import type { Answer, ConnectionLimit } from 'couplet/policies';
import { Filter, guard, LedgerAway, limitConnections, limitPerPeer, Refused } from 'couplet/policies';
import { Actor } from '../actor.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { cue, echo } from '../parts.ts';
import { RecordingFactory } from '../recording-factory.ts';
import type { BackendUnderTest, Stage } from '../stage.ts';
import { SceneFactory, SingleClient } from '../stage.ts';
import { Suite } from '../suite.ts';

/** R45: observers are told once of each connection that is refused, with a code that says why, and of no other. */
export function refusedChecks(underTest: BackendUnderTest): Check[] {
  const suite = new Suite(underTest);
  addPorts(suite, underTest);
  addConnectors(suite);
  return suite.checks;
}

/** A port that refuses the next connection; those before have gone. */
interface Case {
  readonly code: string;
  readonly options?: (stage: Stage) => PortOptions;
  readonly around?: (factory: SceneFactory) => Factory;
  /** How many connections it has before it refuses. */
  readonly seated?: number;
  /** What the client says. */
  readonly says?: string;
  readonly secure?: boolean;
  /** It refuses when it stops. */
  readonly stops?: boolean;
  readonly throws?: boolean;
}

/** Knows nothing of TLS. */
class Insecure extends Filter {
  override startTls(): void {
    throw new Error('no TLS here');
  }
}

const never = (): Promise<never> => new Promise(() => {});

/** Options of a limit whose ledger answers so. */
function asking(acquire: () => Promise<Answer>): ConnectionLimit {
  return { max: 9, answerTimeoutMs: 20, ledger: { acquire, release: () => {} } };
}

const TRUSTED = ['127.0.0.0/8', '10.0.0.0/8'];

const CASES: Readonly<Record<string, Case>> = {
  'a limit': { code: 'CONNECTION_LIMIT', seated: 1, around: (factory) => limitConnections(factory, { max: 1 }) },
  'a limit with a message': {
    code: 'CONNECTION_LIMIT',
    seated: 1,
    around: (factory) => limitConnections(factory, { max: 1, message: 'full\n' }),
  },
  'a limit per peer': { code: 'PEER_LIMIT', seated: 1, around: (factory) => limitPerPeer(factory, { max: 1 }) },
  'an allow list': { code: 'NOT_ALLOWED', around: (factory) => guard(factory, { filter: () => new Refused() }) },
  'a buildProtocol that returns null': {
    code: 'NO_PROTOCOL',
    around: (factory) => Object.assign(factory, { buildProtocol: () => null }),
  },
  'a buildProtocol that throws': {
    code: 'ERROR',
    throws: true,
    around: (factory) =>
      Object.assign(factory, {
        buildProtocol: () => {
          throw Object.assign(new Error('no database'), { code: 'ECONNREFUSED' });
        },
      }),
  },
  'an untrusted proxy': { code: 'PROXY_HEADER', options: () => ({ haproxy: { trusted: ['192.0.2.0/24'] } }) },
  'a malformed header': {
    code: 'PROXY_HEADER',
    says: 'GET / HTTP/1.1\r\n\r\n',
    options: () => ({ haproxy: { trusted: TRUSTED } }),
  },
  'a late header': {
    code: 'PROXY_HEADER',
    says: 'PROXY TCP4',
    options: () => ({ haproxy: { trusted: TRUSTED, headerTimeoutMs: 20 } }),
  },
  'a TLS failure': {
    code: 'TLS',
    secure: true,
    says: 'GET / HTTP/1.1\r\n\r\n',
    options: ({ tls }) => ({ tls: tls.server }),
  },
  'a filter that throws as it turns to TLS': {
    code: 'ERROR',
    secure: true,
    throws: true,
    options: ({ tls }) => ({ tls: tls.server }),
    around: (factory) => guard(factory, { filter: (wire) => new Insecure(wire) }),
  },
  'a late one that throws as it turns to TLS': {
    code: 'ERROR',
    secure: true,
    throws: true,
    options: ({ tls }) => ({ tls: tls.server }),
    around: (factory) => guard(factory, { filter: async (wire) => new Insecure(wire) }),
  },
  'a late verdict': {
    code: 'ADMISSION_TIMEOUT',
    options: () => ({ admissionTimeoutMs: 20 }),
    around: (factory) => guard(factory, { admitsLater: true, filter: never }),
  },
  'a stopped port': { code: 'PORT_STOPPED', stops: true, around: (factory) => guard(factory, { filter: never }) },
  'a ledger': {
    code: 'LEDGER_REFUSED',
    around: (factory) =>
      limitConnections(
        factory,
        asking(async () => 'refused'),
      ),
  },
  'a failed ledger': {
    code: 'LEDGER_AWAY',
    throws: true,
    around: (factory) =>
      limitPerPeer(
        factory,
        asking(() => Promise.reject(new Error('no socket'))),
      ),
  },
  'a silent ledger': { code: 'LEDGER_AWAY', around: (factory) => limitConnections(factory, asking(never)) },
  'a policy whose ledger has failed': {
    code: 'LEDGER_AWAY',
    throws: true,
    around: (factory) => guard(factory, { filter: () => Promise.reject(new LedgerAway('no answer')) }),
  },
};

function addPorts(suite: Suite, { tls }: BackendUnderTest): void {
  for (const [what, { code, options, around, seated = 0, says, secure, stops, throws }] of Object.entries(CASES)) {
    if (secure === true && tls === undefined) continue;
    suite.add(
      `R45 E-4 who is refused by ${what} is told of once, as ${code}, and counted at its port`,
      async (stage) => {
        const told: string[] = [];
        stage.reactor.observe({
          connectionRefused: (peer, reason) => void told.push(`${reason.code} ${'host' in peer}`),
        });
        const troupe = new SceneFactory(echo);
        const factory = around?.(troupe) ?? troupe;
        const port = await stage.listen(factory, options?.(stage) ?? {});
        for (let count = 0; count < seated; count += 1) {
          const guest = await stage.join(port, cue);
          await guest.when(() => guest.received === 3);
        }
        expectSame(told, [], 'what was told of those that are seated');
        const part = says === undefined ? {} : { made: ({ transport }: Actor) => void transport.write(says) };
        const client = new Actor(part);
        stage.connect(port, new SingleClient(client));
        if (stops === true) {
          await stage.pass(20);
          await port.stopListening();
        }
        while (told.length === 0) await stage.pass(1);
        // Where the runtime says so in order, the client leaves by itself.
        await client.lost();
        await stage.pass(20);
        expectSame(told, [`COUPLET_${code} true`], 'what was told');
        // A port that has stopped and has no connections is in no view.
        const [shown] = [...stage.reactor.inspect().ports()];
        const { refused } = stops === true ? stage.reactor.inspect().totals : (shown?.totals ?? {});
        expectSame(refused, { [code]: 1 }, 'the refusals that were counted');
        expectSame(troupe.actors.length, seated, 'the number of protocols');
        expectSame(stage.takeReports().length, throws === true ? 1 : 0, 'the number of reports');
      },
    );
  }
}

/** Why a client gets no connection, and what its factory is told. */
interface ClientCase {
  readonly around: (recorder: RecordingFactory) => Parameters<Stage['connect']>[1];
  readonly ends: string;
  /** The code of the cause. */
  readonly cause?: string;
  readonly seated?: number;
  readonly disconnects?: boolean;
  readonly throws?: boolean;
}

const CLIENT_CASES: Readonly<Record<string, ClientCase>> = {
  'a limit': {
    seated: 1,
    around: (recorder) => limitConnections(recorder, { max: 1, message: 'full\n' }),
    ends: 'clientConnectionFailed ConnectError',
    cause: 'CONNECTION_LIMIT',
  },
  'a limit per peer': {
    seated: 1,
    around: (recorder) => limitPerPeer(recorder, { max: 1 }),
    ends: 'clientConnectionFailed ConnectError',
    cause: 'PEER_LIMIT',
  },
  'an allow list': {
    around: (recorder) => guard(recorder, { filter: () => new Refused() }),
    ends: 'clientConnectionFailed ConnectError',
    cause: 'NOT_ALLOWED',
  },
  'a late verdict': {
    around: (recorder) => guard(recorder, { filter: never }),
    ends: 'clientConnectionFailed ConnectError',
    cause: 'ADMISSION_TIMEOUT',
  },
  'a failed ledger': {
    around: (recorder) =>
      limitConnections(
        recorder,
        asking(() => Promise.reject(new Error('no socket'))),
      ),
    ends: 'clientConnectionFailed ConnectError',
    cause: 'LEDGER_AWAY',
    throws: true,
  },
  'its program': {
    around: (recorder) => guard(recorder, { filter: never }),
    ends: 'clientConnectionFailed UserAbortError',
    disconnects: true,
  },
  'a buildProtocol that returns null': {
    around: (recorder) => Object.assign(recorder, { buildProtocol: () => null }),
    ends: 'clientConnectionLost ConnectionAborted',
  },
};

function addConnectors(suite: Suite): void {
  for (const [what, { around, ends, cause, seated = 0, disconnects, throws }] of Object.entries(CLIENT_CASES)) {
    suite.add(`R45 a client that is refused by ${what} is told so by its factory, once`, async (stage) => {
      const told: Error[] = [];
      stage.reactor.observe({ connectionRefused: (_peer, reason) => void told.push(reason) });
      const port = await stage.listen(new SceneFactory());
      const recorder = new RecordingFactory();
      const factory = around(recorder);
      for (let count = 0; count < seated; count += 1) await stage.connect(port, factory).whenConnected();
      const before = recorder.reasons.length;
      // Who is to disconnect must not be refused for its time before.
      const connector = stage.connect(port, factory, disconnects === true ? {} : { admissionTimeoutMs: 20 });
      if (disconnects === true) {
        await stage.pass(5);
        connector.disconnect();
      }
      await recorder.wrote(ends);
      await stage.pass(20);
      const [reason] = recorder.reasons.slice(before);
      expectSame([recorder.reasons.length - before, told.length], [1, 0], 'how often it and observers were told');
      expectSame([recorder.records.at(seated > 0 ? -1 : -2), connector.state], [ends, 'disconnected'], 'its last page');
      if (cause !== undefined) {
        const why = reason?.cause;
        expect(reason instanceof ConnectError && !(reason instanceof UserAbortError), `it failed with ${reason}`);
        expect(why instanceof Error && 'code' in why && why.code === `COUPLET_${cause}`, `the cause is ${why}`);
      }
      expectSame(stage.takeReports().length, throws === true ? 1 : 0, 'the number of reports');
    });
  }
}
