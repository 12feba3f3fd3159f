import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { ConnectionView, Observer, PortView } from 'couplet';
import { ConnectionDone, IPv4Address, Protocol, Reactor, ServerFactory } from 'couplet';
import { NodeBackend } from 'couplet/node';
import type { RefusalReason } from 'couplet/policies';
import { ConnectionLimitReached, limitConnections, PeerLimitReached } from 'couplet/policies';
import { Clock, StringTransport } from 'couplet/testing';
import type { Log, LogFields } from '../../src/log/log.ts';
import type { Eventful, EventOptions, Origin } from '../../src/log/log-events.ts';
import { logEvents } from '../../src/log/log-events.ts';

const VIEW: ConnectionView = {
  id: 7,
  role: 'server',
  origin: 1,
  factory: 'EchoFactory',
  host: '127.0.0.1:8007',
  peer: '192.0.2.7:56324',
  since: 100,
  durationMs: 1234.5,
  state: 'gone',
  waiting: 'nothing',
  bytesIn: 1024,
  bytesOut: 5,
  reads: 2,
  writes: 1,
  queued: 0,
  maxQueued: 5,
};
const PEER = new IPv4Address('192.0.2.7', 56324);
const NAMES = { service: 'poetry/slow', listener: 'tcp:8007' };
const OPTIONS: EventOptions = { access: true, nameOf: (id) => (id === 1 ? NAMES : undefined) };

/** What tests look at in the fields of a line. */
interface Fields {
  readonly event?: string;
  readonly service?: string;
  readonly peer?: string;
  readonly stack?: string;
}

/** A log that keeps the level and the fields of its lines, without those that are undefined. */
function keeping(): { readonly log: Log; readonly lines: (readonly [level: string, fields: Fields])[] } {
  const lines: (readonly [string, Fields])[] = [];
  const at = (level: string) => (fields: LogFields | string) => lines.push([level, JSON.parse(JSON.stringify(fields))]);
  const log: Log = {
    fatal: at('fatal'),
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    trace: at('trace'),
    child: () => log,
  };
  return { log, lines };
}

/** A reactor that tells what the test says. */
function scene(options: Partial<EventOptions> = {}) {
  const clock = new Clock();
  const observers: Observer[] = [];
  const ports: Pick<PortView, 'id' | 'host' | 'listening'>[] = [];
  const reactor: Eventful = {
    observe(observer) {
      observers.push(observer);
      return () => void observers.splice(observers.indexOf(observer), 1);
    },
    inspect: () => ({ ports: () => ports }),
    callLater: (ms, call, ...args) => clock.callLater(ms, call, ...args),
  };
  const { log, lines } = keeping();
  const stop = logEvents(reactor, log, { ...OPTIONS, ...options });
  const [observer = {}] = observers;
  return { clock, observers, observer, ports, lines, stop };
}

test('a connection that is gone has the access line, with what its origin belongs to', () => {
  const { observer, lines } = scene();
  observer.connectionLost?.(new StringTransport(), new ConnectionDone(), {
    ...VIEW,
    proxy: { via: '10.0.0.1:5000' },
    tls: { version: 'TLSv1.3' },
  });
  assert.deepEqual(lines, [
    [
      'info',
      {
        event: 'connection',
        ...NAMES,
        id: 7,
        role: 'server',
        peer: '192.0.2.7:56324',
        via: '10.0.0.1:5000',
        tls: 'TLSv1.3',
        ms: 1235,
        in: 1024,
        out: 5,
        reason: 'ConnectionDone',
      },
    ],
  ]);
});

test('what is not known is left out', () => {
  const { observer, lines } = scene();
  observer.connectionLost?.(new StringTransport(), new ConnectionDone(), { ...VIEW, origin: 9, role: 'client' });
  const [, fields] = lines[0] ?? [];
  assert.deepEqual(Object.keys(fields ?? {}), ['event', 'id', 'role', 'peer', 'ms', 'in', 'out', 'reason']);
});

test('without the access log the reactor is not asked for connections', () => {
  assert.ok(!('connectionLost' in scene({ access: false }).observer));
});

