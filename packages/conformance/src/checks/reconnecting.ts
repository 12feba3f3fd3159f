import type { Address, Connector, ReconnectOptions } from 'couplet';
import { Protocol, ReconnectingClientFactory } from 'couplet';
import { Actor } from '../actor.ts';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { listenAgain } from '../places.ts';
import { errorBy } from '../rejection.ts';
import type { ScriptedRun } from '../scripted-run.ts';
import type { BackendUnderTest } from '../stage.ts';
import { SceneFactory } from '../stage.ts';

/** R22: `ReconnectingClientFactory`. */
export function reconnectingChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addDelays(suite);
  addJitter(suite);
  addLimits(suite);
  addEnds(suite);
  addCancels(suite);
  addConnectors(suite);
  addMisuse(suite);
  addNetwork(suite);
  return suite.checks;
}

/** An hour, in which every wait of these checks ends. */
const HOUR = 3_600_000;

class Persistent extends ReconnectingClientFactory {
  override protocol = Protocol;
}

/** Begins to connect with a factory of these options. */
function persist({ reactor }: ScriptedRun, options: ReconnectOptions): [Persistent, Connector] {
  const factory = new Persistent(options);
  return [factory, reactor.connectTCP('192.0.2.1', 8007, factory)];
}

/** Lets the attempt fail that is under way, and waits for the next one. Returns the milliseconds between, if there is one. */
async function waitAfterFailure(scripted: ScriptedRun): Promise<number | undefined> {
  scripted.backend.attempts.at(-1)?.fail('refused');
  return waitForNext(scripted);
}

/** How long it takes until the next attempt begins, if one does. */
async function waitForNext({ backend }: ScriptedRun): Promise<number | undefined> {
  await backend.settled();
  const [began, count] = [backend.time, backend.attempts.length];
  while (backend.alarmed !== undefined && backend.attempts.length === count) {
    await backend.advance(backend.alarmed - backend.time);
  }
  return backend.attempts.length === count ? undefined : backend.time - began;
}

async function waitsAfterFailures(scripted: ScriptedRun, count: number): Promise<(number | undefined)[]> {
  const waits: (number | undefined)[] = [];
  while (waits.length < count) waits.push(await waitAfterFailure(scripted));
  return waits;
}

function addDelays(suite: AllSuites): void {
  suite.addRehearsed('R22 the delay is 1 s at first, half as long again each time, 60 s at most', async (scripted) => {
    persist(scripted, { jitter: 'none' });
    const waits = await waitsAfterFailures(scripted, 14);
    const delays = Array.from({ length: 14 }, (_, retry) => Math.min(1000 * 1.5 ** retry, 60_000));
    expectSame(waits, delays, 'the waits');
    expectSame([delays[1], delays[2], delays[11]], [1500, 2250, 60_000], 'the second, third and twelfth delay');
  });

  suite.addRehearsed('R22 delay, factor and maximum are options', async (scripted) => {
    persist(scripted, { jitter: 'none', initialDelayMs: 10, factor: 4, maxDelayMs: 100 });
    expectSame(await waitsAfterFailures(scripted, 4), [10, 40, 100, 100], 'the waits');
  });

  suite.addRehearsed('R22 a maximum below the first delay holds for it as well', async (scripted) => {
    persist(scripted, { jitter: 'none', maxDelayMs: 300 });
    expectSame(await waitsAfterFailures(scripted, 2), [300, 300], 'the waits');
  });

  suite.addRehearsed('R22 a lost connection is made again, after the delay', async (scripted) => {
    persist(scripted, { jitter: 'none' });
    const { backend } = scripted;
    backend.attempts[0]?.succeed().lose('reset');
    expectSame(await waitForNext(scripted), 1000, 'the wait');
    backend.attempts[1]?.succeed().lose('done');
    expectSame(await waitForNext(scripted), 1500, 'the second wait, since nothing has reset the delay');
  });

  suite.addRehearsed('R22 a refused connection is made again, after the delay', async (scripted) => {
    const [factory] = persist(scripted, { jitter: 'none' });
    factory.buildProtocol = () => null;
    scripted.backend.attempts[0]?.succeed();
    await scripted.backend.settled();
    expectSame(await waitForNext(scripted), 1000, 'the wait');
  });

  suite.addRehearsed('R22 resetDelay begins again', async (scripted) => {
    const [factory] = persist(scripted, { jitter: 'none', maxRetries: 4 });
    expectSame(await waitsAfterFailures(scripted, 3), [1000, 1500, 2250], 'the waits before');
    factory.resetDelay();
    expectSame(await waitsAfterFailures(scripted, 5), [1000, 1500, 2250, 3375, undefined], 'the waits after');
  });

  suite.addRehearsed('R22 the delay may be reset in connectionMade', async (scripted) => {
    const [factory] = persist(scripted, { jitter: 'none' });
    factory.buildProtocol = () => new Actor({ made: () => factory.resetDelay() });
    await waitsAfterFailures(scripted, 5);
    scripted.backend.attempts.at(-1)?.succeed().lose();
    expectSame(await waitForNext(scripted), 1000, 'the wait');
  });
}

