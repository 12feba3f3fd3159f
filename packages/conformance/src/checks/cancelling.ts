import type { Connector } from 'couplet';
import { UserAbortError } from 'couplet';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { RecordingFactory } from '../recording-factory.ts';
import { errorBy, rejectionOf } from '../rejection.ts';
import type { Found } from '../scripted-backend.ts';
import type { ScriptedRun } from '../scripted-run.ts';
import { addressesOf } from '../scripted-wire.ts';
import type { BackendUnderTest } from '../stage.ts';
import { SceneFactory } from '../stage.ts';

/** R20: taking attempts back, and that no failure comes inside the call. */
export function cancellingChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addWays(suite);
  addSignals(suite);
  addLater(suite);
  return suite.checks;
}

const CANCELLED = ['startFactory', 'startedConnecting', 'clientConnectionFailed UserAbortError', 'stopFactory'];

/** How to cancel. */
const ways: readonly [name: string, cancel: (connector: Connector, controller: AbortController) => void][] = [
  ['disconnect', (connector) => connector.disconnect()],
  ['stopConnecting', (connector) => connector.stopConnecting()],
  ['an AbortSignal', (_connector, controller) => controller.abort()],
];

/** When to cancel: the host of the attempt, and how long after its beginning. */
const moments: readonly [name: string, host: string, afterMs: number][] = [
  ['at once', '192.0.2.1', 0],
  ['during the lookup', 'slow.test', 100],
  ['while one attempt runs', 'poem.test', 100],
  ['while three attempts run', 'poem.test', 600],
];

