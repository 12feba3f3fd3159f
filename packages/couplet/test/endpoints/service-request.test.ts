import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConnectionLost, Protocol, TimeoutError } from 'couplet';
import type { Reachable } from 'couplet/endpoints';
import { ClientService, ServiceStopped } from 'couplet/endpoints';
import type { RequestOptions } from 'couplet/protocols';
import { Clock } from 'couplet/testing';
import { settled, Tended } from '../tended.ts';

/** Requests of a service, of which the test decides when they are answered. */
class Asked extends Tended {
  readonly sent: [protocol: Protocol, left: RequestOptions][] = [];
  answer: (value: string) => void = () => {};
  refuse: (reason: unknown) => void = () => {};

  ask(options: RequestOptions = {}): Promise<string> {
    return this.service.request((protocol, left) => {
      this.sent.push([protocol, left]);
      return new Promise<string>((resolve, reject) => {
        this.answer = resolve;
        this.refuse = reject;
      });
    }, options);
  }
}

const after = { name: 'TimeoutError', message: 'there was no response within 1000 ms' };

describe('R54 ClientService.request', () => {
  test('R54 it waits for a connection, and what is left of the time is for the response', async () => {
    const asked = new Asked();
    const { endpoint, sent, built } = asked;
    asked.service.startService();
    const { signal } = new AbortController();
    const answer = asked.ask({ timeoutMs: 1000, signal });
    const usual = asked.service.request((_protocol, left) => left);
    endpoint.clock.advance(300);
    assert.equal(sent.length, 0);
    await asked.connect();
    assert.deepEqual(sent, [[built[0], { timeoutMs: 700, signal }]]);
    assert.deepEqual(await usual, { timeoutMs: 29_700 });
    asked.answer('yes');
    assert.equal(await answer, 'yes');
    assert.equal(endpoint.clock.getDelayedCalls().length, 0);
    void asked.service.stopService();
  });

  test('R54 one time for the connection and the response', async () => {
    const early = new Asked();
    early.service.startService();
    const unconnected = early.ask({ timeoutMs: 1000 });
    early.endpoint.clock.advance(1000);
    await assert.rejects(unconnected, after);
    await early.connect();
    assert.equal(early.sent.length, 0);

    const late = new Asked();
    await late.connect();
    const unanswered = late.ask({ timeoutMs: 1000 });
    await settled();
    assert.equal(late.sent.length, 1);
    late.endpoint.clock.advance(999);
    await settled();
    late.endpoint.clock.advance(1);
    await assert.rejects(unanswered, after);
    assert.ok(await unanswered.catch((error) => error instanceof TimeoutError));
    late.answer('too late');
    assert.equal(late.endpoint.clock.getDelayedCalls().length, 0);
  });

  test('R54 a request whose connection is lost rejects with the reason, and is not sent again', async () => {
    const asked = new Asked();
    await asked.connect();
    const answer = asked.ask();
    await settled();
    const reason = new ConnectionLost();
    asked.refuse(reason);
    asked.endpoint.lose(reason);
    await assert.rejects(answer, (error) => error === reason);
    asked.endpoint.clock.advance(1000);
    await asked.connect();
    assert.equal(asked.built.length, 2);
    assert.equal(asked.sent.length, 1);
  });

  test('R54 the signal ends both waits, with its reason', async () => {
    const asked = new Asked();
    asked.service.startService();
    const controller = new AbortController();
    const unconnected = asked.ask({ signal: controller.signal });
    controller.abort('enough');
    await assert.rejects(unconnected, (reason) => reason === 'enough');
    await assert.rejects(asked.ask({ signal: controller.signal }), (reason) => reason === 'enough');
    await asked.connect();
    assert.equal(asked.sent.length, 0);
    // Who waited before may abort it once the connection is there, and before the request is sent.
    const last = new Asked();
    last.service.startService();
    const atOnce = new AbortController();
    void last.service.whenConnected().then(() => atOnce.abort('enough at once'));
    const connected = last.ask({ signal: atOnce.signal });
    await last.connect();
    await assert.rejects(connected, (reason) => reason === 'enough at once');
    assert.equal(last.sent.length, 0);
    const second = new AbortController();
    const unanswered = asked.ask({ signal: second.signal });
    await settled();
    second.abort('enough again');
    await assert.rejects(unanswered, (reason) => reason === 'enough again');
    assert.equal(asked.endpoint.clock.getDelayedCalls().length, 0);
  });

  test('R54 a service that is stopped, or stops, rejects; so does what send throws', async () => {
    const asked = new Asked();
    await assert.rejects(asked.ask(), ServiceStopped);
    asked.service.startService();
    const waiting = asked.ask();
    void asked.service.stopService();
    await assert.rejects(waiting, ServiceStopped);
    const sending = new Asked();
    await sending.connect();
    const wrong = sending.service.request(() => {
      throw new RangeError('it cannot be encoded');
    });
    await assert.rejects(wrong, /^RangeError: it cannot be encoded$/);
    assert.equal(sending.endpoint.clock.getDelayedCalls().length, 0);
  });

  test('R54 the time counts from when a reactor is known', async () => {
    const clock = new Clock();
    let begin = (): void => {};
    // It reads files first, and needs a reactor only then.
    const endpoint: Reachable = {
      connect: (factory) =>
        new Promise(() => {
          begin = () => void factory.doStart(clock);
        }),
    };
    const service = new ClientService(endpoint, () => new Protocol());
    service.startService();
    const answer = service.request(() => 'yes', { timeoutMs: 1000 });
    const endless = service.request(() => 'yes', { timeoutMs: Number.POSITIVE_INFINITY });
    begin();
    assert.equal(clock.getDelayedCalls().length, 1);
    clock.advance(1000);
    await assert.rejects(answer, after);
    void service.stopService();
    await assert.rejects(endless, ServiceStopped);
  });

  test('R54 a rejection that is not awaited is not an unhandled one, and wrong arguments throw', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const asked = new Asked();
    void asked.ask();
    await settled();
    process.off('unhandledRejection', note);
    assert.deepEqual(unhandled, []);
    const { service } = asked;
    assert.throws(() => Reflect.apply(service.request, service, []), /^TypeError: send is undefined, not a function/);
    assert.throws(() => service.request(() => 1, { timeoutMs: -1 }), /^RangeError: timeoutMs is -1/);
    assert.throws(() => Reflect.apply(service.request, service, [() => 1, { signal: 1 }]), /^TypeError: signal is/);
  });
});