test('of each cause ten refusals a second have a line; then one has the count of the others', () => {
  const { clock, observer, lines } = scene();
  const refuse = (times: number, reason: RefusalReason = new ConnectionLimitReached('full')): void => {
    for (let time = 0; time < times; time += 1) observer.connectionRefused?.(PEER, reason, VIEW);
  };
  refuse(10);
  clock.advance(900);
  refuse(25);
  refuse(1, new PeerLimitReached('full'));
  assert.equal(lines.length, 11);
  const refused = { event: 'connection.refused', ...NAMES, id: 7, peer: PEER.authority };
  assert.deepEqual(lines[9], ['info', { ...refused, by: 'connection_limit' }]);
  assert.deepEqual(lines[10], ['info', { ...refused, by: 'peer_limit' }]);
  clock.advance(100);
  assert.deepEqual(lines[11], ['info', { event: 'connection.refused', by: 'connection_limit', count: 25 }]);
  refuse(1);
  assert.equal(lines.length, 13, 'and a new second begins');
  clock.advance(5000);
  assert.equal(lines.length, 13);
  assert.deepEqual(clock.getDelayedCalls(), []);
});

test('the end tells what was counted, and nothing follows', () => {
  const { clock, observer, observers, lines, stop } = scene();
  for (let time = 0; time < 12; time += 1) observer.connectionRefused?.(PEER, new ConnectionLimitReached('full'), VIEW);
  stop();
  assert.deepEqual(lines.at(-1), ['info', { event: 'connection.refused', by: 'connection_limit', count: 2 }]);
  assert.deepEqual([observers, clock.getDelayedCalls()], [[], []]);
});

test('an error has where it comes from, and the peer', () => {
  const { observer, lines } = scene();
  observer.error?.({ who: `Echo at ${PEER.authority}`, where: 'dataReceived', error: new TypeError('no') });
  observer.error?.({ who: 'a delayed call', where: 'callLater', error: 'odd' });
  const [[level, { stack, ...rest }] = ['', {}], second] = lines;
  assert.equal(level, 'error');
  assert.match(`${stack}`, /^TypeError: no\n {4}at /);
  const who = `Echo at ${PEER.authority}`;
  assert.deepEqual(rest, {
    event: 'error',
    who,
    where: 'dataReceived',
    name: 'TypeError',
    message: 'no',
    peer: PEER.authority,
  });
  assert.deepEqual(second?.[1], {
    event: 'error',
    who: 'a delayed call',
    where: 'callLater',
    name: 'string',
    message: "'odd'",
  });
});

test('a port is told with what it belongs to, though that is known only after it listens', () => {
  const { clock, observer, ports, lines } = scene();
  const host = new IPv4Address('127.0.0.1', 8007);
  observer.listening?.(host);
  assert.deepEqual(lines, []);
  ports.push({ id: 1, host: host.authority, listening: true }, { id: 2, host: '127.0.0.1:9', listening: true });
  clock.advance(0);
  ports.length = 0;
  observer.stoppedListening?.(host);
  observer.stoppedListening?.(host);
  assert.deepEqual(lines, [
    ['info', { event: 'listening', ...NAMES, host: '127.0.0.1:8007' }],
    ['info', { event: 'closed', ...NAMES, host: '127.0.0.1:8007' }],
    ['info', { event: 'closed', host: '127.0.0.1:8007' }],
  ]);
});

/** Throws at what it receives. */
class Picky extends Protocol {
  override dataReceived(): never {
    throw new Error('not to my taste \u001b[31m');
  }
}

/** Connects, and reads until the end. */
function dialled(port: number): { readonly socket: Socket; readonly closed: Promise<void> } {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  return { socket: socket.resume(), closed: new Promise((resolve) => socket.once('close', () => resolve())) };
}

test('the events of real connections', { timeout: 20_000 }, async () => {
  const reactor = new Reactor(new NodeBackend());
  const { log, lines } = keeping();
  const names = new Map<number, Origin>();
  const stop = logEvents(reactor, log, { access: true, nameOf: (id) => names.get(id) });
  const running = reactor.run();
  const factory = limitConnections(ServerFactory.forProtocol(Picky), { max: 1 });
  const port = await reactor.listenTCP(0, factory, { interface: '127.0.0.1' });
  for (const { id } of reactor.inspect().ports()) names.set(id, NAMES);
  const made = new Promise<void>((resolve) => reactor.observe({ connectionMade: () => resolve() }));
  const first = dialled(port.getHost().port);
  await made;
  await dialled(port.getHost().port).closed;
  first.socket.write('x');
  await first.closed;
  await port.stopListening();
  reactor.stop();
  await running;
  stop();
  assert.deepEqual(
    lines.map(([level, { event, service }]) => [level, event, service]),
    [
      ['info', 'listening', NAMES.service],
      ['info', 'connection.refused', NAMES.service],
      ['error', 'error', undefined],
      ['info', 'connection', NAMES.service],
      ['info', 'closed', NAMES.service],
    ],
  );
  const [, , error, connection] = lines.map(([, { peer }]: readonly [string, Fields]) => peer);
  assert.equal(error, connection);
});
