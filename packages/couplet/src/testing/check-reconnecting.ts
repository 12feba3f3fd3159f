import type { Address } from '../address/address.ts';
import type { Connector } from '../protocol/connector.ts';
import { Protocol } from '../protocol/protocol.ts';
import type { ReconnectOptions } from '../protocol/reconnecting-client-factory.ts';
import { ReconnectingClientFactory } from '../protocol/reconnecting-client-factory.ts';
import { Actor } from './actor.ts';
import { Repertoire } from './all-suites.ts';
import type { Check } from './check.ts';
import { expect, expectSame } from './check.ts';
import { listenAgain } from './places.ts';
import { errorBy } from './rejection.ts';
import type { Rehearsal } from './scripted-run.ts';
import type { Venue } from './stage.ts';
import { Troupe } from './stage.ts';

/** R22: `ReconnectingClientFactory`. */
export function reconnectingChecks(venue: Venue): Check[] {
  const programme = new Repertoire(venue);
  addDelays(programme);
  addJitter(programme);
  addLimits(programme);
  addEnds(programme);
  addCancels(programme);
  addConnectors(programme);
  addMisuse(programme);
  addNetwork(programme);
  return programme.checks;
}

/** An hour, in which every wait of these checks ends. */
const HOUR = 3_600_000;

class Persistent extends ReconnectingClientFactory {
  override protocol = Protocol;
}

/** Begins to connect with a factory of these options. */
function persist({ reactor }: Rehearsal, options: ReconnectOptions): [Persistent, Connector] {
  const factory = new Persistent(options);
  return [factory, reactor.connectTCP('192.0.2.1', 8007, factory)];
}

/** Lets the attempt fail that is under way, and waits for the next one. Returns the milliseconds between, if there is one. */
async function waitAfterFailure(rehearsal: Rehearsal): Promise<number | undefined> {
  rehearsal.backend.attempts.at(-1)?.fail('refused');
  return waitForNext(rehearsal);
}

/** How long it takes until the next attempt begins, if one does. */
async function waitForNext({ backend }: Rehearsal): Promise<number | undefined> {
  await backend.settled();
  const [began, count] = [backend.time, backend.attempts.length];
  while (backend.alarmed !== undefined && backend.attempts.length === count) {
    await backend.advance(backend.alarmed - backend.time);
  }
  return backend.attempts.length === count ? undefined : backend.time - began;
}

async function waitsAfterFailures(rehearsal: Rehearsal, count: number): Promise<(number | undefined)[]> {
  const waits: (number | undefined)[] = [];
  while (waits.length < count) waits.push(await waitAfterFailure(rehearsal));
  return waits;
}

function addDelays(programme: Repertoire): void {
  programme.addRehearsed(
    'R22 the delay is 1 s at first, half as long again each time, 60 s at most',
    async (rehearsal) => {
      persist(rehearsal, { jitter: 'none' });
      const waits = await waitsAfterFailures(rehearsal, 14);
      const delays = Array.from({ length: 14 }, (_, retry) => Math.min(1000 * 1.5 ** retry, 60_000));
      expectSame(waits, delays, 'the waits');
      expectSame([delays[1], delays[2], delays[11]], [1500, 2250, 60_000], 'the second, third and twelfth delay');
    },
  );

  programme.addRehearsed('R22 delay, factor and maximum are options', async (rehearsal) => {
    persist(rehearsal, { jitter: 'none', initialDelayMs: 10, factor: 4, maxDelayMs: 100 });
    expectSame(await waitsAfterFailures(rehearsal, 4), [10, 40, 100, 100], 'the waits');
  });

  programme.addRehearsed('R22 a maximum below the first delay holds for it as well', async (rehearsal) => {
    persist(rehearsal, { jitter: 'none', maxDelayMs: 300 });
    expectSame(await waitsAfterFailures(rehearsal, 2), [300, 300], 'the waits');
  });

  programme.addRehearsed('R22 a lost connection is made again, after the delay', async (rehearsal) => {
    persist(rehearsal, { jitter: 'none' });
    const { backend } = rehearsal;
    backend.attempts[0]?.succeed().lose('reset');
    expectSame(await waitForNext(rehearsal), 1000, 'the wait');
    backend.attempts[1]?.succeed().lose('done');
    expectSame(await waitForNext(rehearsal), 1500, 'the second wait, since nothing has reset the delay');
  });

  programme.addRehearsed('R22 a refused connection is made again, after the delay', async (rehearsal) => {
    const [factory] = persist(rehearsal, { jitter: 'none' });
    factory.buildProtocol = () => null;
    rehearsal.backend.attempts[0]?.succeed();
    await rehearsal.backend.settled();
    expectSame(await waitForNext(rehearsal), 1000, 'the wait');
  });

  programme.addRehearsed('R22 resetDelay begins again', async (rehearsal) => {
    const [factory] = persist(rehearsal, { jitter: 'none', maxRetries: 4 });
    expectSame(await waitsAfterFailures(rehearsal, 3), [1000, 1500, 2250], 'the waits before');
    factory.resetDelay();
    expectSame(await waitsAfterFailures(rehearsal, 5), [1000, 1500, 2250, 3375, undefined], 'the waits after');
  });

  programme.addRehearsed('R22 the delay may be reset in connectionMade', async (rehearsal) => {
    const [factory] = persist(rehearsal, { jitter: 'none' });
    factory.buildProtocol = () => new Actor({ made: () => factory.resetDelay() });
    await waitsAfterFailures(rehearsal, 5);
    rehearsal.backend.attempts.at(-1)?.succeed().lose();
    expectSame(await waitForNext(rehearsal), 1000, 'the wait');
  });
}

