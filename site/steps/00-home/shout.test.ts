import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';

test('the twelve lines of the first page shout', async (t) => {
  const words = ['--conditions=couplet-source', join(import.meta.dirname, 'shout.ts')];
  const server = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => server.kill());
  const [line] = await once(server.stdout, 'data');
  const port = Number(/^Shout on port (\d+)\n$/.exec(String(line))?.[1]);
  const client = connect(port, '127.0.0.1');
  client.end('so this is\r\na couplet\r\n');
  let heard = '';
  for await (const chunk of client) heard += String(chunk);
  assert.equal(heard, 'SO THIS IS\r\nA COUPLET\r\n');
});
