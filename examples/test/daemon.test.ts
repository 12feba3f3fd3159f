import assert from 'node:assert/strict';
import { extname } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { app, Shouts } from '../daemon.ts';
import { Child } from './child.ts';
import { Peer } from './peer.ts';
import { Serving } from './serving.ts';

const FILE = fileURLToPath(new URL(`../daemon${extname(import.meta.url)}`, import.meta.url));
// For the programs that are started here; this one has read it.
Object.assign(process.env, { PORT: '0' });

/** How it is started. */
const WAYS: Readonly<Record<string, (t: TestContext) => Child>> = {
  'by node': (t) => new Child(t, 'daemon'),
  ...Object.fromEntries(
    ['--workers 0', '--workers 1', '--workers 2', '--topology apart'].map((words) => [
      `by coupletd run ${words}`,
      (t: TestContext) => new Child(t, 'coupletd', 'run', FILE, '--control', 'none', ...words.split(' ')),
    ]),
  ),
};

describe('daemon', () => {
  test('R-D34 is a service that an import does not start', () => {
    assert.equal(app.name, 'shout');
  });

  test('answers in capitals, and counts the lines of all connections', async (t) => {
    const shouts = new Shouts();
    const serving = await Serving.open(t, shouts);
    const peers = await Promise.all([serving.connect(), serving.connect()]);
    for (const peer of peers) peer.socket.write('two lines\r\nthat rhyme\r\n');
    for (const peer of peers) assert.equal(await peer.leave(), 'TWO LINES\r\nTHAT RHYME\r\n');
    assert.equal(shouts.lines, 4);
  });

  for (const [how, begin] of Object.entries(WAYS)) {
    test(`R-D34 gives the same replies, started ${how}, and drains at SIGTERM`, async (t) => {
      const child = begin(t);
      const [, port] = await child.says(/host"?[=:]"?127\.0\.0\.1:(\d+)/);
      if (how !== 'by node') await child.says(/daemon\.ready/);
      const peers = await Promise.all([Peer.connect(Number(port)), Peer.connect(Number(port))]);
      for (const peer of peers) {
        peer.socket.write('two lines\r\nthat rhyme\r\n');
        assert.equal(await peer.until('RHYME\r\n'), 'TWO LINES\r\nTHAT RHYME\r\n');
      }
      child.terminate();
      for (const peer of peers) {
        assert.equal(await peer.rest(), '');
        peer.socket.end();
      }
      assert.equal(await child.ended(), 0);
      assert.match(child.output + child.errors, /2 closed, 0 aborted/);
    });
  }
});