function addJitter(suite: AllSuites): void {
  for (const chance of [0, 0.25, 0.999]) {
    suite.addRehearsed(`R22 full jitter waits ${chance} of the delay when chance says so`, async (scripted) => {
      scripted.backend.chance = chance;
      persist(scripted, {});
      const waits = await waitsAfterFailures(scripted, 3);
      const delays = [1000 * chance, 1500 * chance, 2250 * chance];
      expectSame(
        waits.map((wait) => wait?.toFixed(6)),
        delays.map((delay) => delay.toFixed(6)),
        'the waits',
      );
    });
  }

  suite.addRehearsed('R22 each wait asks chance anew', async (scripted) => {
    persist(scripted, { factor: 1 });
    const waits: unknown[] = [];
    for (const chance of [0.5, 0.125, 0.75]) {
      scripted.backend.chance = chance;
      waits.push(await waitAfterFailure(scripted));
    }
    expectSame(waits, [500, 125, 750], 'the waits');
  });

  suite.addRehearsed('R22 no attempt is made inside the callback, not even after no time', async (scripted) => {
    persist(scripted, { initialDelayMs: 0 });
    scripted.backend.attempts[0]?.fail('refused');
    await scripted.backend.settled();
    expectSame(scripted.backend.attempts.length, 1, 'the number of attempts');
    expectSame(await waitForNext(scripted), 0, 'the wait');
  });
}

function addLimits(suite: AllSuites): void {
  for (const maxRetries of [0, 1, 3]) {
    suite.addRehearsed(`R22 after ${maxRetries} retries it gives up`, async (scripted) => {
      const [factory] = persist(scripted, { jitter: 'none', maxRetries });
      const waits = await waitsAfterFailures(scripted, maxRetries + 2);
      expectSame(waits.filter((wait) => wait !== undefined).length, maxRetries, 'the number of retries');
      expectSame([scripted.backend.alarmed, factory.numPorts], [undefined, 0], 'alarm and number of connectors');
    });
  }

  suite.addRehearsed('R22 a connection that was made does not count as no retry', async (scripted) => {
    persist(scripted, { jitter: 'none', maxRetries: 2 });
    const { backend } = scripted;
    backend.attempts.at(-1)?.succeed().lose();
    await waitForNext(scripted);
    backend.attempts.at(-1)?.succeed().lose();
    await waitForNext(scripted);
    backend.attempts.at(-1)?.succeed().lose();
    expectSame(await waitForNext(scripted), undefined, 'the third wait');
  });
}

