import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { reactor, serve } from 'couplet';
import { Room } from '../chat.ts';
import { Peer } from './peer.ts';
import { numberOf } from './serving.ts';

/** A room that is open during one test; what it gives lets a guest in. */
async function opened(t: TestContext): Promise<(name: string) => Promise<{ guest: Peer; greeting: string }>> {
  const room = new Room();
  const port = await serve('tcp:0:interface=127.0.0.1', (connection) => room.welcome(connection));
  t.after(() => port.stopListening());
  return async (name) => {
    const guest = await Peer.connect(numberOf(port));
    t.after(() => guest.socket.destroy());
    assert.equal(await guest.until('\n'), 'Who are you?\n');
    return { guest, greeting: await guest.ask(name) };
  };
}

test('chat tells everybody else what one says', async (t) => {
  const enter = await opened(t);
  const ann = await enter('Ann');
  assert.equal(ann.greeting, 'Hello, Ann! Here: nobody else\n');
  const bob = await enter('Bob\r');
  assert.equal(bob.greeting, 'Hello, Bob! Here: Ann\n');
  assert.equal(await ann.guest.until('\n'), 'Bob has come\n');

  bob.guest.socket.write('hello\nNaïve que');
  assert.equal(await ann.guest.until('\n'), 'Bob: hello\n');
  bob.guest.socket.write('stion?\r\n');
  assert.equal(await ann.guest.until('\n'), 'Bob: Naïve question?\n');
  assert.equal(await bob.guest.leave(), '');
  assert.equal(await ann.guest.until('\n'), 'Bob has left\n');
});

test('chat goes on when a guest is cut off', async (t) => {
  const enter = await opened(t);
  const { guest } = await enter('Ann');
  const bob = await enter('Bob');
  assert.equal(await guest.until('\n'), 'Bob has come\n');
  bob.guest.socket.resetAndDestroy();
  assert.equal(await guest.until('\n'), 'Bob has left\n');
  assert.equal((await enter('Cid')).greeting, 'Hello, Cid! Here: Ann\n');
});

test('chat hangs up on who has no name', async (t) => {
  const enter = await opened(t);
  await assert.rejects(enter(' '), /the end came/);
});

test('chat hangs up on who says too much at once, for that reason', async (t) => {
  const errors: unknown[] = [];
  const lost = new Promise<Error>((resolve) => {
    const stop = reactor.observe({
      error: ({ error }) => errors.push(error),
      connectionLost: (_, reason) => {
        if (reason.name === 'LineTooLongError') resolve(reason);
      },
    });
    t.after(stop);
  });
  const enter = await opened(t);
  const { guest } = await enter('Ann');
  const bob = await enter('Bob');
  bob.guest.socket.on('error', () => {}).write('x'.repeat(501));
  await guest.until('Bob has left\n');
  assert.equal((await lost).message, 'a line is longer than maxLength (500 bytes)');
  assert.deepEqual(errors, []);
});

test('chat says that the room closes, and hangs up', async (t) => {
  const room = new Room();
  const port = await serve('tcp:0:interface=127.0.0.1', (connection) => room.welcome(connection));
  const guest = await Peer.connect(numberOf(port));
  t.after(() => guest.socket.destroy());
  await guest.until('\n');
  await guest.ask('Ann');
  const drained = port.drain();
  assert.equal(await guest.until('\n'), 'The room closes.\n');
  await guest.leave();
  assert.deepEqual(await drained, { closed: 1, aborted: 0 });
});
