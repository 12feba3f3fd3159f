import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Child } from '../child.ts';
import { Program } from '../program.ts';

/** The broker as a program, and what starts the clients of Mosquitto on it. */
async function opened(t: test.TestContext) {
  const child = new Child(t, 'broker', 0);
  const port = Number((await child.says(/127\.0\.0\.1:(\d+)/))[1]);
  const words = ['-h', '127.0.0.1', '-p', `${port}`];
  /** A client that prints each line at once. */
  const start = (...more: string[]) => new Program(t, 'stdbuf', '-oL', 'mosquitto_sub', ...words, '-d', ...more);
  /** Gives the client once the broker has taken all its filters. */
  const sub = async (...more: string[]) => {
    const client = start('-v', ...more);
    await client.says(/Subscribed/);
    return client;
  };
  const pub = async (input: string, ...more: string[]) => {
    const client = new Program(t, 'mosquitto_pub', ...words, ...more);
    client.type(input);
    client.hangUp();
    assert.equal(await client.ended(), 0, client.errors);
  };
  return { child, start, sub, pub };
}

/** What `mosquitto_sub` prints of messages, without what it prints of packets. */
const messagesOf = ({ output }: Program) => output.split('\n').filter((line) => /^(?:poems|wills)/.test(line));

describe('S-11: broker, with the clients of Mosquitto', { timeout: 60_000 }, () => {
  test('mosquitto_pub and mosquitto_sub: wildcards, QoS, retained messages, and a hundred thousand bytes', async (t) => {
    const { child, sub, pub } = await opened(t);
    const all = await sub('-t', 'poems/#', '-q', '1');
    const some = await sub('-t', 'poems/+/title', '-t', 'none');
    await pub('', '-t', 'poems/one/title', '-m', 'verse', '-q', '1', '-r');
    await pub('', '-t', 'poems/two', '-m', 'x'.repeat(100_000));
    await all.says(/^poems\/two x{100000}$/m);
    await some.says(/^poems\/one\/title verse$/m);
    assert.deepEqual(messagesOf(some), ['poems/one/title verse']);
    const late = await sub('-t', '#', '-C', '1', '-q', '1');
    assert.equal(await late.ended(), 0);
    assert.deepEqual(messagesOf(late), ['poems/one/title verse']);
    await pub('', '-t', 'poems/one/title', '-n', '-r');
    await assert.rejects(pub('', '-t', 'poems/end', '-m', 'end', '-q', '2'), /The connection was lost/);
    child.terminate();
    assert.equal(await child.ended(), 0);
  });

  test('five thousand messages of QoS 1 come whole and in order, to each of three', async (t) => {
    const { sub, pub } = await opened(t);
    const subscribers = await Promise.all([1, 2, 3].map(() => sub('-t', 'poems', '-q', '1', '-C', '5000')));
    const lines = Array.from({ length: 5000 }, (_, at) => `line ${at}`);
    await pub(`${lines.join('\n')}\n`, '-t', 'poems', '-q', '1', '-l');
    for (const subscriber of subscribers) {
      assert.equal(await subscriber.ended(), 0);
      assert.deepEqual(
        messagesOf(subscriber),
        lines.map((line) => `poems ${line}`),
      );
    }
  });

  test('the will of one who is killed is published, and one who pings stays', async (t) => {
    const { start, sub } = await opened(t);
    const heir = await sub('-t', 'wills/#', '-k', '5');
    const will = ['--will-topic', 'wills/ada', '--will-payload', 'engine', '-t', 'x'];
    const killed = start(...will);
    await killed.says(/Subscribed/);
    killed.signal('SIGKILL');
    await heir.says(/^wills\/ada engine$/m);
    await heir.says(/PINGRESP/);
  });
});
