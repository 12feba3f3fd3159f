import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from 'couplet-test/free-port';
import { askOften, keep } from '../kept-connection.ts';
import { Child } from './child.ts';
import type { Peer } from './peer.ts';
import { printed } from './printed.ts';
import { visited } from './serving.ts';

/** Takes the visitor's name and password, and says that. */
async function receive(visitor: Peer, answer: string): Promise<void> {
  assert.equal(await visitor.ask('name?\r'), 'ada\r\n');
  assert.equal(await visitor.ask('password?\r'), 'engine\r\n');
  visitor.socket.write(`${answer}\r\n`);
}

test('kept-connection logs in again whenever it has to, asks, and closes in order', async (t) => {
  const log = printed(t, 'log');
  const port = await freePort();
  const service = keep(`tcp:127.0.0.1:${port}`, { initialDelayMs: 1, maxDelayMs: 10 });
  t.after(() => service.stopService());
  service.startService();
  const asking = askOften(service, 1);
  await log.until(/refused; the next try is in \d+ ms$/);
  await log.until(/refused; the next try is in \d+ ms$/);

  const visitors: Peer[] = [];
  const { server } = await visited(t, (visitor) => visitors.push(visitor), port);
  const next = async (): Promise<Peer> => {
    while (visitors.length === 0) await new Promise((resolve) => server.once('connection', resolve));
    const visitor = visitors.shift();
    assert.ok(visitor !== undefined);
    return visitor;
  };
  const stranger = await next();
  await receive(stranger, 'wrong name or password');
  assert.equal(await stranger.leave(), '');
  await log.until(/^wrong name or password; the next try is in \d+ ms$/);

  const lost = await next();
  await receive(lost, 'welcome, ada');
  assert.equal(await lost.until('\n'), 'time\r\n');
  lost.socket.resetAndDestroy();
  await log.until(/^no answer: ConnectionLost: /);

  const last = await next();
  await receive(last, 'welcome, ada');
  assert.equal(await last.until('\n'), 'time\r\n');
  last.socket.write('noon\r\n');
  await log.until(/^it is noon$/);
  const stopped = service.stopService();
  await last.leave();
  await stopped;
  await asking;
  assert.equal(service.running, false);
});

test('kept-connection ends in order on SIGTERM', async (t) => {
  let left: Promise<string> | undefined;
  const { port } = await visited(t, async (visitor) => {
    await receive(visitor, 'welcome, ada');
    await visitor.until('\n');
    visitor.socket.write('noon\r\n');
    left = visitor.rest();
  });
  const child = new Child(t, 'kept-connection', port);
  assert.equal(await child.line(), 'it is noon');
  child.terminate();
  assert.equal(await child.ended(), 0);
  assert.equal(await left, '');
});
