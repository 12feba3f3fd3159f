import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type ConnectionState,
  type ConnectionView,
  type ConnectorView,
  Factory,
  IPv4Address,
  type MovedChunk,
  Protocol,
  ReconnectingClientFactory,
  type TimedCallback,
  type Totals,
} from 'couplet';
import { guard } from 'couplet/policies';
import { Admission } from '../../src/engine/admission.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { Undecided } from '../../src/engine/undecided.ts';
import { boundsOf } from '../../src/protocol/options.ts';
import { Reactor } from '../../src/reactor/reactor.ts';
import type { SocketName } from '../../src/seam/address.ts';
import type { Sink } from '../../src/seam/wire.ts';
import { collector } from '../collector.ts';
import { FakeBackend } from '../fake-backend.ts';
import { FakeWire } from '../fake-wire.ts';
import { originOf } from '../origin.ts';

const GONE = { kind: 'done', code: '', detail: '' } as const;

/** An engine, and an admission of it that seats or refuses as its factory says. */
function scene(factory: Factory) {
  const engine = new Engine(new FakeBackend());
  const origin = originOf(engine, factory);
  const refused: (ConnectionView | undefined)[] = [];
  const admission = new Admission(engine, factory, { bounds: boundsOf({}) }, origin, {
    building: () => {},
    seated: (connection) => void connection.start(),
    refused: (_reason, one: Undecided | undefined) => void refused.push(one?.view()),
    lost: () => {},
  });
  const views = (): ConnectionView[] => [...engine.live].flatMap((one) => [...one.views()]);
  return { engine, origin, admission, refused, views };
}

describe('the views of connections', () => {
  test('R44 a connection keeps its id, and the time of its arrival, when it gets its protocol', async () => {
    let admit: () => void = () => {};
    const verdict = new Promise<undefined>((resolve) => {
      admit = () => resolve(undefined);
    });
    const waiting = guard(Factory.forProtocol(Protocol), { admitsLater: true, filter: () => verdict });
    const { admission, views } = scene(waiting);
    admission.begin(new FakeWire());
    const [before] = views();
    assert.deepEqual([before?.state, before?.waiting, before?.protocol], ['arriving', 'admission', undefined]);
    admit();
    await verdict;
    await Promise.resolve();
    const [after, ...others] = views();
    assert.deepEqual([after?.state, after?.protocol, others.length], ['open', 'Protocol', 0]);
    assert.deepEqual([after?.id, after?.since], [before?.id, before?.since]);
  });

  test('R44 a protocol that looks in connectionMade finds its connection once, also after a verdict', async () => {
    const seen: string[][] = [];
    class Looker extends Protocol {
      override connectionMade(): void {
        seen.push(views().map(({ state }) => state));
      }
    }
    const verdict = Promise.resolve(undefined);
    const { admission, views } = scene(
      guard(Factory.forProtocol(Looker), { admitsLater: true, filter: () => verdict }),
    );
    admission.begin(new FakeWire());
    await verdict;
    await Promise.resolve();
    assert.deepEqual(seen, [['open']]);
  });

  test('R44 bytes that wait are queued, and out once the wire has taken them', () => {
    class Writer extends Protocol {
      override connectionMade(): void {
        this.transport.write('é'.repeat(10));
      }
    }
    const { admission, views } = scene(Factory.forProtocol(Writer));
    const wire = new FakeWire();
    wire.answers.push(false);
    const { sink } = admission.begin(wire);
    const [held] = views();
    assert.deepEqual(
      [held?.queued, held?.maxQueued, held?.bytesOut, held?.writes, held?.waiting],
      [20, 20, 0, 1, 'peer'],
    );
    wire.passOn();
    sink?.onWritable();
    const [sent] = views();
    assert.deepEqual([sent?.queued, sent?.maxQueued, sent?.bytesOut, sent?.waiting], [0, 20, 20, 'nothing']);
  });

  test('R44 the bytes of a connection that is gone are counted once, also for its owner, when that is told', () => {
    const engine = new Engine(new FakeBackend());
    const factory = Factory.forProtocol(Protocol);
    const origin = originOf(engine, factory);
    const totals: Totals[] = [];
    const admission = new Admission(engine, factory, { bounds: boundsOf({}) }, origin, {
      building: () => {},
      seated: (connection) => void connection.start(),
      refused: () => {},
      lost: () => void totals.push(engine.tally.totals(engine.live), origin.tally.totals(admission.connections)),
    });
    const { sink } = admission.begin(new FakeWire());
    sink?.onData(Buffer.from('hello'));
    sink?.onClosed(GONE);
    assert.deepEqual(
      totals.map(({ bytesIn, open, lost }) => [bytesIn, open, lost]),
      [
        [5, 0, 1],
        [5, 0, 1],
      ],
    );
  });

  test('R44 the peer of a socket that was gone before a look is absent', () => {
    const { admission, views } = scene(Factory.forProtocol(Protocol));
    const wire = Object.assign(new FakeWire(), { peer: undefined });
    admission.begin(wire);
    assert.equal('peer' in (views()[0] ?? {}), false);
  });

  test('R44 an observer sees both addresses of one that goes before its verdict', () => {
    const waiting = guard(Factory.forProtocol(Protocol), { admitsLater: true, filter: () => new Promise(() => {}) });
    const { engine, admission, refused } = scene(waiting);
    engine.observe({ connectionRefused: () => {} });
    const local: SocketName = { family: 'IPv4', host: '192.0.2.1', port: 8007 };
    const peer: SocketName = { family: 'IPv4', host: '192.0.2.2', port: 4321 };
    const wire = Object.assign(new FakeWire(), { local, peer });
    const { sink } = admission.begin(wire, { host: new IPv4Address('0.0.0.0', 8007) });
    Object.assign(wire, { local: undefined, peer: undefined });
    sink?.onClosed(GONE);
    assert.deepEqual([refused[0]?.host, refused[0]?.peer], ['192.0.2.1:8007', '192.0.2.2:4321']);
  });

  test('R47 a refusal that no observer asks for makes no view, and is counted', () => {
    const factory = Object.assign(new Factory(), { buildProtocol: () => null });
    const { engine, admission, refused, origin } = scene(factory);
    admission.begin(new FakeWire());
    engine.observe({ connectionRefused: () => {} });
    admission.begin(new FakeWire());
    assert.deepEqual(
      refused.map((view) => view?.state),
      [undefined, 'arriving'],
    );
    assert.deepEqual(origin.tally.totals([]).refused, { NO_PROTOCOL: 2 });
    assert.deepEqual(engine.tally.totals([]).refused, { NO_PROTOCOL: 2 });
  });

  test('R44 views that are kept keep no connection alive, and do not change', () => {
    const { admission, views } = scene(Factory.forProtocol(Protocol));
    const { sink } = admission.begin(new FakeWire());
    const [view] = views();
    const copy = structuredClone(view);
    sink?.onData(Buffer.from('a'));
    sink?.onClosed(GONE);
    assert.deepEqual([view, views()], [copy, []]);
  });
});