function addJitter(programme: Repertoire): void {
  for (const chance of [0, 0.25, 0.999]) {
    programme.addRehearsed(`R22 full jitter waits ${chance} of the delay when chance says so`, async (rehearsal) => {
      rehearsal.backend.chance = chance;
      persist(rehearsal, {});
      const waits = await waitsAfterFailures(rehearsal, 3);
      const delays = [1000 * chance, 1500 * chance, 2250 * chance];
      expectSame(
        waits.map((wait) => wait?.toFixed(6)),
        delays.map((delay) => delay.toFixed(6)),
        'the waits',
      );
    });
  }

  programme.addRehearsed('R22 each wait asks chance anew', async (rehearsal) => {
    persist(rehearsal, { factor: 1 });
    const waits: unknown[] = [];
    for (const chance of [0.5, 0.125, 0.75]) {
      rehearsal.backend.chance = chance;
      waits.push(await waitAfterFailure(rehearsal));
    }
    expectSame(waits, [500, 125, 750], 'the waits');
  });

  programme.addRehearsed('R22 no attempt is made inside the callback, not even after no time', async (rehearsal) => {
    persist(rehearsal, { initialDelayMs: 0 });
    rehearsal.backend.attempts[0]?.fail('refused');
    await rehearsal.backend.settled();
    expectSame(rehearsal.backend.attempts.length, 1, 'the number of attempts');
    expectSame(await waitForNext(rehearsal), 0, 'the wait');
  });
}

function addLimits(programme: Repertoire): void {
  for (const maxRetries of [0, 1, 3]) {
    programme.addRehearsed(`R22 after ${maxRetries} retries it gives up`, async (rehearsal) => {
      const [factory] = persist(rehearsal, { jitter: 'none', maxRetries });
      const waits = await waitsAfterFailures(rehearsal, maxRetries + 2);
      expectSame(waits.filter((wait) => wait !== undefined).length, maxRetries, 'the number of retries');
      expectSame([rehearsal.backend.alarmed, factory.numPorts], [undefined, 0], 'alarm and number of connectors');
    });
  }

  programme.addRehearsed('R22 a connection that was made does not count as no retry', async (rehearsal) => {
    persist(rehearsal, { jitter: 'none', maxRetries: 2 });
    const { backend } = rehearsal;
    backend.attempts.at(-1)?.succeed().lose();
    await waitForNext(rehearsal);
    backend.attempts.at(-1)?.succeed().lose();
    await waitForNext(rehearsal);
    backend.attempts.at(-1)?.succeed().lose();
    expectSame(await waitForNext(rehearsal), undefined, 'the third wait');
  });
}

function addEnds(programme: Repertoire): void {
  programme.addRehearsed('R22 stopTrying ends a wait', async (rehearsal) => {
    const [factory] = persist(rehearsal, {});
    rehearsal.backend.attempts[0]?.fail('refused');
    await rehearsal.backend.settled();
    expect(rehearsal.backend.alarmed !== undefined, 'it does not wait');
    factory.stopTrying();
    expectSame(rehearsal.backend.alarmed, undefined, 'the alarm');
    await rehearsal.backend.advance(HOUR);
    expectSame(rehearsal.backend.attempts.length, 1, 'the number of attempts');
  });

  programme.addRehearsed('R22 stopTrying ends an attempt', async (rehearsal) => {
    const [factory, connector] = persist(rehearsal, {});
    factory.stopTrying();
    await rehearsal.backend.settled();
    expectSame(
      [connector.state, rehearsal.backend.attempts[0]?.cancelled],
      ['disconnected', true],
      'what became of it',
    );
    await rehearsal.backend.advance(HOUR);
    expectSame(rehearsal.backend.attempts.length, 1, 'the number of attempts');
  });

  programme.addRehearsed('R22 stopTrying leaves a connection, which is then the last', async (rehearsal) => {
    const [factory, connector] = persist(rehearsal, {});
    const wire = rehearsal.backend.attempts[0]?.succeed();
    factory.stopTrying();
    expectSame(connector.state, 'connected', 'the state');
    wire?.lose();
    await rehearsal.backend.advance(HOUR);
    expectSame(rehearsal.backend.attempts.length, 1, 'the number of attempts');
  });

  programme.addRehearsed('R22 stopTrying works in buildProtocol', async (rehearsal) => {
    const [factory, connector] = persist(rehearsal, {});
    factory.buildProtocol = (_peer: Address) => {
      factory.stopTrying();
      return new Protocol();
    };
    const wire = rehearsal.backend.attempts[0]?.succeed();
    expectSame(connector.state, 'connected', 'the state');
    wire?.lose();
    await rehearsal.backend.advance(HOUR);
    expectSame(rehearsal.backend.attempts.length, 1, 'the number of attempts');
  });

  programme.addRehearsed(
    'R22 stopTrying works in clientConnectionFailed, before and after it retries',
    async (rehearsal) => {
      const [factory] = persist(rehearsal, {});
      const retry = factory.clientConnectionFailed.bind(factory);
      factory.clientConnectionFailed = (connector, reason) => {
        retry(connector, reason);
        factory.stopTrying();
        retry(connector, reason);
      };
      rehearsal.backend.attempts[0]?.fail('refused');
      await rehearsal.backend.advance(HOUR);
      expectSame(rehearsal.backend.attempts.length, 1, 'the number of attempts');
    },
  );
}

