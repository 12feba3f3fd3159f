import { CannotListenError, Reactor, type Signal } from 'couplet';
import type { Backend } from 'couplet/testing';
import { Actor, type Part } from '../actor.ts';
import { AllSuites } from '../all-suites.ts';
import type { Check } from '../check.ts';
import { expect, expectSame } from '../check.ts';
import { PassingBackend } from '../passing-backend.ts';
import { numberOf } from '../places.ts';
import { rejectionOf } from '../rejection.ts';
import type { BackendUnderTest } from '../stage.ts';
import { SceneFactory, SingleClient } from '../stage.ts';

/** Much longer than a check takes. */
const LONG_MS = 20_000;
/** A signal that comes so much later is not a copy of the first. */
const LATER_MS = 260;

/** A backend whose process gets signals from the check. */
class Signalled extends PassingBackend {
  #caught: (name: Signal) => void = () => {};

  constructor(backend: Backend) {
    super(backend);
    const { surroundings } = backend;
    this.surroundings = {
      ...surroundings,
      catchSignals: (_names, caught) => {
        this.#caught = caught;
        return () => {
          this.#caught = () => {};
        };
      },
    };
  }

  signal(name: Signal): void {
    this.#caught(name);
  }
}

/** A reactor that drains at a signal, with one port, and one client on it. */
class House {
  readonly backend: Signalled;
  readonly reactor: Reactor;
  /** What has happened, in order. */
  readonly events: string[] = [];
  readonly client: Actor;
  readonly troupe: SceneFactory;
  readonly ended: Promise<void>;

  constructor(backend: Backend, server: Part, client: Part = {}, drainTimeoutMs = LONG_MS) {
    this.backend = new Signalled(backend);
    this.reactor = new Reactor(this.backend);
    this.client = new Actor(client);
    this.troupe = new SceneFactory({
      ...server,
      draining: (actor, leftMs) => {
        this.events.push('draining');
        return server.draining?.(actor, leftMs);
      },
      lost: (_actor, { name }) => void this.events.push(name),
    });
    for (const phase of ['before', 'during', 'after'] as const) {
      this.reactor.addSystemEventTrigger(phase, 'shutdown', () => void this.events.push(phase));
    }
    this.ended = this.reactor.run({ drainTimeoutMs, stopLingerMs: 100 });
  }

  async open(): Promise<this> {
    const port = await this.reactor.listenTCP(0, this.troupe, { interface: '127.0.0.1' });
    await this.reactor.connectTCP('127.0.0.1', numberOf(port), new SingleClient(this.client)).whenConnected();
    await this.troupe.whenCast(1);
    return this;
  }

  pass(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.reactor.callLater(ms, resolve);
    });
  }

  /** Ends the reactor whatever happens, and fails when an actor was treated badly. */
  async close(): Promise<void> {
    if (this.reactor.running) this.reactor.stop();
    await this.ended;
    for (const { faults } of [this.client, ...this.troupe.actors]) expectSame(faults, [], 'the faults of an actor');
  }
}

/** R49: a reactor that drains when it gets a signal. */
export function drainRunChecks(underTest: BackendUnderTest): Check[] {
  const suite = new AllSuites(underTest);
  addFirst(suite);
  addSecond(suite);
  addOptions(suite);
  return suite.checks;
}