/** Does what it is told, each time it gets a byte. */
class Puppet extends Protocol {
  readonly #acts: ((puppet: Protocol) => void | Promise<void>)[];
  constructor(...acts: ((puppet: Protocol) => void | Promise<void>)[]) {
    super();
    this.#acts = acts;
  }
  override dataReceived(): void | Promise<void> {
    return this.#acts.shift()?.(this);
  }
}

/** One that goes on writing when its peer has ended. */
class Writer extends Puppet {
  override readConnectionLost(): void {}
}

/** One that holds bytes while it pauses. */
class Holder extends Puppet {
  override readingResumed(): void {}
}

const shut = ({ transport }: Protocol): void => transport.loseWriteConnection();
const lose = ({ transport }: Protocol): void => transport.loseConnection();
const abort = ({ transport }: Protocol): void => transport.abortConnection();
const pause = ({ transport }: Protocol): void => transport.pauseProducing();
const write = ({ transport }: Protocol): void => void transport.write('too much');
const never = (): Promise<void> => new Promise(() => {});
/** Both at once. */
const neverAndLose = (protocol: Protocol): Promise<void> => {
  lose(protocol);
  return never();
};

/** How a connection with its protocol gets into each state: the bytes and what else the wire tells. */
const WAYS: Record<Exclude<ConnectionState, 'arriving' | 'gone'>, readonly [Protocol, ...(keyof typeof TELLS)[]]> = {
  open: [new Puppet()],
  shutting: [new Puppet(write, shut), 'byte', 'byte'],
  reading: [new Puppet(shut), 'byte'],
  writing: [new Writer(), 'end'],
  closing: [new Puppet(write, lose), 'byte', 'byte'],
  finishing: [new Puppet(write), 'byte', 'end'],
  lingering: [new Puppet(lose), 'byte'],
  leaving: [new Puppet(lose), 'byte', 'end'],
  aborting: [new Puppet(abort), 'byte'],
  broken: [new Puppet(write), 'byte', 'refusal'],
  delivering: [new Holder(pause), 'byte', 'close'],
  concluding: [new Puppet(neverAndLose), 'byte', 'close'],
};
const TELLS = {
  byte: (sink: Sink): void => sink.onData(Buffer.from('a')),
  end: (sink: Sink): void => sink.onEof(),
  refusal: (sink: Sink): void => sink.onWriteFailed(GONE),
  close: (sink: Sink): void => sink.onClosed(GONE),
};

