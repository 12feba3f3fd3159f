import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { CLOSED_PORT, freePorts } from 'couplet-test/free-port';
import { runtime } from 'couplet-test/runtime';
import { poemFolder } from '../../src/protocols/poem.ts';
import { DEPLOYMENTS, downloaded, poemOf, QUICK, QUIET, SLOW, serveAll, startWords } from './application.ts';
import { dial, received } from './client.ts';
import { run, start } from './program.ts';
import { NO_TERMINAL, Terminal } from './terminal.ts';

const OPTIONS = { timeout: 30_000 };
/** What to type on this runtime. */
const GET = `${{ node: 'npx', bun: 'bunx --bun', deno: 'deno x -A' }[runtime]} get-poetry`;

describe('npm start', () => {
  it(
    'R-D35 serves slowly, fast, by a proxy and transformed, says how to get that, and stops on Ctrl-C',
    OPTIONS,
    async (t) => {
      const service = start(t, 'coupletd', ...startWords());
      await service.printed(/Ctrl-C/);
      const ports: string[] = [];
      for (const [name, size] of SLOW) {
        const pattern = `^Serving ${name}\\.txt slowly on 127\\.0\\.0\\.1:(\\d+): ${size} bytes every 0\\.1 s\\.$`;
        const [, port = ''] = await service.printed(new RegExp(pattern, 'm'));
        const client = await dial(t, Number(port));
        const [piece] = await once(client, 'data');
        assert.deepEqual(piece, (await poemOf(name)).subarray(0, size));
        await service.printed(
          new RegExp(`^Somebody at 127\\.0\\.0\\.1:${client.localPort} wants poetry! \\(${name}\\.txt\\)$`, 'm'),
        );
        client.destroy();
        ports.push(port);
      }
      const all = ports.map((port) => `127.0.0.1:${port}`).join(' ');
      const lines = service.stdout.split('\n');
      for (const line of [`  ${GET} ${all}`, `  ${GET} --blocking ${all}`, `  nc 127.0.0.1 ${ports[0]}`]) {
        assert.ok(lines.includes(line), line);
      }
      const [, command = ''] = await service.printed(new RegExp(`^ {2}${GET} (--print .*)$`, 'm'));
      const download = await run('get-poetry', ...command.split(' '));
      assert.equal(download.status, 0);
      assert.ok(download.stdout.includes(await readFile(join(poemFolder(), 'jiangjinjiu.txt'), 'utf8')));
      const [, source, proxy] = await service.printed(/^Serving the poem of (\S+) on 127\.0\.0\.1:(\d+)\.$/m);
      assert.equal(source, `127.0.0.1:${ports[0]}`);
      assert.ok(service.stdout.includes(`\n  ${GET} 127.0.0.1:${proxy}\n`));
      const [, request = '', port] = await service.printed(/^ {2}printf '(.*)' \| nc -N 127\.0\.0\.1 (\d+)$/m);
      const transformer = await dial(t, Number(port));
      transformer.end(request);
      assert.equal(`${await received(transformer)}`, '7:a poem.,');
      const { status, stderr } = await service.kill('SIGINT');
      assert.deepEqual([status, stderr], [0, '']);
    },
  );

  it('takes other ports when its own are taken, also from itself, and stops on SIGTERM', OPTIONS, async (t) => {
    const squatter = createServer().listen(10_000, '127.0.0.1');
    t.after(() => squatter.close());
    // An error means that another program has the port, which is as good.
    await once(squatter, 'listening').catch(() => {});
    const both = await Promise.all([serveAll(t, ...startWords()), serveAll(t, ...startWords())]);
    assert.equal(new Set([10_000, ...both.flatMap(({ ports }) => ports)]).size, 13);
    for (const { service } of both) {
      const { status, stderr } = await service.kill('SIGTERM');
      assert.deepEqual([status, stderr], [0, '']);
    }
  });

  it(
    'R-D35 drains when npm and the terminal both send the signal: who is served gets the whole poem',
    OPTIONS,
    async (t) => {
      const { service, ports } = await serveAll(t, ...startWords(), '--delay', '0.01');
      const client = await dial(t, ports[0] ?? 0);
      const poem = received(client);
      await once(client, 'data');
      service.signal('SIGINT');
      service.signal('SIGINT');
      assert.deepEqual(await poem, await poemOf('ecstasy'));
      client.end();
      const { status, stderr } = await service.ended;
      assert.deepEqual([status, stderr], [0, '']);
    },
  );

  it('R-D35 ends at once at a second Ctrl-C', OPTIONS, async (t) => {
    const { service, ports } = await serveAll(t, ...startWords());
    const client = await dial(t, ports[0] ?? 0);
    await once(client, 'data');
    const { status, stderr } = await service.killTwice('SIGINT');
    assert.deepEqual([status, stderr], [0, '']);
    assert.ok(client.bytesRead < (await poemOf('ecstasy')).length);
  });
});

