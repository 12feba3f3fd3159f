import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConnectionLost, Factory, TimeoutError } from 'couplet';
import { Requests, type RequestsOptions, TextLineReceiver, TooManyRequests } from 'couplet/protocols';
import { Clock, StringTransport } from 'couplet/testing';

/** Sends questions as lines; each line is the answer to the oldest. */
class Asker extends TextLineReceiver {
  readonly requests: Requests<string, string> = new Requests(this, (question) => this.sendLine(question));
  override lineReceived(line: string): void {
    this.requests.settle(line);
  }
  override connectionLost(reason: Error): void {
    this.requests.connectionLost(reason);
  }
}

interface Rig {
  readonly clock: Clock;
  readonly written: [request: string, id: number][];
  readonly unexpected: string[];
  readonly requests: Requests<string, string>;
}

function rig(options: RequestsOptions<string> = {}): Rig {
  const clock = new Clock();
  const written: [string, number][] = [];
  const unexpected: string[] = [];
  const requests = new Requests<string, string>(
    { transport: { clock } },
    (request, id) => void written.push([request, id]),
    { unexpected: (response) => void unexpected.push(response), ...options },
  );
  return { clock, written, unexpected, requests };
}

const after = { name: 'TimeoutError', message: 'there was no response within 1000 ms' };