describe('R44 E-3 the state of a view', () => {
  test('is arriving before there is a protocol', () => {
    const { admission, views } = scene(
      guard(Factory.forProtocol(Protocol), { admitsLater: true, filter: () => new Promise(() => {}) }),
    );
    admission.begin(new FakeWire());
    assert.deepEqual(
      views().map(({ state }) => state),
      ['arriving'],
    );
  });

  for (const [state, [protocol, ...told]] of Object.entries(WAYS)) {
    test(`is ${state}, and at the end gone`, () => {
      const { engine, admission, views } = scene(Object.assign(new Factory(), { buildProtocol: () => protocol }));
      const lost: ConnectionView[] = [];
      engine.observe({ connectionLost: (_transport, _reason, view) => void lost.push(view) });
      const wire = new FakeWire();
      wire.answers.push(false);
      const { sink } = admission.begin(wire);
      assert.ok(sink !== null);
      for (const what of told) TELLS[what](sink);
      assert.deepEqual(
        views().map((view) => view.state),
        [state],
      );
      if (!told.includes('close')) sink.onClosed(GONE);
      engine.run(() => engine.live.cut());
      assert.deepEqual(
        lost.map((view) => [view.state, view.waiting]),
        [['gone', 'nothing']],
      );
      assert.deepEqual(views(), []);
    });
  }
});

/** How many connections a viewer sees. */
const CROWD = 10_000;

describe('R44 E-8 views that are kept', () => {
  test('keep none of 10,000 connections alive that are gone', async () => {
    const collect = collector();
    const kept: WeakRef<object>[] = [];
    const { engine, admission, views } = scene(Factory.forProtocol(Protocol));
    const frames: (readonly ConnectionView[])[] = [];
    const chunks: MovedChunk[] = [];
    const calls: TimedCallback[] = [];
    engine.observe({ chunk: (chunk) => void chunks.push(chunk), callback: (call) => void calls.push(call) });
    for (let count = 0; count < CROWD; count += 1) {
      const wire = new FakeWire();
      const admitted = admission.begin(wire);
      assert.ok(admitted.kind === 'seated');
      frames.push(views());
      admitted.sink.onData(Buffer.from('a'));
      admitted.sink.onClosed(GONE);
      kept.push(new WeakRef(wire), new WeakRef(admitted.connection), new WeakRef(admitted.protocol));
    }
    let alive = kept.length;
    for (let turns = 0; turns < 10 && alive > 3; turns += 1) {
      // A weak reference holds on until the present turn of the event loop is over; optimized code may hold on for longer.
      await new Promise(setImmediate);
      collect();
      alive = kept.filter((one) => one.deref() !== undefined).length;
    }
    assert.equal(frames.flat().length, CROWD);
    assert.deepEqual([chunks.length, calls.length], [CROWD, 5 * CROWD]);
    assert.ok(alive <= 3, `${alive} objects of the connections are alive`);
  });
});

class Again extends ReconnectingClientFactory {
  override buildProtocol(): Protocol {
    return new Protocol();
  }
}

describe('R46 the next attempt of a factory', () => {
  test('is told, and shown until it begins', () => {
    const backend = new FakeBackend();
    const reactor = new Reactor(backend);
    const told: ConnectorView[] = [];
    reactor.observe({ connectionAttempt: (view) => void told.push(view) });
    const factory = new Again({ jitter: 'none' });
    const connector = reactor.connectTCP('192.0.2.1', 7, factory, { timeoutMs: 500 });
    const [racing] = [...reactor.inspect().connectors()];
    assert.deepEqual([racing?.state, racing?.attempts, racing?.destination], ['racing', 1, connector.destination]);
    backend.advance(500);
    const [waiting, ...others] = [...reactor.inspect().connectors()];
    assert.deepEqual([waiting?.state, waiting?.id, waiting?.retryInMs, others], ['waiting', racing?.id, 1000, []]);
    assert.deepEqual(
      told.map(({ state, attempts }) => `${state} ${attempts}`),
      ['racing 1', 'failed 1', 'waiting 1'],
    );
    backend.advance(400);
    assert.equal([...reactor.inspect().connectors()][0]?.retryInMs, 600);
    factory.stopTrying();
    assert.deepEqual([...reactor.inspect().connectors()], []);
  });
});

describe('R46 an attempt at a host name', () => {
  /** Connects to a name, and returns what was told until nothing of that is left to do. */
  async function attempted(backend: FakeBackend): Promise<string[]> {
    const reactor = new Reactor(backend);
    const told: string[] = [];
    reactor.observe({
      connectionAttempt: ({ state, destination }, why) => void told.push(`${state} ${destination} ${why?.name ?? ''}`),
    });
    const connector = reactor.connectTCP('example.com', 7, new Again({ maxRetries: 0 }));
    const [view] = [...reactor.inspect().connectors()];
    assert.deepEqual([view?.state, view?.destination], ['resolving', connector.destination]);
    await new Promise((resolve) => setImmediate(resolve));
    return told;
  }

  test('tells that it looks the name up, and then that it tries the addresses', async () => {
    const backend = new FakeBackend();
    backend.names.resolve = async () => [{ family: 'IPv4', host: '192.0.2.1' }];
    assert.deepEqual(await attempted(backend), ['resolving example.com:7 ', 'racing example.com:7 ']);
  });

  test('tells that the name has no address', async () => {
    assert.deepEqual(await attempted(new FakeBackend()), [
      'resolving example.com:7 ',
      'failed example.com:7 DNSLookupError',
    ]);
  });
});
