import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Clock } from 'couplet/testing';
import { BusHub } from '../../src/fleet/bus-hub.ts';
import type { FleetOrder, Tell } from '../../src/fleet/fleet-messages.ts';
import { LocalBus } from '../../src/fleet/local-bus.ts';
import { SupervisorBus } from '../../src/fleet/supervisor-bus.ts';

/** Workers of one supervisor, each with its bus. */
class Workers {
  readonly clock: Clock = new Clock();
  readonly full: Set<SupervisorBus> = new Set();
  /** Whether the supervisor does not take what workers tell it. */
  stuck = false;
  readonly hub: BusHub<SupervisorBus> = new BusHub({
    send: (bus, order) => this.#deliver(bus, order),
    full: (bus) => this.full.has(bus),
  });

  open(): SupervisorBus {
    const tell: Tell = (report) => {
      if (report.kind === 'publish') this.hub.publish(report.topic, report.base64);
      else if (report.kind === 'subscribe') this.hub.subscribe(bus, report.topic, report.on);
    };
    const bus: SupervisorBus = new SupervisorBus(tell, () => this.stuck, this.clock);
    return bus;
  }

  #deliver(bus: SupervisorBus, order: FleetOrder): void {
    if (order.kind === 'message') bus.message(order.topic, order.base64);
    else if (order.kind === 'interrupted') bus.interrupted();
  }
}

/** A subscriber that keeps what it hears. */
class Listener {
  readonly heard: string[] = [];

  message(bytes: Uint8Array): void {
    this.heard.push(Buffer.from(bytes).toString());
  }

  interrupted(): void {
    this.heard.push('(interrupted)');
  }
}

describe('the bus of one process', () => {
  test('delivers later, in order, to each subscriber of the topic a copy, until the subscription ends', () => {
    const clock = new Clock();
    const bus = new LocalBus(clock);
    const listener = new Listener();
    const copies: Uint8Array[] = [];
    const subscription = bus.subscribe('news', listener);
    bus.subscribe('news', (bytes) => copies.push(bytes));
    bus.subscribe('other', () => assert.fail('it is of another topic'));
    const bytes = Buffer.from('one');
    bus.publish('news', bytes);
    bytes.fill(0);
    bus.publish('news', 'twö');
    assert.deepEqual(listener.heard, []);
    clock.advance(0);
    assert.deepEqual(listener.heard, ['one', 'twö']);
    copies[0]?.fill(0);
    assert.equal(Buffer.from(copies[1] ?? []).toString(), 'twö');
    subscription.end();
    subscription.end();
    bus.publish('news', 'three');
    clock.advance(0);
    assert.equal(listener.heard.length, 2);
    assert.equal(copies.length, 3);
    assert.equal(bus.dropped, 0);
  });

  test('a subscriber that throws or rejects keeps no other from the message, and is reported', async () => {
    const clock = new Clock();
    const reports: unknown[] = [];
    const bus = new LocalBus(Object.assign(clock, { report: (report: unknown) => reports.push(report) }));
    const error = new Error('no');
    const listener = new Listener();
    bus.subscribe('a\n', () => {
      throw error;
    });
    bus.subscribe('a\n', async () => {
      throw error;
    });
    bus.subscribe('a\n', listener);
    bus.publish('a\n', 'x');
    clock.advance(0);
    await null;
    assert.deepEqual(listener.heard, ['x']);
    const report = { who: 'the subscriber of "a\\n"', where: 'message', error };
    assert.deepEqual(reports, [report, report]);
  });

  test('topics of 257 characters and messages of 65,537 bytes are refused', () => {
    const bus = new LocalBus(new Clock());
    bus.publish('t'.repeat(256), new Uint8Array(65_536));
    assert.throws(() => bus.publish('t'.repeat(257), ''), {
      name: 'RangeError',
      message: 'the topic has 257 characters, and may have 256',
    });
    assert.throws(() => bus.subscribe('t'.repeat(257), () => {}), RangeError);
    assert.throws(() => bus.publish('t', 'ä'.repeat(32_769)), {
      name: 'RangeError',
      message: 'the message has 65538 bytes, and may have 65536',
    });
  });

  test('nothing is delivered once it is closed', async () => {
    const clock = new Clock();
    const bus = new LocalBus(clock);
    const listener = new Listener();
    bus.subscribe('t', listener);
    bus.publish('t', 'x');
    await bus.close();
    clock.advance(0);
    assert.deepEqual(listener.heard, []);
  });
});

describe('the bus over a supervisor', () => {
  test('reaches the subscribers in all workers, and in the publishing one', () => {
    const workers = new Workers();
    const [one, two] = [workers.open(), workers.open()];
    const [first, second] = [new Listener(), new Listener()];
    one.subscribe('t', first);
    const subscription = two.subscribe('t', second);
    one.publish('t', 'from one');
    two.publish('t', new Uint8Array([0xff]));
    subscription.end();
    one.publish('t', 'last');
    assert.deepEqual(first.heard, ['from one', '\ufffd', 'last']);
    assert.deepEqual(second.heard, ['from one', '\ufffd']);
  });

  test('a worker that does not keep up misses messages, and is told when it does', () => {
    const workers = new Workers();
    const [one, two] = [workers.open(), workers.open()];
    const [first, second] = [new Listener(), new Listener()];
    one.subscribe('t', first);
    two.subscribe('t', second);
    workers.full.add(two);
    one.publish('t', 'a');
    one.publish('t', 'b');
    workers.hub.catchUp(two);
    assert.deepEqual([first.heard, second.heard, workers.hub.dropped], [['a', 'b'], [], 2]);
    workers.full.clear();
    workers.hub.catchUp(two);
    one.publish('t', 'c');
    assert.deepEqual(second.heard, ['(interrupted)', 'c']);
  });

  test('what is published while the supervisor takes nothing is dropped and counted', () => {
    const workers = new Workers();
    const [publisher, listener] = [workers.open(), new Listener()];
    workers.open().subscribe('t', listener);
    workers.stuck = true;
    publisher.publish('t', 'lost');
    workers.stuck = false;
    publisher.publish('t', 'here');
    assert.deepEqual([listener.heard, publisher.dropped], [['here'], 1]);
  });

  test('a worker that has ended has no subscriptions, also not those that it has asked for before', () => {
    const workers = new Workers();
    const [one, two] = [workers.open(), workers.open()];
    const listener = new Listener();
    two.subscribe('t', listener);
    workers.hub.forget(two);
    workers.hub.subscribe(two, 't', true);
    one.publish('t', 'x');
    assert.deepEqual(listener.heard, []);
  });

  test('once the supervisor has died what is published is dropped and counted', () => {
    const workers = new Workers();
    const bus = workers.open();
    const listener = new Listener();
    bus.subscribe('t', listener);
    bus.lost();
    bus.publish('t', 'x');
    bus.subscribe('other', listener).end();
    assert.deepEqual([listener.heard, bus.dropped], [[], 1]);
  });
});
