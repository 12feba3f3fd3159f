import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Producer } from 'couplet';
import { ConnectionAborted, IPv4Address, Protocol } from 'couplet';
import { Clock, StringTransport } from 'couplet/testing';

/** Sends back what it gets. */
class Echo extends Protocol {
  readonly log: string[] = [];
  override connectionMade(): void {
    this.log.push('made');
  }
  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
  override readingResumed(): void | Promise<void> {
    this.log.push('resumed');
  }
}

function connected(): { protocol: Echo; transport: StringTransport } {
  const protocol = new Echo();
  const transport = new StringTransport();
  protocol.makeConnection(transport);
  return { protocol, transport };
}

/** A producer that writes down what it is told. */
function source(): { producer: Producer; log: string[] } {
  const log: string[] = [];
  const producer = {
    resumeProducing: () => void log.push('resume'),
    pauseProducing: () => void log.push('pause'),
    stopProducing: () => void log.push('stop'),
  };
  return { producer, log };
}

describe('StringTransport', () => {
  test('a protocol is tested without a connection', () => {
    const { protocol, transport } = connected();
    assert.deepEqual(protocol.log, ['made']);
    protocol.dataReceived(Buffer.from('to be'));
    assert.equal(transport.value().toString(), 'to be');
    protocol.dataReceived(Buffer.from(' or not'));
    assert.equal(transport.value().toString(), 'to be or not');
    transport.clear();
    assert.equal(transport.value().length, 0);
  });

  test('shows what was written when it was written, strings as UTF-8', () => {
    const { transport } = connected();
    const bytes = Buffer.from('abc');
    transport.write(bytes);
    bytes.fill('x');
    transport.writeSequence(['é', Buffer.from('!')]);
    assert.deepEqual(transport.value(), Buffer.from('abcé!'));
  });

  test('R4 write throws for what is neither bytes nor a string, and does nothing after the end', () => {
    const { transport } = connected();
    // @ts-expect-error it is neither
    assert.throws(() => transport.write(5), new TypeError('write takes a string or a Uint8Array, not number'));
    assert.equal(transport.write('kept'), true);
    transport.loseConnection();
    assert.deepEqual(
      [transport.disconnecting, transport.disconnected, transport.producerState],
      [true, false, 'stopped'],
    );
    assert.equal(transport.write('dropped'), false);
    assert.equal(transport.writeSequence([]), false);
    assert.equal(transport.value().toString(), 'kept');
  });

  test('R6 abortConnection leaves its reason', () => {
    const one = connected().transport;
    one.write('said');
    one.abortConnection();
    assert.deepEqual([connected().transport.reason, one.reason], [undefined, new ConnectionAborted()]);
    assert.deepEqual([one.disconnecting, one.disconnected], [true, true]);
    assert.equal(one.write('more'), false);
    assert.equal(one.value().toString(), 'said');
    const other = connected().transport;
    other.abortConnection(new Error('because'));
    other.abortConnection(new Error('later'));
    assert.equal(other.reason?.message, 'because');
  });

  test('R8 failConnection throws at the test', () => {
    const { transport } = connected();
    assert.throws(() => transport.failConnection(new Error('broken')), /^Error: broken$/);
    assert.equal(transport.disconnected, true);
    assert.equal(transport.reason?.message, 'broken');
  });

  test('R8 failConnection gives the error to onFailure instead', () => {
    const errors: unknown[] = [];
    const transport = new StringTransport({ onFailure: (error) => errors.push(error) });
    transport.failConnection('odd');
    assert.deepEqual(errors, ['odd']);
    assert.equal(transport.reason?.message, 'threw odd');
  });

  test('loseWriteConnection ends the output and no more', () => {
    const { transport } = connected();
    assert.equal(transport.writeDisconnecting, false);
    transport.loseWriteConnection();
    assert.deepEqual([transport.writeDisconnecting, transport.disconnecting], [true, false]);
    assert.equal(transport.write('dropped'), false);
    assert.equal(transport.producerState, 'producing');
  });

  test('R14 a protocol that pauses is told when reading goes on', () => {
    const { protocol, transport } = connected();
    assert.deepEqual([transport.paused, transport.producerState], [false, 'producing']);
    transport.resumeProducing();
    transport.pauseProducing();
    assert.deepEqual([transport.paused, transport.producerState], [true, 'paused']);
    transport.resumeProducing();
    transport.resumeProducing();
    assert.deepEqual(protocol.log, ['made', 'resumed']);
    assert.deepEqual([transport.paused, transport.producerState], [false, 'producing']);
    transport.pauseProducing();
    transport.stopProducing();
    assert.equal(transport.producerState, 'stopped');
    transport.resumeProducing();
    transport.pauseProducing();
    assert.deepEqual(protocol.log, ['made', 'resumed']);
    assert.equal(transport.paused, false);
  });

  test('R8a what readingResumed rejects with is a failure', async () => {
    const protocol = new Echo();
    protocol.readingResumed = async () => {
      throw new Error('no');
    };
    const failure = new Promise((resolve) => {
      const transport = new StringTransport({ onFailure: resolve });
      protocol.makeConnection(transport);
      transport.pauseProducing();
      transport.resumeProducing();
    });
    assert.deepEqual(await failure, new Error('no'));
  });

  test('R11 a streaming producer pauses above 64 KiB, and clear lets it go on', async () => {
    const { transport } = connected();
    const { producer, log } = source();
    transport.registerProducer(producer, true);
    assert.deepEqual([transport.producer, transport.streaming], [producer, true]);
    assert.equal(transport.write(Buffer.alloc(65_536)), true);
    assert.equal(await transport.drained(), true);
    assert.equal(transport.write('!'), false);
    assert.equal(transport.write('!'), false);
    assert.deepEqual(log, ['pause']);
    const drained = transport.drained();
    transport.clear();
    transport.clear();
    assert.deepEqual(log, ['pause', 'resume']);
    assert.equal(await drained, true);
    assert.equal(transport.write('!'), true);
  });

  test('R12 clear asks a pull producer', () => {
    const { transport } = connected();
    const { producer, log } = source();
    transport.registerProducer(producer, false);
    assert.deepEqual([transport.producer, transport.streaming, log.length], [producer, false, 0]);
    transport.clear();
    transport.clear();
    assert.deepEqual(log, ['resume']);
    transport.write('an answer');
    transport.clear();
    assert.deepEqual(log, ['resume', 'resume']);
  });

  test('R5 a producer may write after loseConnection until it unregisters', () => {
    const { transport } = connected();
    const { producer } = source();
    transport.registerProducer(producer, true);
    transport.loseConnection();
    assert.equal(transport.write('more'), true);
    transport.unregisterProducer();
    assert.equal(transport.write('dropped'), false);
    assert.deepEqual([transport.value().toString(), transport.producer], ['more', undefined]);
  });

  test('R13 refuses a second producer, and stops one that comes too late', () => {
    const { transport } = connected();
    const { producer, log } = source();
    transport.registerProducer(producer, true);
    assert.throws(() => transport.registerProducer(source().producer, true), /registered already/);
    transport.unregisterProducer();
    // @ts-expect-error it cannot pause
    assert.throws(() => transport.registerProducer({ resumeProducing() {}, stopProducing() {} }, true), TypeError);
    transport.abortConnection();
    transport.registerProducer(producer, true);
    assert.deepEqual([log, transport.producer], [['stop'], undefined]);
  });

  test('R39 drained resolves to false once the connection has ended', async () => {
    const { transport } = connected();
    transport.write(Buffer.alloc(70_000));
    const drained = transport.drained();
    transport.abortConnection();
    assert.deepEqual([await drained, await transport.drained()], [false, false]);
  });

  test('R41 has the clock and the addresses that it is given', () => {
    const clock = new Clock();
    const host = new IPv4Address('127.0.0.1', 1);
    const peer = new IPv4Address('127.0.0.1', 2);
    const transport = new StringTransport({ clock, host, peer });
    assert.deepEqual([transport.clock, transport.getHost(), transport.getPeer()], [clock, host, peer]);
    const other = new StringTransport();
    assert.ok(other.clock instanceof Clock);
    assert.notEqual(other.getHost().authority, other.getPeer().authority);
  });
});
