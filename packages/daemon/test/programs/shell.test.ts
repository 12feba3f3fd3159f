import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { freePort } from 'couplet-test/free-port';
import type { Daemon } from '../real/daemon.ts';
import { Stage } from '../real/stage.ts';
import { outcome } from './deploy.ts';
import { enter } from './guests.ts';
import { Program } from './program.ts';

/** What a program of the shell says, given some input. */
async function said(t: TestContext, command: readonly string[], input = ''): Promise<string> {
  const program = new Program(t, command);
  program.end(input);
  await program.ended;
  return program.lines.join('\n');
}

/** Starts a built-in service, and returns its port. */
async function serve(
  stage: Stage,
  name: string,
  ...words: readonly string[]
): Promise<{ port: number; daemon: Daemon }> {
  const daemon = stage.start([name, '--listen', 'tcp:0:interface=127.0.0.1', '--control', 'none', ...words]);
  return { port: await daemon.ready(name), daemon };
}

/** A web server that says hello. */
async function hello(t: TestContext): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n'));
  });
  t.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('built-in services for the programs of a shell', { timeout: 90_000 }, () => {
  test('nc and socat talk to echo, qotd, daytime and time', async (t) => {
    const stage = new Stage(t);
    const [echo, qotd, daytime, time] = await Promise.all([
      serve(stage, 'echo'),
      serve(stage, 'qotd', '--text', 'Festina lente.'),
      serve(stage, 'daytime'),
      serve(stage, 'time'),
    ]);
    const nc = (port: number): string[] => ['nc', '-N', '127.0.0.1', String(port)];
    assert.equal(await said(t, nc(echo.port), 'to be or not to be\n'), 'to be or not to be');
    assert.match(await said(t, nc(qotd.port)), /Festina lente\./);
    const now = await said(t, nc(daytime.port));
    // Monday, November 30, 2026 at 16:43:57 UTC
    const parsed = Date.parse(now.replace(/^\w+, /, '').replace(' at ', ' '));
    assert.ok(Math.abs(parsed - Date.now()) < 60_000, now);
    const shell = `nc -N 127.0.0.1 ${time.port} </dev/null | od -An -tu4 --endian=big`;
    const seconds = Number(await said(t, ['/bin/sh', '-c', shell])) - 2_208_988_800;
    assert.ok(Math.abs(seconds - Date.now() / 1000) < 60);
    const socat = ['socat', '-t5', '-', `TCP:127.0.0.1:${echo.port}`];
    assert.equal(await said(t, socat, 'by another way\n'), 'by another way');
  });

  test('curl gets a page through forward and through socks, and only what is allowed', async (t) => {
    const stage = new Stage(t);
    const web = await hello(t);
    const [forward, socks] = await Promise.all([
      serve(stage, 'forward', '--to', `tcp:127.0.0.1:${web}`),
      serve(stage, 'socks', '--allow', `127.0.0.1:${web}`),
    ]);
    const curl = ['curl', '--silent', '--show-error', '--max-time', '20'];
    assert.equal(await said(t, [...curl, `http://127.0.0.1:${forward.port}/`]), 'hello');
    for (const flag of ['--socks5', '--socks5-hostname', '--socks4'])
      assert.equal(
        await said(t, [...curl, flag, `127.0.0.1:${socks.port}`, `http://127.0.0.1:${web}/`]),
        'hello',
        flag,
      );
    const other = `http://127.0.0.1:${forward.port}/`;
    assert.match(await said(t, [...curl, '--socks5', `127.0.0.1:${socks.port}`, other]), /curl: \(97\)/);
  });

  test('--limit-per-peer, --proxy-protocol and TLS, by strings', async (t) => {
    const stage = new Stage(t);
    const files = ['-keyout', `${stage.folder}/key.pem`, '-out', `${stage.folder}/cert.pem`];
    const name = ['-subj', '/CN=echo', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
    const [made] = outcome('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...name]);
    assert.equal(made, 0);
    const port = await freePort('127.0.0.1');
    const daemon = stage.start([
      'echo',
      ...['--listen', `tls:${port}:interface=127.0.0.1:cert=cert.pem:key=key.pem`],
      ...['--control', 'none', '--limit-per-peer', '1'],
    ]);
    await daemon.event('daemon.ready');
    const client = ['openssl', 's_client', '-quiet', '-verify_return_error', '-CAfile', `${stage.folder}/cert.pem`];
    const open = new Program(t, [...client, '-connect', `127.0.0.1:${port}`]);
    open.write('secret\n');
    await open.line(/^secret$/);
    assert.equal(await enter({ host: '127.0.0.1', port }), undefined);
    const { by } = await daemon.event('connection.refused');
    assert.match(`${by}`, /^(?:peer_limit|ledger_refused)$/);
    await open.kill();

    const behind = await serve(stage, 'echo', '--limit-per-peer', '1', '--proxy-protocol', '127.0.0.1/32');
    const visit = (peer: string): Program => {
      const program = new Program(t, ['nc', '127.0.0.1', String(behind.port)]);
      program.write(`PROXY TCP4 ${peer} 192.0.2.1 50000 80\r\nfrom ${peer}\n`);
      return program;
    };
    const [one, two] = [visit('198.51.100.1'), visit('198.51.100.2')];
    await Promise.all([one.line(/^from 198\.51\.100\.1$/), two.line(/^from 198\.51\.100\.2$/)]);
    visit('198.51.100.1');
    const { peer } = await behind.daemon.event('connection.refused');
    assert.match(`${peer}`, /^198\.51\.100\.1:/);
  });
});
