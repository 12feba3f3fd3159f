import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

/** Runs a program of this folder; what it prints comes line by line. */
function run(file: string, ...words: string[]) {
  const child = spawn(process.execPath, [...process.execArgv, file, ...words], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

test('the two programs of the page talk to each other', { timeout: 20_000 }, async () => {
  const server = run('poem-server.ts');
  const [, port] = /^serving on (\d+)$/.exec((await server.lines.next()).value ?? '') ?? [];
  const client = run('poem-client.ts', `tcp:127.0.0.1:${port}`, 'tcp:127.0.0.1:1');
  assert.equal((await client.lines.next()).value, `tcp:127.0.0.1:${port} 81`);
  assert.match((await client.lines.next()).value ?? '', /^tcp:127\.0\.0\.1:1 .*refused/);
  server.child.kill('SIGTERM');
  assert.deepEqual(await once(server.child, 'close'), [0, null]);
});