function addEnds(suite: AllSuites): void {
  suite.addRehearsed('R22 stopTrying ends a wait', async (scripted) => {
    const [factory] = persist(scripted, {});
    scripted.backend.attempts[0]?.fail('refused');
    await scripted.backend.settled();
    expect(scripted.backend.alarmed !== undefined, 'no timer is set for the next attempt');
    factory.stopTrying();
    expectSame(scripted.backend.alarmed, undefined, 'the alarm');
    await scripted.backend.advance(HOUR);
    expectSame(scripted.backend.attempts.length, 1, 'the number of attempts');
  });

  suite.addRehearsed('R22 stopTrying ends an attempt', async (scripted) => {
    const [factory, connector] = persist(scripted, {});
    factory.stopTrying();
    await scripted.backend.settled();
    expectSame([connector.state, scripted.backend.attempts[0]?.cancelled], ['disconnected', true], 'what became of it');
    await scripted.backend.advance(HOUR);
    expectSame(scripted.backend.attempts.length, 1, 'the number of attempts');
  });

  suite.addRehearsed('R22 stopTrying leaves a connection, which is then the last', async (scripted) => {
    const [factory, connector] = persist(scripted, {});
    const wire = scripted.backend.attempts[0]?.succeed();
    factory.stopTrying();
    expectSame(connector.state, 'connected', 'the state');
    wire?.lose();
    await scripted.backend.advance(HOUR);
    expectSame(scripted.backend.attempts.length, 1, 'the number of attempts');
  });

  suite.addRehearsed('R22 stopTrying works in buildProtocol', async (scripted) => {
    const [factory, connector] = persist(scripted, {});
    factory.buildProtocol = (_peer: Address) => {
      factory.stopTrying();
      return new Protocol();
    };
    const wire = scripted.backend.attempts[0]?.succeed();
    expectSame(connector.state, 'connected', 'the state');
    wire?.lose();
    await scripted.backend.advance(HOUR);
    expectSame(scripted.backend.attempts.length, 1, 'the number of attempts');
  });

  suite.addRehearsed(
    'R22 stopTrying works in clientConnectionFailed, before and after it retries',
    async (scripted) => {
      const [factory] = persist(scripted, {});
      const retry = factory.clientConnectionFailed.bind(factory);
      factory.clientConnectionFailed = (connector, reason) => {
        retry(connector, reason);
        factory.stopTrying();
        retry(connector, reason);
      };
      scripted.backend.attempts[0]?.fail('refused');
      await scripted.backend.advance(HOUR);
      expectSame(scripted.backend.attempts.length, 1, 'the number of attempts');
    },
  );
}

/** An attempt that the program itself cancelled was meant to be the last. */
function addCancels(suite: AllSuites): void {
  suite.addRehearsed('R22 an attempt that was cancelled is not made again', async (scripted) => {
    const [, connector] = persist(scripted, {});
    connector.disconnect();
    await scripted.backend.advance(HOUR);
    expectSame(scripted.backend.attempts.length, 1, 'the number of attempts');
  });

  suite.addRehearsed('R22 a signal ends it', async (scripted) => {
    const { reactor, backend } = scripted;
    const controller = new AbortController();
    reactor.connectTCP('192.0.2.1', 8007, new Persistent({}), { signal: controller.signal });
    backend.attempts[0]?.fail('refused');
    await backend.settled();
    controller.abort();
    await backend.advance(HOUR);
    expectSame(
      backend.attempts.filter(({ cancelled }) => !cancelled).length,
      1,
      'the number of attempts that were not cancelled',
    );
    expectSame(backend.alarmed, undefined, 'the alarm');
  });
}

