import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { reactor } from 'couplet';
import { CLOSED_PORT, freePort } from 'couplet-test/free-port';
import { EchoClientFactory } from '../echo-client.ts';
import { PersistentFactory } from '../reconnecting-client.ts';
import type { Peer } from './peer.ts';
import { printed } from './printed.ts';
import { visited } from './serving.ts';

/** Runs the echo client until it stops the reactor. */
async function runEchoClient(t: TestContext, port: number): Promise<void> {
  t.after(() => {
    if (reactor.running) reactor.stop();
  });
  const running = reactor.run({ signals: false });
  reactor.connectTCP('127.0.0.1', port, new EchoClientFactory());
  await running;
}

test('echo-client sends a line, prints the answer however it is cut, and stops the reactor', async (t) => {
  const { lines } = printed(t, 'log');
  let asked = '';
  let ended = Promise.resolve('');
  const { port } = await visited(t, async (visitor) => {
    asked = await visitor.until('\n');
    ended = visitor.rest();
    visitor.socket.setNoDelay(true);
    for (const letter of 'an answer\n') await new Promise((sent) => visitor.socket.write(letter, sent));
  });
  await runEchoClient(t, port);
  assert.equal(asked, 'hello, echo\n');
  assert.deepEqual(lines, ['the server said: an answer']);
  assert.equal(await ended, '');
});

test('echo-client stops the reactor when the server hangs up without an answer', async (t) => {
  const { lines } = printed(t, 'log');
  const { port } = await visited(t, (visitor) => void visitor.leave());
  await runEchoClient(t, port);
  assert.deepEqual(lines, []);
});

test('echo-client says why there is no connection, and stops the reactor', async (t) => {
  const { lines } = printed(t, 'error');
  const { exitCode } = process;
  t.after(() => {
    // Bun keeps what it has when it is told undefined.
    process.exitCode = exitCode ?? 0;
  });
  await runEchoClient(t, CLOSED_PORT);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^no connection: .*refused/);
  assert.equal(process.exitCode, 1);
});

test('reconnecting-client tries until there is a server, and again when it loses it', async (t) => {
  const log = printed(t, 'log');
  const port = await freePort();
  const factory = new PersistentFactory({ initialDelayMs: 1, maxDelayMs: 10 });
  t.after(() => factory.stopTrying());
  const connector = reactor.connectTCP('127.0.0.1', port, factory);
  await log.until(/^no connection: .*refused/);
  await log.until(/^no connection: .*refused/);

  let visitors: Peer[] = [];
  const { server } = await visited(t, (visitor) => visitors.push(visitor), port);
  const answered = async (answer: string) => {
    if (visitors.length === 0) await new Promise((resolve) => server.once('connection', resolve));
    const visitor = visitors[0];
    visitors = [];
    assert.equal(await visitor?.until('\n'), 'are you there?\n');
    visitor?.socket.write(`${answer}\n`);
    await log.until(new RegExp(`^the server said: ${answer}$`));
    assert.equal(factory.retries, 0);
    return visitor;
  };
  (await answered('yes'))?.socket.resetAndDestroy();
  await log.until(/^lost /);
  (await answered('again'))?.socket.end();
  await log.until(/^lost /);

  const last = await answered('and again');
  factory.stopTrying();
  connector.disconnect();
  assert.equal(await last?.leave(), '');
  await log.until(/^lost /);
  assert.equal(connector.state, 'disconnected');
});