function addFirst(suite: AllSuites): void {
  suite.addBare('R49 the first signal drains, then the triggers run, then all ends', async (backend) => {
    const polite: Part = { draining: ({ transport }) => transport.loseConnection() };
    const house = await new House(backend, polite).open();
    house.backend.signal('SIGTERM');
    await house.ended;
    const events = ['draining', 'ConnectionDone', 'before', 'during', 'after'];
    expectSame(house.events, events, 'what has happened');
    await house.close();
  });

  suite.addBare('R49 what is left when the time is up ends before the triggers run', async (backend) => {
    const house = await new House(backend, {}, {}, 50).open();
    house.backend.signal('SIGINT');
    await house.ended;
    const events = ['draining', 'ConnectionAborted', 'before', 'during', 'after'];
    expectSame(house.events, events, 'what has happened');
    await house.close();
  });

  suite.addBare('R49 a drain of the program ends with that of the reactor', async (backend) => {
    const house = await new House(backend, {}, {}, 50).open();
    const other = await house.reactor.listenTCP(0, new SceneFactory(), { interface: '127.0.0.1' });
    const drained = other.drain({ timeoutMs: Number.POSITIVE_INFINITY });
    const port = await house.reactor.listenTCP(0, house.troupe, { interface: '127.0.0.1' });
    const client = new SingleClient(new Actor());
    await house.reactor.connectTCP('127.0.0.1', numberOf(port), client).whenConnected();
    await house.troupe.whenCast(2);
    const long = port.drain({ timeoutMs: Number.POSITIVE_INFINITY });
    house.backend.signal('SIGTERM');
    expectSame(
      [await drained, await long],
      [
        { closed: 0, aborted: 0 },
        { closed: 0, aborted: 1 },
      ],
      'how they ended',
    );
    await house.ended;
    await house.close();
  });

  suite.addBare('R49 connections of a port that has stopped listening are drained, too', async (backend) => {
    const house = new House(backend, { draining: ({ transport }) => transport.loseConnection() });
    const port = await house.reactor.listenTCP(0, house.troupe, { interface: '127.0.0.1' });
    await house.reactor.connectTCP('127.0.0.1', numberOf(port), new SingleClient(house.client)).whenConnected();
    await house.troupe.whenCast(1);
    await port.stopListening();
    house.backend.signal('SIGTERM');
    await house.ended;
    expectSame(house.events.slice(0, 2), ['draining', 'ConnectionDone'], 'what has happened');
    await house.close();
  });

  suite.addBare('R49 while it drains timers and attempts go on, and no port opens', async (backend) => {
    const house = await new House(backend, {}).open();
    const other = new SceneFactory();
    const opening = rejectionOf(house.reactor.listenTCP(0, other, { interface: '127.0.0.1' }));
    house.backend.signal('SIGTERM');
    const asked = rejectionOf(house.reactor.listenTCP(0, other, { interface: '127.0.0.1' }));
    for (const error of [await opening, await asked]) {
      const draining = error instanceof CannotListenError && error.message.includes('the reactor is draining');
      expect(draining, `it rejects with ${error}`);
    }
    expectSame(other.numPorts, 0, 'the number of ports of the factory');
    await house.pass(10);
    const attempt = house.reactor.connectTCP('127.0.0.1', 1, new SingleClient(new Actor())).whenConnected();
    expectSame((await rejectionOf(attempt)).name, 'ConnectionRefusedError', 'why an attempt fails');
    house.client.transport.loseConnection();
    await house.ended;
    await house.close();
  });

  suite.addBare('R49 a reactor that has drained runs and listens again', async (backend) => {
    const house = await new House(backend, { draining: ({ transport }) => transport.loseConnection() }).open();
    house.backend.signal('SIGTERM');
    await house.ended;
    const again = house.reactor.run({ signals: false });
    const port = await house.reactor.listenTCP(0, new SceneFactory(), { interface: '127.0.0.1' });
    await port.stopListening();
    house.reactor.stop();
    await again;
    await house.close();
  });
}

function addSecond(suite: AllSuites): void {
  suite.addBare('R49 a second signal within 250 ms is a copy of the first', async (backend) => {
    const house = await new House(backend, {}).open();
    house.backend.signal('SIGINT');
    house.backend.signal('SIGINT');
    await house.pass(50);
    house.backend.signal('SIGTERM');
    await house.pass(50);
    expectSame(house.events, ['draining'], 'what has happened');
    house.client.transport.loseConnection();
    await house.ended;
    expectSame(house.events[1], 'ConnectionDone', 'the reason');
    await house.close();
  });

  suite.addBare('R49 R50 a later one ends the drain, the wait for triggers and every connection', async (backend) => {
    const house = await new House(backend, {}, { eof: () => {} }).open();
    house.reactor.addSystemEventTrigger('before', 'shutdown', () => new Promise(() => {}));
    house.backend.signal('SIGTERM');
    await house.pass(LATER_MS);
    const from = house.reactor.now();
    house.backend.signal('SIGTERM');
    await house.ended;
    const took = house.reactor.now() - from;
    expect(took < 100, `it took ${took} ms, though stopLingerMs is not to be waited for`);
    const events = ['draining', 'before', 'during', 'ConnectionAborted', 'after'];
    expectSame(house.events, events, 'what has happened');
    await house.close();
  });

  suite.addBare('R49 stop ends the drain, and waits for the triggers before shutdown', async (backend) => {
    const house = await new House(backend, {}).open();
    house.reactor.addSystemEventTrigger('before', 'shutdown', async () => {
      await house.pass(LATER_MS);
      house.events.push('waited');
    });
    house.backend.signal('SIGTERM');
    await house.pass(10);
    house.reactor.stop();
    await house.ended;
    const events = ['draining', 'before', 'waited', 'during', 'ConnectionAborted', 'after'];
    expectSame(house.events, events, 'what has happened');
    await house.close();
  });
}

function addOptions(suite: AllSuites): void {
  suite.addBare('R49 without drainTimeoutMs a signal drains nothing', async (backend) => {
    const house = await new House(backend, {}, {}, 0).open();
    house.backend.signal('SIGTERM');
    await house.ended;
    const events = ['before', 'during', 'ConnectionAborted', 'after'];
    expectSame(house.events, events, 'what has happened');
    await house.close();
  });

  suite.addBare('R49 drainTimeoutMs has to be a number of at least 0', async (backend) => {
    const reactor = new Reactor(backend);
    for (const drainTimeoutMs of [-1, Number.NaN]) {
      const error = await rejectionOf(reactor.run({ drainTimeoutMs }));
      expect(error instanceof RangeError && error.message.includes('drainTimeoutMs'), `it rejects with ${error}`);
    }
    expectSame(reactor.running, false, 'whether it runs');
  });
}
