import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { daemonize } from '../../src/system/daemonize.ts';
import { commandOf, run } from '../run.ts';

describe('R-D31 a daemon', {
  timeout: 20_000,
  skip: process.platform === 'linux' ? false : 'it looks at /proc',
}, () => {
  let server: Server;
  let port: string;
  const sockets: Socket[] = [];
  before(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    port = typeof address === 'object' && address !== null ? `${address.port}` : '';
  });
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  const start = (kind: string) => run(commandOf(import.meta.dirname, 'daemon', [kind, port]));

  async function told(): Promise<[line: string, socket: Socket]> {
    const [socket]: Socket[] = await once(server, 'connection');
    assert.ok(socket !== undefined);
    sockets.push(socket);
    const [line] = await once(createInterface({ input: socket }), 'line');
    return [line, socket];
  }

  test('R-D31 lets its parent end with 0 when it is ready, and has no terminal and no pipe of it', async () => {
    const report = told();
    // This waits for the pipes as well: the daemon lives on.
    assert.deepEqual(await start('ready'), { status: 0, output: '', errors: '' });
    const [line, socket] = await report;
    const { pid, links, session, terminal, marked } = JSON.parse(line);
    assert.deepEqual([session, terminal, marked], [`${pid}`, '0', false]);
    assert.deepEqual(links.slice(0, 3), ['0 /dev/null', '1 /dev/null', '2 /dev/null']);
    assert.deepEqual(
      links.filter((link: string) => link.includes('socket:')),
      [],
    );
    const ended = once(socket, 'close');
    socket.end();
    await ended;
  });

  for (const [kind, line, status] of [
    ['fails', 'cannot listen on tcp:80: permission denied', 77],
    ['crashes', 'the daemon ended with status 1 before it was ready', 1],
    ['ends', 'the daemon ended with status 0 before it was ready', 70],
    ['killed', 'the daemon ended by SIGKILL before it was ready', 70],
  ] as const)
    test(`R-D31 that ${kind} makes its parent say why, and end with ${status}`, async () => {
      assert.deepEqual(await start(kind), { status, output: '', errors: `${line}\n` });
    });

  test('R-D31 gets the signals of the parent that waits for it', async () => {
    const report = told();
    const ended = start('waits');
    const [parent] = await report;
    process.kill(Number(parent), 'SIGTERM');
    assert.deepEqual(await ended, { status: 75, output: '', errors: 'stopped\n' });
  });

  test('R-D31 that cannot be started is 71', async () => {
    const lines: string[] = [];
    const status = await daemonize({ say: (line) => lines.push(line), command: ['/nonexistent/node'] });
    assert.deepEqual([status, lines], [71, ['cannot start the daemon: spawn /nonexistent/node ENOENT']]);
  });
});
