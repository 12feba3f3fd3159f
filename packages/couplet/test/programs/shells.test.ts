import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { ConnectionLost, Factory, Reactor, ServerTLS } from 'couplet';
import { NodeBackend } from 'couplet/node';
import { LineReceiver } from 'couplet/protocols';
import { flags } from 'couplet-test/runtime';
import { Authority } from '../real/certificates.ts';
import { Program } from './program.ts';

/** The example: Echo, on each of the endpoints described, which it tells on standard error when standard output is one of them. */
const ANYWHERE = join(import.meta.dirname, '..', '..', '..', '..', 'examples', 'anywhere.ts');
const folder = mkdtempSync(join(tmpdir(), 'couplet-shells-'));
const programs: Program[] = [];

function start(command: string, ...args: string[]): Program {
  const program = new Program(command, args);
  programs.push(program);
  return program;
}

/** Passes when what is typed into the program comes back, and the program ends well. */
async function echoes(program: Program, leave = ''): Promise<void> {
  program.type('verse\n');
  await program.says(/^verse$/m);
  program.type(leave);
  program.hangUp();
  assert.equal(await program.ended, 0, program.errors);
}

after(async () => {
  for (const program of programs) await program.stop('SIGKILL');
  rmSync(folder, { recursive: true });
});