function addWays(suite: AllSuites): void {
  for (const [way, cancel] of ways) {
    for (const [moment, host, afterMs] of moments) {
      suite.addRehearsed(`R20 ${way} cancels ${moment}`, async ({ reactor, backend }) => {
        backend.addresses.set('poem.test', addressesOf('192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'));
        const controller = new AbortController();
        const client = new RecordingFactory();
        const connector = reactor.connectTCP(host, 8007, client, { signal: controller.signal });
        const failed = rejectionOf(connector.whenConnected());
        if (afterMs > 0) await backend.advance(afterMs);
        cancel(connector, controller);
        expectSame(client.records, CANCELLED.slice(0, 2), 'what has happened inside the call');
        expect((await failed) instanceof UserAbortError, `it fails with ${await failed}`);
        await backend.advance(60_000);
        expectSame(client.records, CANCELLED, 'what has happened');
        const running = backend.attempts.filter(({ cancelled }) => !cancelled);
        expectSame([running.length, backend.alarmed], [0, undefined], 'attempts that run, and the alarm');
      });
    }
  }

  for (const [how, end] of [
    ['was cancelled', (connector: Connector) => connector.disconnect()],
    ['timed out', () => {}],
  ] as const) {
    suite.addRehearsed(`R20 a name that is found after the attempt ${how} is not connected to`, async (scripted) => {
      const { reactor, backend } = scripted;
      let find: (found: Found) => void = () => {};
      backend.addresses.set(
        'slow.test',
        new Promise<Found>((resolve) => {
          find = resolve;
        }),
      );
      const client = new RecordingFactory();
      end(reactor.connectTCP('slow.test', 8007, client, { timeoutMs: 100 }));
      await backend.advance(100);
      find(addressesOf('192.0.2.1'));
      await backend.settled();
      expectSame(
        [backend.attempts.length, client.records.length],
        [0, 4],
        'how many attempts and callbacks there were',
      );
    });
  }

  suite.addRehearsed('R20 an attempt that is cancelled twice fails once', async ({ reactor, backend }) => {
    const client = new RecordingFactory();
    const connector = reactor.connectTCP('192.0.2.1', 8007, client);
    connector.stopConnecting();
    connector.disconnect();
    connector.stopConnecting();
    await backend.settled();
    expectSame(client.records, CANCELLED, 'what has happened');
  });

  suite.addRehearsed('R20 stopConnecting throws unless it is connecting', async ({ reactor, backend }) => {
    const connector = reactor.connectTCP('192.0.2.1', 8007, new RecordingFactory());
    const wire = backend.attempts[0]?.succeed();
    errorBy(() => connector.stopConnecting());
    expectSame(connector.state, 'connected', 'the state');
    wire?.lose();
    errorBy(() => connector.stopConnecting());
  });

  suite.addEach('R20 disconnect closes a connection in order', async (stage, link) => {
    const client = new RecordingFactory();
    const troupe = new SceneFactory();
    const connector = stage.connect(await stage.listen(troupe, {}, link), client);
    await connector.whenConnected();
    connector.disconnect();
    await client.wrote('clientConnectionLost ConnectionDone');
    const [server] = troupe.actors;
    expectSame((await server?.lost())?.name, 'ConnectionDone', 'the reason of the server');
  });

  suite.addRehearsed('R20 disconnect does nothing when there is nothing', async ({ reactor, backend }) => {
    const client = new RecordingFactory();
    const connector = reactor.connectTCP('192.0.2.1', 8007, client);
    backend.attempts[0]?.fail('refused');
    await backend.settled();
    const { length } = client.records;
    connector.disconnect();
    await backend.settled();
    expectSame(client.records.length, length, 'the number of callbacks');
  });

  suite.addRehearsed('R20 a factory that starts again may cancel the attempt', async ({ reactor, backend }) => {
    const used: Connector[] = [];
    const client = new RecordingFactory({ startFactory: () => used[0]?.disconnect() });
    const connector = reactor.connectTCP('192.0.2.1', 8007, client);
    backend.attempts[0]?.fail('refused');
    await backend.settled();
    used.push(connector);
    connector.connect();
    await backend.settled();
    expectSame(
      [client.records.slice(4), backend.attempts.length],
      [CANCELLED, 1],
      'what has happened, and the attempts',
    );
  });

  suite.addRehearsed('R20 an attempt after a cancelled one is not cancelled', async ({ reactor, backend }) => {
    const client = new RecordingFactory({
      failed: (connector) => {
        if (backend.attempts.length === 1) connector.connect();
      },
    });
    const connector = reactor.connectTCP('192.0.2.1', 8007, client);
    connector.stopConnecting();
    await backend.settled();
    backend.attempts[1]?.succeed();
    expectSame([connector.state, client.records.at(-1)], ['connected', 'connectionMade'], 'state and last callback');
  });
}

