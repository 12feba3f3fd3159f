import assert from 'node:assert/strict';
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { test } from 'node:test';
import { connect, Factory, Protocol, Reactor } from 'couplet';
import { accessLog, limitConnections } from 'couplet/policies';
import { backendHere } from '../here.ts';

const EVENTS = [
  'listening',
  'connectionRefused',
  'connectionMade',
  'connectionLost',
  'connectionAttempt',
  'stoppedListening',
];

class Greeting extends Protocol {
  override connectionMade(): void {
    this.transport.write('hello');
    this.transport.loseConnection();
  }
}

/** Receives a greeting, or nothing. */
class Guest extends Protocol {
  readonly lost: Promise<Error>;
  #lost: (reason: Error) => void = () => {};
  constructor() {
    super();
    this.lost = new Promise((resolve) => {
      this.#lost = resolve;
    });
  }
  override connectionLost(reason: Error): void {
    this.#lost(reason);
  }
}

test('R45 R46 the channels of node:diagnostics_channel tell what observers are told, while a tool listens', async () => {
  const heard: string[] = [];
  let last: object = {};
  const listeners = EVENTS.map((event) => {
    const name = `couplet:${event}`;
    const hear = (message: unknown): void => {
      assert.ok(typeof message === 'object' && message !== null);
      heard.push(event);
      if (event === 'connectionLost') last = message;
    };
    subscribe(name, hear);
    return () => unsubscribe(name, hear);
  });
  const reactor = new Reactor(backendHere());
  const lines: string[] = [];
  const stopLog = accessLog(reactor, (line) => lines.push(line));
  const port = await reactor.listenTCP(0, limitConnections(Factory.forProtocol(Greeting), { max: 1 }), {
    interface: '127.0.0.1',
  });
  const where = `tcp:127.0.0.1:${port.getHost().port}`;
  const [first, second] = [new Guest(), new Guest()];
  await connect(where, first, { reactor });
  await connect(where, second, { reactor });
  await Promise.all([first.lost, second.lost]);
  while (reactor.inspect().totals.open > 0)
    await new Promise((resolve) => reactor.callLater(1, () => resolve(undefined)));
  stopLog();
  await port.stopListening();
  for (const stop of listeners) stop();
  const count = (event: string): number => heard.filter((one) => one === event).length;
  assert.equal(heard[0], 'listening');
  assert.equal(heard.at(-1), 'stoppedListening');
  assert.equal(count('connectionMade'), count('connectionLost'));
  assert.equal(count('connectionMade') + count('connectionRefused'), 4);
  assert.equal(count('connectionAttempt'), 4);
  assert.equal(lines.length, 4);
  assert.deepEqual(Object.keys(last), ['transport', 'reason', 'view']);
  // What no tool listens to is told no more.
  const before = heard.length;
  await connect(where, new Guest(), { reactor }).catch(() => {});
  assert.equal(heard.length, before);
  assert.ok(EVENTS.every((event) => !channel(`couplet:${event}`).hasSubscribers));
});