/** An attempt that the program itself cancelled was meant to be the last. */
function addCancels(programme: Repertoire): void {
  programme.addRehearsed('R22 an attempt that was cancelled is not made again', async (rehearsal) => {
    const [, connector] = persist(rehearsal, {});
    connector.disconnect();
    await rehearsal.backend.advance(HOUR);
    expectSame(rehearsal.backend.attempts.length, 1, 'the number of attempts');
  });

  programme.addRehearsed('R22 a signal ends it', async (rehearsal) => {
    const { reactor, backend } = rehearsal;
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
function addConnectors(programme: Repertoire): void {
  programme.addRehearsed('R22 each connector of a factory comes back', async (rehearsal) => {
    const { reactor, backend } = rehearsal;
    const factory = new Persistent({ jitter: 'none' });
    const hosts = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];
    for (const host of hosts) reactor.connectTCP(host, 8007, factory);
    for (const attempt of [...backend.attempts]) attempt.succeed().lose();
    await backend.advance(5000);
    const again = backend.attempts.slice(3).map(({ host }) => host);
    expectSame(again.sort(), hosts, 'the attempts that followed');
  });

  programme.addRehearsed('R22 stopTrying ends the waits and attempts of every connector', async (rehearsal) => {
    const { reactor, backend } = rehearsal;
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

  programme.addRehearsed('R22 a connector that connects by hand does not wait any more', async (rehearsal) => {
    const [, connector] = persist(rehearsal, { jitter: 'none' });
    const { backend } = rehearsal;
    backend.attempts[0]?.fail('refused');
    await backend.advance(500);
    connector.connect();
    await backend.advance(5000);
    expectSame(rehearsal.beginnings(), [0, 500], 'the beginnings');
    backend.attempts[1]?.fail('refused');
    expectSame(await waitForNext(rehearsal), 1500, 'the wait after that');
  });
}

function addMisuse(programme: Repertoire): void {
  const wrong: readonly ReconnectOptions[] = [
    { initialDelayMs: -1 },
    { initialDelayMs: Number.NaN },
    { factor: 0.9 },
    { maxDelayMs: -1 },
  ];
  for (const options of wrong) {
    const [[name, value] = []] = Object.entries(options);
    programme.addRehearsed(`R22 ${name} ${value} is a RangeError that names it`, async () => {
      const error = errorBy(() => new ReconnectingClientFactory(options));
      expect(error instanceof RangeError && error.message.includes(`${name}`), `it throws ${error}`);
    });
  }
}

function addNetwork(programme: Repertoire): void {
  programme.addEach('R22 a client comes back to a server that drops it', async (stage, medium) => {
    const troupe = new Troupe({ made: ({ transport }) => transport.abortConnection() });
    const factory = new Persistent({ initialDelayMs: 2, factor: 1, maxRetries: 5 });
    const stopped = new Promise<void>((resolve) => {
      factory.stopFactory = () => {
        if (troupe.actors.length === 6) resolve();
      };
    });
    stage.connect(await stage.listen(troupe, {}, medium), factory);
    await stopped;
    await stage.pass(10);
    expectSame(troupe.actors.length, 6, 'how often it came');
  });

  programme.addClear('R22 a client finds a server that comes back', async (stage, medium) => {
    const port = await stage.listen(new Troupe({ made: ({ transport }) => transport.abortConnection() }), {}, medium);
    const factory = new Persistent({ initialDelayMs: 5, factor: 1 });
    stage.connect(port, factory);
    await port.stopListening();
    await stage.pass(20);
    const found = new Promise<void>((resolve) => {
      factory.buildProtocol = () => new Actor({ made: () => resolve() });
    });
    await listenAgain(stage.reactor, port, new Troupe());
    await found;
    factory.stopTrying();
  });

  programme.addWatched('R22 a stopped reactor does not keep on trying', async (stage) => {
    const factory = new Persistent({ initialDelayMs: 0 });
    stage.connect(await stage.listen(new Troupe()), factory);
    await stage.connect(await stage.listen(new Troupe()), new Persistent({ initialDelayMs: 0 })).whenConnected();
    stage.reactor.connectTCP('127.0.0.1', 1, new Persistent({ initialDelayMs: 1, factor: 1 }));
    await stage.pass(20);
  });
}