/** Several connectors of one factory, and connectors that are told to connect by hand. */
function addConnectors(suite: AllSuites): void {
  suite.addRehearsed('R22 each connector of a factory comes back', async (scripted) => {
    const { reactor, backend } = scripted;
    const factory = new Persistent({ jitter: 'none' });
    const hosts = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];
    for (const host of hosts) reactor.connectTCP(host, 8007, factory);
    for (const attempt of [...backend.attempts]) attempt.succeed().lose();
    await backend.advance(5000);
    const again = backend.attempts.slice(3).map(({ host }) => host);
    expectSame(again.sort(), hosts, 'the attempts that followed');
  });

  suite.addRehearsed('R22 stopTrying ends the waits and attempts of every connector', async (scripted) => {
    const { reactor, backend } = scripted;
    const factory = new Persistent({});
    for (const host of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) reactor.connectTCP(host, 8007, factory);
    backend.attempts[0]?.fail('refused');
    backend.attempts[1]?.fail('refused');
    await backend.settled();
    factory.stopTrying();
    await backend.advance(HOUR);
    expectSame(backend.attempts.length, 3, 'the number of attempts');
    expectSame(
      [backend.attempts[2]?.cancelled, backend.alarmed],
      [true, undefined],
      'the third attempt, and the alarm',
    );
  });

  suite.addRehearsed('R22 a connector that connects by hand does not wait any more', async (scripted) => {
    const [, connector] = persist(scripted, { jitter: 'none' });
    const { backend } = scripted;
    backend.attempts[0]?.fail('refused');
    await backend.advance(500);
    connector.connect();
    await backend.advance(5000);
    expectSame(scripted.beginnings(), [0, 500], 'the beginnings');
    backend.attempts[1]?.fail('refused');
    expectSame(await waitForNext(scripted), 1500, 'the wait after that');
  });
}

function addMisuse(suite: AllSuites): void {
  const wrong: readonly ReconnectOptions[] = [
    { initialDelayMs: -1 },
    { initialDelayMs: Number.NaN },
    { factor: 0.9 },
    { maxDelayMs: -1 },
  ];
  for (const options of wrong) {
    const [[name, value] = []] = Object.entries(options);
    suite.addRehearsed(`R22 ${name} ${value} is a RangeError that names it`, async () => {
      const error = errorBy(() => new ReconnectingClientFactory(options));
      expect(error instanceof RangeError && error.message.includes(`${name}`), `it throws ${error}`);
    });
  }
}

function addNetwork(suite: AllSuites): void {
  suite.addEach('R22 a client comes back to a server that drops it', async (stage, link) => {
    const troupe = new SceneFactory({ made: ({ transport }) => transport.abortConnection() });
    const factory = new Persistent({ initialDelayMs: 2, factor: 1, maxRetries: 5 });
    const stopped = new Promise<void>((resolve) => {
      factory.stopFactory = () => {
        if (troupe.actors.length === 6) resolve();
      };
    });
    stage.connect(await stage.listen(troupe, {}, link), factory);
    await stopped;
    await stage.pass(10);
    expectSame(troupe.actors.length, 6, 'how often it came');
  });

  suite.addClear('R22 a client finds a server that comes back', async (stage, link) => {
    const port = await stage.listen(
      new SceneFactory({ made: ({ transport }) => transport.abortConnection() }),
      {},
      link,
    );
    const factory = new Persistent({ initialDelayMs: 5, factor: 1 });
    stage.connect(port, factory);
    await port.stopListening();
    await stage.pass(20);
    const found = new Promise<void>((resolve) => {
      factory.buildProtocol = () => new Actor({ made: () => resolve() });
    });
    await listenAgain(stage.reactor, port, new SceneFactory());
    await found;
    factory.stopTrying();
  });

  suite.addWatched('R22 a stopped reactor does not keep on trying', async (stage) => {
    const factory = new Persistent({ initialDelayMs: 0 });
    stage.connect(await stage.listen(new SceneFactory()), factory);
    await stage.connect(await stage.listen(new SceneFactory()), new Persistent({ initialDelayMs: 0 })).whenConnected();
    stage.reactor.connectTCP('127.0.0.1', 1, new Persistent({ initialDelayMs: 1, factor: 1 }));
    await stage.pass(20);
  });
}
