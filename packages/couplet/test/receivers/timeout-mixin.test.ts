import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Factory, Protocol, TimeoutError } from 'couplet';
import { LineReceiver, TextLineReceiver, TimeoutMixin } from 'couplet/protocols';
import { Clock, StringTransport } from 'couplet/testing';

class Login extends TimeoutMixin(LineReceiver) {
  readonly lost: string[] = [];
  override connectionMade(): void {
    this.setTimeout(1000);
  }
  override lineReceived(line: Buffer): void {
    if (line.toString() === 'in') this.setTimeout(null);
    else if (line.toString() === 'fast') this.setTimeout(100);
    else this.resetTimeout();
  }
  override connectionLost(reason: Error): void {
    super.connectionLost(reason);
    this.lost.push(reason.name);
  }
}

function connected(): { protocol: Login; clock: Clock; transport: StringTransport } {
  const clock = new Clock();
  const transport = new StringTransport({ clock });
  const protocol = Object.assign(new Login(), { factory: Factory.forProtocol(Login) });
  protocol.makeConnection(transport);
  return { protocol, clock, transport };
}

describe('R55 TimeoutMixin', () => {
  test('R55 a phase that takes too long ends the connection with a TimeoutError', () => {
    const { transport, clock } = connected();
    clock.advance(999);
    assert.equal(transport.disconnected, false);
    clock.advance(1);
    assert.equal(transport.disconnected, true);
    assert.ok(transport.reason instanceof TimeoutError);
    assert.deepEqual(clock.getDelayedCalls(), []);
  });

  test('R55 what the peer does moves the deadline, without a timer for each time', () => {
    const { transport, clock, protocol } = connected();
    for (let count = 0; count < 20; count += 1) {
      clock.advance(900);
      protocol.dataReceived(Buffer.from('still here\r\n'));
      assert.equal(clock.getDelayedCalls().length, 1);
    }
    clock.advance(999);
    assert.equal(transport.disconnected, false);
    clock.advance(1);
    assert.equal(transport.disconnected, true);
  });

  test('R55 null ends it, and a shorter one counts at once', () => {
    const { transport, clock, protocol } = connected();
    protocol.dataReceived(Buffer.from('in\r\n'));
    assert.deepEqual(clock.getDelayedCalls(), []);
    clock.advance(5000);
    protocol.resetTimeout();
    clock.advance(5000);
    assert.equal(transport.disconnected, false);
    protocol.setTimeout(1000);
    clock.advance(500);
    protocol.dataReceived(Buffer.from('fast\r\n'));
    clock.advance(100);
    assert.equal(transport.disconnected, true);
    for (const ms of [0, -1, Number.NaN]) assert.throws(() => protocol.setTimeout(ms), RangeError);
  });

  test('R55 a receiver keeps the arguments of its constructor', () => {
    const heard: string[] = [];
    class Western extends TimeoutMixin(TextLineReceiver) {
      constructor() {
        super('latin1');
      }
      override lineReceived(line: string): void {
        heard.push(line);
      }
    }
    const western = new Western();
    western.makeConnection(new StringTransport());
    western.dataReceived(Buffer.from('na\u00efve\r\n', 'latin1'));
    assert.deepEqual(heard, ['na\u00efve']);
  });

  test('R55 no deadline is set once the connection is gone', () => {
    const { transport, clock, protocol } = connected();
    transport.abortConnection();
    protocol.connectionLost(new Error('gone'));
    protocol.setTimeout(1000);
    assert.deepEqual(clock.getDelayedCalls(), []);
    assert.throws(() => protocol.setTimeout(0), RangeError);
  });

  test('R55 it can be overridden, and ends with the connection', () => {
    class Polite extends TimeoutMixin(Protocol) {
      override connectionMade(): void {
        this.setTimeout(10);
      }
      override timeoutConnection(): void {
        this.transport.write('too slow');
        this.transport.loseConnection();
      }
    }
    const clock = new Clock();
    const transport = new StringTransport({ clock });
    const protocol = new Polite();
    protocol.makeConnection(transport);
    clock.advance(10);
    assert.equal(transport.value().toString(), 'too slow');
    assert.equal(transport.disconnecting, true);
    const other = connected();
    other.protocol.connectionLost(new TimeoutError(''));
    assert.deepEqual(other.protocol.lost, ['TimeoutError']);
    assert.deepEqual(other.clock.getDelayedCalls(), []);
  });
});
