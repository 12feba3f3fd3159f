import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Factory, Protocol, Reactor } from 'couplet';
import { guard, type Verdict } from 'couplet/policies';
import { runtime } from 'couplet-test/runtime';
import { backendHere, native } from '../here.ts';

/** Bun and the kernel tell nobody how much a socket has read. */
const TOLD = { skip: (runtime === 'bun' || native) && 'it is not told there' };
/** What a socket reads at once. */
const ONE_READ = 65_536;
const SENT = 1_000_000;

/** How much of what a client sends is read while its verdict is awaited, and whether all of it is there in the end. */
async function readBefore(admitsLater: boolean): Promise<{ before: number; after: number }> {
  const reactor = new Reactor(backendHere());
  let admit: (verdict: Verdict) => void = () => {};
  const verdict = new Promise<Verdict>((resolve) => {
    admit = resolve;
  });
  let received = 0;
  let end: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const factory = new Factory();
  factory.buildProtocol = () =>
    new (class extends Protocol<unknown> {
      override dataReceived(data: Buffer): void {
        received += data.length;
        if (received === SENT) end();
      }
    })();
  let accepted: Socket | undefined;
  const heard = (message: unknown): void => {
    if (typeof message !== 'object' || message === null || !('socket' in message)) return;
    if (message.socket instanceof Socket) accepted = message.socket;
  };
  subscribe('net.server.socket', heard);
  const port = await reactor.listenTCP(0, guard(factory, { admitsLater, filter: () => verdict }), {
    interface: '127.0.0.1',
  });
  const host = port.getHost();
  assert.ok('port' in host);
  const client = connect(host.port, host.host);
  try {
    await once(client, 'connect');
    client.write(Buffer.alloc(SENT));
    await sleep(100);
    const before = accepted?.bytesRead ?? Number.NaN;
    admit(undefined);
    await ended;
    return { before, after: received };
  } finally {
    unsubscribe('net.server.socket', heard);
    client.destroy();
    await port.stopListening();
  }
}

describe('a connection whose verdict is awaited', () => {
  test('R48 is not read where the factory announced that it answers later', TOLD, async () => {
    assert.deepEqual(await readBefore(true), { before: 0, after: SENT });
  });

  test('R48 is read once at most where it did not', TOLD, async () => {
    const { before, after } = await readBefore(false);
    assert.ok(before <= ONE_READ, `${before} bytes were read`);
    assert.equal(after, SENT);
  });
});