describe('R54 Requests', () => {
  test('R54 a protocol holds them: what it sends is answered in order', async () => {
    const transport = new StringTransport();
    const protocol = Object.assign(new Asker(), { factory: Factory.forProtocol(Asker) });
    assert.throws(() => protocol.requests.send('early'), /^Error: the protocol is not connected yet$/);
    protocol.makeConnection(transport);
    const answers = ['one', 'two', 'three'].map((question) => protocol.requests.send(question));
    assert.equal(String(transport.value()), 'one\r\ntwo\r\nthree\r\n');
    assert.equal(protocol.requests.pending, 3);
    protocol.dataReceived(Buffer.from('1\r\n2\r\n3\r\n'));
    assert.deepEqual(await Promise.all(answers), ['1', '2', '3']);
    const left = protocol.requests.send('four');
    const reason = new ConnectionLost();
    protocol.connectionLost(reason);
    await assert.rejects(left, (error) => error === reason);
    await assert.rejects(protocol.requests.send('five'), (error) => error === reason);
    assert.equal(String(transport.value()), 'one\r\ntwo\r\nthree\r\nfour\r\n');
    assert.equal(protocol.requests.pending, 0);
  });

  test('R54 in order, a request that timed out keeps its place, and its late response is dropped', async () => {
    const { clock, requests, unexpected } = rig();
    const first = requests.send('first', { timeoutMs: 1000 });
    const second = requests.send('second');
    clock.advance(1000);
    await assert.rejects(first, after);
    assert.ok(await first.catch((error) => error instanceof TimeoutError));
    assert.equal(requests.pending, 2);
    requests.settle('to the first');
    requests.settle('to the second');
    assert.equal(await second, 'to the second');
    assert.deepEqual(unexpected, []);
    requests.settle('to none');
    assert.deepEqual(unexpected, ['to none']);
  });

  test('R54 in order, a request that was aborted keeps its place, and rejects with the reason of the signal', async () => {
    const { requests } = rig();
    const controller = new AbortController();
    const first = requests.send('first', { signal: controller.signal });
    const second = requests.send('second', { signal: controller.signal });
    const third = requests.send('third');
    requests.settle('1');
    assert.equal(await first, '1');
    controller.abort('enough');
    await assert.rejects(second, (reason) => reason === 'enough');
    requests.settle('2');
    requests.settle('3');
    assert.equal(await third, '3');
  });

  test('R54 with ids, responses come in any order, and a late or an unknown one is unexpected', async () => {
    const { clock, requests, written, unexpected } = rig({ matchedBy: 'id' });
    const first = requests.send('first');
    const second = requests.send('second', { timeoutMs: 1000 });
    const third = requests.send('third');
    assert.deepEqual(written, [
      ['first', 1],
      ['second', 2],
      ['third', 3],
    ]);
    requests.settleById(3, 'c');
    assert.equal(await third, 'c');
    clock.advance(1000);
    await assert.rejects(second, after);
    assert.equal(requests.pending, 1);
    requests.settleById(2, 'b');
    requests.settleById(3, 'c again');
    requests.settleById(99, 'z');
    assert.deepEqual(unexpected, ['b', 'c again', 'z']);
    requests.settleById(1, 'a');
    assert.equal(await first, 'a');
    const controller = new AbortController();
    const aborted = requests.send('fourth', { signal: controller.signal });
    controller.abort();
    await assert.rejects(aborted, { name: 'AbortError' });
    assert.equal(requests.pending, 0);
  });

  test('R54 ids begin anew after the largest, and leave out those that are pending', async () => {
    const { requests, written } = rig({ matchedBy: 'id', maxId: 3 });
    const first = requests.send('a');
    for (const id of [2, 3, 2, 3]) {
      const answer = requests.send('x');
      assert.equal(written.at(-1)?.[1], id);
      requests.settleById(id, `to ${id}`);
      assert.equal(await answer, `to ${id}`);
    }
    const rest = [requests.send('b'), requests.send('c')];
    await assert.rejects(requests.send('d'), TooManyRequests);
    requests.connectionLost(new ConnectionLost());
    for (const request of [first, ...rest]) await assert.rejects(request, ConnectionLost);
  });

  test('R54 more than maxPending reject at once and are not written, until there is room again', async () => {
    const { clock, requests, written } = rig({ maxPending: 2 });
    const first = requests.send('1', { timeoutMs: 1000 });
    const second = requests.send('2');
    await assert.rejects(requests.send('3'), {
      name: 'TooManyRequests',
      code: 'COUPLET_TOO_MANY_REQUESTS',
      message: 'maxPending (2) requests are unanswered',
    });
    assert.equal(written.length, 2);
    clock.advance(1000);
    await assert.rejects(first, after);
    // Its response may still come.
    await assert.rejects(requests.send('3'), TooManyRequests);
    requests.settle('late');
    const third = requests.send('3');
    requests.settle('b');
    requests.settle('c');
    assert.deepEqual(await Promise.all([second, third]), ['b', 'c']);
    const many = rig();
    for (let count = 0; count < 1024; count += 1) void many.requests.send('x');
    await assert.rejects(many.requests.send('x'), TooManyRequests);
  });

  test('R54 each has a time of its own, 30 s unless set, with one timer', async () => {
    const { clock, requests } = rig();
    const ends: string[] = [];
    const send = (name: string, timeoutMs?: number): void =>
      void requests
        .send(name, timeoutMs === undefined ? {} : { timeoutMs })
        .catch(() => ends.push(`${name} at ${clock.now()}`));
    send('usual');
    send('short', 500);
    send('longer', 700);
    send('endless', Number.POSITIVE_INFINITY);
    assert.equal(clock.getDelayedCalls().length, 1);
    for (const ms of [499, 1, 199, 1, 29_299, 1, 1_000_000]) {
      clock.advance(ms);
      await Promise.resolve();
      await Promise.resolve();
    }
    assert.deepEqual(ends, ['short at 500', 'longer at 700', 'usual at 30000']);
    assert.equal(clock.getDelayedCalls().length, 0);
    requests.connectionLost(new ConnectionLost());
  });

  test('R54 a response takes no timer with it, and the end of the connection leaves none', async () => {
    const { clock, requests } = rig();
    for (let count = 0; count < 100; count += 1) {
      const answer = requests.send('x');
      requests.settle('y');
      await answer;
      clock.advance(10);
    }
    assert.equal(clock.getDelayedCalls().length, 1);
    const last = requests.send('x');
    requests.connectionLost(new ConnectionLost());
    assert.equal(clock.getDelayedCalls().length, 0);
    await assert.rejects(last, ConnectionLost);
  });

  test('R54 what write throws rejects that request alone', async () => {
    const clock = new Clock();
    const requests = new Requests<string, string>({ transport: { clock } }, (request) => {
      if (request === 'bad') throw new RangeError('it cannot be encoded');
    });
    const first = requests.send('first');
    await assert.rejects(requests.send('bad'), /^RangeError: it cannot be encoded$/);
    const second = requests.send('second');
    requests.settle('1');
    requests.settle('2');
    assert.deepEqual(await Promise.all([first, second]), ['1', '2']);
  });

  test('R54 a peer that answers inside of write is heard', async () => {
    const clock = new Clock();
    const requests: Requests<string, string> = new Requests({ transport: { clock } }, (request: string) =>
      requests.settle(`${request}?`),
    );
    assert.equal(await requests.send('what'), 'what?');
    assert.equal(clock.getDelayedCalls().length, 0);
  });

  test('R54 a signal that was aborted before sends nothing, and none keeps a listener', async () => {
    const { requests, written } = rig();
    await assert.rejects(requests.send('x', { signal: AbortSignal.abort('before') }), (reason) => reason === 'before');
    assert.deepEqual(written, []);
    let listeners = 0;
    const signal = new AbortController().signal;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners += 1;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners -= 1;
      removeEventListener.apply(signal, args);
    };
    const answers = [requests.send('x', { signal }), requests.send('y', { signal })];
    assert.equal(listeners, 2);
    requests.settle('z');
    requests.connectionLost(new ConnectionLost());
    await Promise.allSettled(answers);
    assert.equal(listeners, 0);
  });

  test('R54 a rejection that is not awaited is not an unhandled one', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const { clock, requests } = rig({ maxPending: 3 });
    const controller = new AbortController();
    void requests.send('a', { timeoutMs: 5 });
    void requests.send('b', { signal: controller.signal });
    void requests.send('c');
    void requests.send('one too many');
    controller.abort();
    clock.advance(5);
    requests.connectionLost(new ConnectionLost());
    void requests.send('too late');
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    assert.deepEqual(unhandled, []);
  });

  test('R54 what unexpected throws is thrown to the protocol', () => {
    const { requests } = rig({
      unexpected: (response) => {
        throw new Error(`${response} was not asked for`);
      },
    });
    assert.throws(() => requests.settle('x'), /^Error: x was not asked for$/);
  });

  test('R54 wrong arguments say what is wrong', () => {
    const { requests } = rig();
    assert.throws(() => requests.settleById(1, 'x'), /^Error: responses are matched by their order: call settle,/);
    assert.throws(() => rig({ matchedBy: 'id' }).requests.settle('x'), /^Error: responses are matched by id: call/);
    assert.throws(() => requests.send('x', { timeoutMs: 0 }), /^RangeError: timeoutMs is 0, not a number above 0$/);
    assert.throws(() => requests.send('x', { timeoutMs: Number.NaN }), RangeError);
    assert.throws(() => rig({ maxPending: 0 }), /^RangeError: maxPending is 0, not a number of at least 1$/);
    assert.throws(() => rig({ maxId: 1.5 }), /^RangeError: maxId is 1.5, not a whole number from 1 to/);
    for (const [options, message] of [
      [{ matchedBy: 'name' }, /^TypeError: matchedBy is the string 'name', not one of 'order', 'id'$/],
      [{ unexpected: 3 }, /^TypeError: unexpected is the number 3, not a function that takes a response$/],
    ] as const) {
      assert.throws(() => Reflect.construct(Requests, [{}, () => {}, options]), message);
    }
    assert.throws(
      () => Reflect.construct(Requests, [{}]),
      /^TypeError: write is undefined, not a function that writes/,
    );
    assert.throws(
      () => Reflect.apply(requests.send, requests, ['x', { signal: 3 }]),
      /^TypeError: signal is the number 3, not an AbortSignal$/,
    );
  });
});