describe('npm start in a terminal', { skip: NO_TERMINAL }, () => {
  it('lists all servers with what they do and what to type, and says a word at Ctrl-C', OPTIONS, async (t) => {
    const terminal = new Terminal(t, ['coupletd', ...startWords(), '--port', '0', '--block', '1', '--delay', '0.01']);
    await terminal.shows(/^Ctrl-C stops the service\.$/m);
    const rows = terminal.lines.slice(0, 12);
    for (const [at, name] of [...SLOW.map(([slow]) => slow), 'jiangjinjiu', 'proxy', 'transform'].entries()) {
      const [row = '', command = ''] = rows.slice(2 * at);
      const [, port] = /^(?:\w+) +127\.0\.0\.1:(\d+) {2}\S/.exec(row) ?? [];
      assert.ok(row.startsWith(name) && port !== undefined, row);
      assert.match(command, new RegExp(`^ {13}(?:${GET} .*:${port}|printf .* \\| nc -N 127\\.0\\.0\\.1 ${port})$`));
    }
    assert.match(rows[0] ?? '', /30 bytes every 0\.01 s, blocks 1 ms$/);
    terminal.type('\u0003');
    assert.equal(await terminal.ended, 0);
    assert.equal(terminal.lines.at(-1), 'Stopping; a second Ctrl-C stops at once');
  });
});

describe('coupletd poetry', () => {
  for (const [how, words] of Object.entries(DEPLOYMENTS)) {
    it(`R-D34 serves the same poems ${how}`, OPTIONS, async (t) => {
      const from = await freePorts(6);
      const { service, ports } = await serveAll(t, ...words, ...QUIET, 'poetry', ...QUICK, '--port', `${from}`);
      assert.deepEqual(
        ports,
        [0, 1, 2, 3, 4, 5].map((index) => from + index),
      );
      await downloaded(ports);
      // What to type is said by a process that has all servers.
      assert.equal(service.stdout.includes(GET), !words.includes('apart'));
      const { status, stderr } = await service.kill('SIGTERM');
      assert.deepEqual([status, stderr], [0, '']);
    });
  }

  it('a slow server serves one client in each process', OPTIONS, async (t) => {
    const { service, ports } = await serveAll(t, '--workers', '2', ...QUIET, 'poetry', '--port', '0', '--delay', '60');
    let both = false;
    // With one process the second of them would have its turn after a minute.
    const turns = service.printed(/wants poetry!.*\n.*wants poetry!/).then(() => {
      both = true;
    });
    while (!both) {
      await dial(t, ports[0] ?? 0);
      await setTimeout(20);
    }
    await turns;
    const { status } = await service.killTwice('SIGTERM');
    assert.equal(status, 0);
  });

  it('apart on free ports, says that the proxy has to be told where to fetch', OPTIONS, async () => {
    const { status, stderr } = await run('coupletd', '--topology', 'apart', ...QUIET, 'poetry', '--port', '0');
    assert.equal(status, 70);
    assert.match(stderr, /^coupletd: proxy: which port ecstasy has is not known in this process: --proxied says.*\n$/);
  });

  it('refuses a port that is taken if it was asked for, or if workers are to have it', OPTIONS, async (t) => {
    const from = await freePorts(6);
    const squatter = createServer().listen(from, '127.0.0.1');
    t.after(() => squatter.close());
    await once(squatter, 'listening');
    for (const workers of ['0', '1']) {
      const { status, stderr } = await run('coupletd', '--workers', workers, ...QUIET, 'poetry', '--port', `${from}`);
      assert.equal(status, 69);
      assert.match(stderr, /^coupletd: .*address.* in use.*\n$/);
    }
  });

  it(
    'reports a proxy that finds no server, and a request that cannot be transformed, in its log',
    OPTIONS,
    async (t) => {
      const words = ['--workers', '0', '--control', 'none', '--log-level', 'warn', '--log-format', 'json', 'poetry'];
      const { service, ports } = await serveAll(t, ...words, '--port', '0', '--proxied', `${CLOSED_PORT}`);
      const client = await dial(t, ports[4] ?? 0);
      assert.equal((await received(client)).length, 0);
      client.end();
      await service.printed(/"service":"proxy".*"event":"proxy.failed".*127\.0\.0\.1:\d+: connection refused/);
      const transformer = await dial(t, ports[5] ?? 0);
      transformer.end('9:nothing.x,');
      assert.equal((await received(transformer)).length, 0);
      await service.printed(/"service":"transform".*"event":"transform.refused".*no transform 'nothing'/);
      assert.equal((await service.kill('SIGTERM')).status, 0);
    },
  );

  it('has its own help and usage errors', OPTIONS, async () => {
    const help = await run('coupletd', 'poetry', '--help');
    assert.deepEqual([help.status, help.stderr], [0, '']);
    assert.match(help.stdout, /^Usage: coupletd poetry .*--num-bytes.*each process;.*--proxied/s);
    for (const line of help.stdout.split('\n')) assert.ok(line.length <= 80, line);
    const bad = await run('coupletd', 'poetry', '--port', '65531');
    assert.deepEqual([bad.status, bad.stdout], [64, '']);
    assert.match(bad.stderr, /^coupletd: .*'65531' is invalid. It must be a whole number from 0 to 65530\. .*\n$/);
  });
});