describe('Echo, everywhere at once, and the tools of a shell', { timeout: 60_000 }, () => {
  let server: Program;
  let tlsOptions: string[];
  /** Of each place its port, or its path. */
  const at: Record<'tcp' | 'tcp6' | 'unix' | 'tls' | 'fd' | 'systemd' | 'haproxy' | 'stdio', string> = {
    tcp: '',
    tcp6: '',
    unix: '',
    tls: '',
    fd: '',
    systemd: '',
    haproxy: '',
    stdio: '',
  };

  before(async () => {
    const authority = await Authority.create();
    const local = await authority.certify(['localhost', '127.0.0.1']);
    for (const [name, text] of Object.entries({ ca: authority.ca, ...local })) writeFileSync(join(folder, name), text);
    tlsOptions = ['-CAfile', join(folder, 'ca'), '-verify_return_error', '-servername', 'localhost'];
    const [web, spare] = [join(folder, 'web.sock'), join(folder, 'spare.sock')];
    const places = [
      'tcp:0:interface=127.0.0.1',
      'tcp6:0:interface=[::1]',
      `unix:${folder}/echo.sock`,
      `tls:0:interface=127.0.0.1:cert=${folder}/cert:key=${folder}/key:alpn=echo`,
      'fd:4',
      'systemd:index=0',
      'haproxy:trusted=127.0.0.1:tcp:0:interface=127.0.0.1',
      'stdio:',
    ];
    const sockets = [`--listen=${web}`, `--listen=${spare}`];
    server = start('systemd-socket-activate', ...sockets, process.execPath, ...flags, ANYWHERE, ...places);
    await server.says(/Listening on .*spare\.sock as 4/);
    // The first connection starts it.
    await echoes(start('nc', '-NU', web));
    await server.says(/\(stdio:\)$/m);
    const authorities = [...server.errors.matchAll(/^Echo on (?:.*:)?(.*?) \(/gm)].map(([, authority]) => authority);
    for (const [index, name] of (
      ['tcp', 'tcp6', 'unix', 'tls', 'fd', 'systemd', 'haproxy', 'stdio'] as const
    ).entries())
      at[name] = authorities[index] ?? '';
  });

  test('R35 nc, over TCP of both families and over UNIX sockets', async () => {
    await echoes(start('nc', '-N', '127.0.0.1', at.tcp));
    await echoes(start('nc', '-N', '::1', at.tcp6));
    for (const path of [at.unix, at.fd, at.systemd]) await echoes(start('nc', '-NU', path));
  });

  test('R7 what nc sends before it hangs up comes back whole', async () => {
    const program = start('nc', '-N', '127.0.0.1', at.tcp);
    const poem = 'verse\n'.repeat(100_000);
    program.type(poem);
    program.hangUp();
    assert.equal(await program.ended, 0);
    assert.ok(program.output === poem, `${program.output.length} bytes`);
  });

  test('R35 socat, over TCP, UNIX sockets and TLS', async () => {
    await echoes(start('socat', '-', `TCP:127.0.0.1:${at.tcp}`));
    await echoes(start('socat', '-', `UNIX:${at.unix}`));
    await echoes(start('socat', '-', `OPENSSL:localhost:${at.tls},pf=ip4,cafile=${folder}/ca`));
  });

  test('R37 openssl s_client verifies the server, and agrees on a protocol with it', async () => {
    const place = `127.0.0.1:${at.tls}`;
    const client = start('openssl', 's_client', '-connect', place, ...tlsOptions, '-alpn', 'prose,echo');
    await client.says(/ALPN protocol: echo/);
    await client.says(/Verify return code: 0 \(ok\)/);
    await echoes(client, 'Q\n');
    const stranger = start('openssl', 's_client', '-connect', place, '-verify_return_error', '-alpn', 'echo');
    stranger.hangUp();
    assert.notEqual(await stranger.ended, 0);
    assert.match(stranger.errors, /certificate verify failed/);
  });

  test('R38 a header that nc sends by hand is taken off', async () => {
    const client = start('nc', '-N', '127.0.0.1', at.haproxy);
    client.type('PROXY TCP4 192.0.2.7 192.0.2.1 4321 80\r\n');
    await echoes(client);
    assert.equal(client.output, 'verse\n');
  });

  test('R35 a pipe; with its end the program goes on, until it is told to stop', async () => {
    server.type('piped verse\n');
    await server.says(/^piped verse$/m);
    server.hangUp();
    await echoes(start('nc', '-N', '127.0.0.1', at.tcp));
    await server.stop();
    assert.equal(server.output, 'piped verse\n');
    assert.equal(await server.ended, 0, server.errors);
  });
});

describe('STARTTLS and the tools of a shell', { timeout: 30_000 }, () => {
  const heard: string[] = [];
  let lost: (reason: Error) => void = () => {};

  /** As much of SMTP (RFC 5321, RFC 3207) as it takes to turn to TLS. */
  class Mail extends LineReceiver<Mails> {
    override connectionMade(): void {
      this.sendLine('220 ready');
    }
    override lineReceived(line: Buffer): void {
      heard.push(`${line}`);
      if (`${line}`.startsWith('EHLO')) {
        this.sendLine('250-localhost');
        this.sendLine('250 STARTTLS');
      } else if (`${line}` === 'STARTTLS') {
        this.sendLine('220 go ahead');
        this.transport.startTLS(this.factory.tls);
      } else this.sendLine(`250 ${this.transport.tls?.version}`);
    }
    override connectionLost(reason: Error): void {
      lost(reason);
    }
  }

  class Mails extends Factory {
    override protocol = Mail;
    readonly tls: ServerTLS;
    constructor(tls: ServerTLS) {
      super();
      this.tls = tls;
    }
  }

  test('R37 openssl s_client -starttls is secured, and nc that pipelines in clear is refused', async () => {
    const authority = await Authority.create();
    const ca = join(folder, 'mail-ca');
    writeFileSync(ca, authority.ca);
    const factory = new Mails(new ServerTLS(await authority.certify(['localhost'])));
    const port = await new Reactor(new NodeBackend()).listenTCP(0, factory, { interface: '127.0.0.1' });
    const host = port.getHost();
    assert.ok(host.family === 'IPv4');
    const place = ['-connect', host.authority, '-CAfile', ca, '-verify_return_error', '-servername', 'localhost'];
    const client = start('openssl', 's_client', '-starttls', 'smtp', '-crlf', ...place);
    await client.says(/Verify return code: 0 \(ok\)/);
    client.type('NOOP\n');
    await client.says(/250 TLSv1\.3/);
    client.type('Q\n');
    assert.equal(await client.ended, 0);
    assert.equal(heard.at(-1), 'NOOP');
    heard.length = 0;
    const reason = new Promise((resolve) => {
      lost = resolve;
    });
    const eager = start('nc', '127.0.0.1', `${host.port}`);
    eager.type('EHLO me\r\nSTARTTLS\r\nRCPT TO:<me>\r\n');
    assert.ok((await reason) instanceof ConnectionLost);
    eager.hangUp();
    await eager.ended;
    await port.stopListening();
    assert.deepEqual(heard, ['EHLO me', 'STARTTLS']);
    assert.match(eager.output, /^220 ready\r\n250-localhost\r\n250 STARTTLS\r\n220 go ahead\r\n/);
    assert.doesNotMatch(eager.output, /250 undefined/);
  });
});