function addSignals(suite: AllSuites): void {
  suite.addRehearsed('R20 a signal that is aborted already cancels', async ({ reactor, backend }) => {
    const client = new RecordingFactory();
    const connector = reactor.connectTCP('192.0.2.1', 8007, client, { signal: AbortSignal.abort() });
    expectSame(client.records, CANCELLED.slice(0, 2), 'what has happened inside the call');
    expect(
      (await rejectionOf(connector.whenConnected())) instanceof UserAbortError,
      'the attempt did not fail with a UserAbortError',
    );
    await backend.settled();
    expectSame(client.records, CANCELLED, 'what has happened');
    expectSame(
      backend.attempts.filter(({ cancelled }) => !cancelled),
      [],
      'the attempts that run',
    );
  });

  suite.addRehearsed('R20 a signal that is aborted cancels every further attempt', async ({ reactor, backend }) => {
    const controller = new AbortController();
    const client = new RecordingFactory();
    const connector = reactor.connectTCP('192.0.2.1', 8007, client, { signal: controller.signal });
    backend.attempts[0]?.fail('refused');
    await backend.settled();
    controller.abort();
    connector.connect();
    await backend.settled();
    expectSame(client.records.slice(3), ['stopFactory', ...CANCELLED], 'what has happened since the first attempt');
  });

  suite.addWatched('R20 a signal cancels on a real network', async (stage, backend) => {
    backend.silent.add('192.0.2.1');
    const controller = new AbortController();
    const client = new RecordingFactory();
    const connector = stage.reactor.connectTCP('192.0.2.1', 8007, client, { signal: controller.signal });
    stage.reactor.callLater(5, () => controller.abort());
    expect(
      (await rejectionOf(connector.whenConnected())) instanceof UserAbortError,
      'the attempt did not fail with a UserAbortError',
    );
    expectSame(backend.held, ['alarm 1'], 'what is held');
  });

  suite.addEach('R20 an attempt on a real network can be cancelled at once', async (stage, link) => {
    const troupe = new SceneFactory();
    const client = new RecordingFactory();
    const connector = stage.connect(await stage.listen(troupe, {}, link), client);
    connector.stopConnecting();
    await client.wrote('stopFactory');
    expectSame(client.records, CANCELLED, 'what has happened');
  });

  suite.addRehearsed('R20 a signal leaves a connection alone', async ({ reactor, backend }) => {
    const controller = new AbortController();
    const client = new RecordingFactory();
    const connector = reactor.connectTCP('192.0.2.1', 8007, client, { signal: controller.signal });
    backend.attempts[0]?.succeed();
    controller.abort();
    await backend.advance(60_000);
    expectSame([connector.state, client.records.at(-1)], ['connected', 'connectionMade'], 'state and last callback');
  });

  const ends: readonly [name: string, end: (scripted: ScriptedRun, connector: Connector) => void][] = [
    ['connected', ({ backend }) => void backend.attempts[0]?.succeed()],
    ['failed', ({ backend }) => backend.attempts[0]?.fail('refused')],
    ['cancelled', (_rehearsal, connector) => connector.stopConnecting()],
  ];
  for (const [name, end] of ends) {
    suite.addRehearsed(`R20 an attempt that has ${name} lets go of its signal`, async (scripted) => {
      const { signal } = new AbortController();
      const listening = listenersOf(signal);
      const connector = scripted.reactor.connectTCP('192.0.2.1', 8007, new RecordingFactory(), { signal });
      expectSame(listening.size, 1, 'how many listen to the signal');
      end(scripted, connector);
      await scripted.backend.settled();
      expectSame(listening.size, 0, 'how many still listen to the signal');
    });
  }
}

function addLater(suite: AllSuites): void {
  suite.addEach('R20 whatever comes of an attempt comes after the call', async (stage, link) => {
    const port = await stage.listen(new SceneFactory(), {}, link);
    await port.stopListening();
    const client = new RecordingFactory();
    stage.connect(port, client);
    expectSame(client.records, ['startFactory', 'startedConnecting'], 'what has happened inside the call');
    await client.wrote('stopFactory');
  });

  suite.addWatched('R20 a local address that is not ours fails after the call', async ({ reactor }) => {
    const client = new RecordingFactory();
    reactor.connectTCP('127.0.0.1', 1, client, { bindAddress: '192.0.2.1' });
    expectSame(client.records, ['startFactory', 'startedConnecting'], 'what has happened inside the call');
    await client.wrote('stopFactory');
  });

  suite.addRehearsed('R20 an attempt that is made while the reactor stops fails after the call', async (scripted) => {
    const { reactor, backend } = scripted;
    const client = new RecordingFactory();
    const running = reactor.run({ signals: false });
    const records: string[][] = [];
    const first = new RecordingFactory({
      failed: () => {
        reactor.connectTCP('192.0.2.2', 8007, client);
        records.push([...client.records]);
      },
    });
    reactor.connectTCP('192.0.2.1', 8007, first);
    reactor.stop();
    await running;
    expectSame(records, [['startFactory', 'startedConnecting']], 'what had happened inside the call');
    expectSame(client.records, CANCELLED, 'what has happened');
    expectSame(backend.alarmed, undefined, 'the alarm');
  });
}

/** Those that listen to the signal, from now on. */
function listenersOf(signal: AbortSignal): Set<unknown> {
  const listening = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listening.add(args[1]);
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listening.delete(args[1]);
    remove(...args);
  };
  return listening;
}
