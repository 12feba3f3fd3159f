import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CLOSED_PORT } from 'couplet-test/free-port';
import { Child } from './child.ts';
import { Peer } from './peer.ts';
import { visited } from './serving.ts';

/** What a client that sends `one two` and closes its side hears on each port of each server. */
const SERVERS = {
  echo: [/^one two\n$/],
  greeter: [/^An apple a day .*\n$/],
  'welcome-echo': [/^welcome! there are currently 2 open connections\.\none two\n$/],
  'limited-echo': [/^one two\n$/],
  'guarded-echo': [/^one two\n$/],
  answer: [/^$/],
  login: [/^name\?\r\n$/],
  'egg-timer': [/^$/],
  'many-ports': [/^one two\n$/, /^An apple a day .*\n$/, /^2 words\n$/],
  'all-cores': [/^process \d+\none two\n$/],
  stream: [/^1\n2\n3\n[\s\S]*\n1000000\n$/],
  pull: [/^10 \.\.\.\n[\s\S]*\nlift-off\n$/],
  'half-close': [/^2 words\n$/],
  'small-services': [
    /^one two\n$/,
    /^$/,
    /^.+\r\n\(.+\)\r\n$/,
    /^\w+day, .* UTC\r\n$/,
    /^ !"#.{68}\r\n!"#/,
    /^.{1,4}$/s,
  ],
  'key-value': [/^-ERR unknown command 'one'\r\n$/],
  mail: [/^220 localhost ESMTP\r\n$/],
  broker: [/^$/],
  web: [/^$/],
  rooms: [/^\* welcome; .*\n\* the commands are .*\n$/],
  chat: [/^Who are you\?\nHello, one two! Here: nobody else\n$/],
};

describe('as a program, stopped with SIGTERM,', { concurrency: true }, () => {
  for (const [name, answers] of Object.entries(SERVERS)) {
    test(`${name} answers, and ends in order with a client still there`, async (t) => {
      const child = new Child(t, name, 0);
      const ports = [...(await child.line()).matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
      assert.equal(ports.length, answers.length);
      const staying = await Promise.all(ports.map((port) => Peer.connect(port)));
      for (const { socket } of staying) {
        socket.on('error', () => {}).pause();
        t.after(() => socket.destroy());
      }
      for (const [index, answer] of answers.entries()) {
        const peer = await Peer.connect(ports[index] ?? 0);
        peer.socket.write('one two\n');
        assert.match(await peer.leave(), answer);
      }
      child.terminate();
      assert.equal(await child.ended(), 0);
    });
  }

  test('echo-client prints the answer and ends by itself', async (t) => {
    const { port } = await visited(t, async (visitor) => visitor.socket.write(await visitor.until('\n')));
    const child = new Child(t, 'echo-client', port);
    assert.equal(await child.ended(), 0);
    assert.equal(child.output, 'the server said: hello, echo\n');
  });

  test('echo-client ends in order while it waits for an answer', async (t) => {
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const { port } = await visited(t, arrive);
    const child = new Child(t, 'echo-client', port);
    await arrived;
    child.terminate();
    assert.equal(await child.ended(), 0);
    assert.equal(child.output, '');
  });

  test('first-lines prints the first ten lines and ends by itself', async (t) => {
    const lines = Array.from({ length: 12 }, (_, index) => `line ${index}\n`);
    const { port } = await visited(t, (visitor) => void visitor.socket.end(lines.join('')));
    const child = new Child(t, 'first-lines', port);
    assert.equal(await child.ended(), 0);
    assert.equal(child.output, lines.slice(0, 10).join(''));
  });

  test('reconnecting-client ends in order while it is connected', async (t) => {
    const { port } = await visited(t, async (visitor) => visitor.socket.write(await visitor.until('\n')));
    const child = new Child(t, 'reconnecting-client', port);
    assert.equal(await child.line(), 'the server said: are you there?');
    child.terminate();
    assert.equal(await child.ended(), 0);
  });

  test('reconnecting-client ends in order while it waits to try again', async (t) => {
    const child = new Child(t, 'reconnecting-client', CLOSED_PORT);
    assert.match(await child.line(), /^no connection: .*refused$/);
    child.terminate();
    assert.equal(await child.ended(), 0);
  });
});
