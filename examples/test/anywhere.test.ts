import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { connect as connectTLS, type TLSSocket } from 'node:tls';
import { Certificate } from './certificate.ts';
import { Child } from './child.ts';
import { Peer } from './peer.ts';

/** Passes when what is sent comes back; closes the connection. */
async function echoes(socket: Socket): Promise<void> {
  const peer = new Peer(socket);
  assert.equal(await peer.ask('verse'), 'verse\n');
  assert.equal(await peer.leave(), '');
}

/** A connection that is secured, with that certificate and no other. */
async function secured(port: number, ca: string): Promise<TLSSocket> {
  const socket = connectTLS({ port, host: '127.0.0.1', servername: 'localhost', ca });
  await once(socket, 'secureConnect');
  return socket;
}

describe('anywhere', { concurrency: true }, () => {
  test('serves Echo over TCP, TLS, a UNIX socket and a pipe at once, and reads certificates again', async (t) => {
    const certificate = await Certificate.create(t);
    const path = join(certificate.folder, 'echo.sock');
    const files = `cert=${certificate.certFile}:key=${certificate.keyFile}`;
    const tcp = 'tcp:0:interface=127.0.0.1';
    const child = new Child(t, 'anywhere', tcp, `unix:${path}`, `tls:0:interface=127.0.0.1:${files}`, 'stdio:');
    const port = Number((await child.says(/^Echo on 127\.0\.0\.1:(\d+) \(tcp:/m))[1]);
    const securePort = Number((await child.says(/^Echo on 127\.0\.0\.1:(\d+) \(tls:/m))[1]);
    await child.says(/\(stdio:\)\n/);
    await echoes(connect(port, '127.0.0.1'));
    await echoes(connect(path));
    child.type('piped verse\n');
    await child.says(/^piped verse\n$/);
    const old = certificate.cert;
    const before = new Peer(await secured(securePort, old));
    await certificate.renew();
    child.remind();
    await child.says(/^certificates read again$/m);
    await echoes(await secured(securePort, certificate.cert));
    assert.equal(await before.ask('as before'), 'as before\n', 'who is connected stays so');
    await before.leave();
    writeFileSync(certificate.certFile, 'no certificate');
    child.remind();
    await child.says(/^a certificate stays as it was: cert is not PEM/m);
    await echoes(await secured(securePort, certificate.cert));
    child.hangUp();
    await echoes(connect(port, '127.0.0.1'));
    child.terminate();
    assert.equal(await child.ended(), 0);
    assert.equal(child.output, 'piped verse\n', 'nothing else is printed where the pipe is');
  });

  test('ends when its last port has closed', async (t) => {
    const child = new Child(t, 'anywhere', 'stdio:');
    child.type('verse\n');
    child.hangUp();
    assert.equal(await child.ended(), 0);
    assert.equal(child.output, 'verse\n');
  });

  test('says in one line what is wrong, and ends', async (t) => {
    const wrongs: [description: string, status: number, line: RegExp][] = [
      ['tls:0:cert=nowhere.pem:key=k', 2, /^endpoint 'tls:.*': cert 'nowhere\.pem': .*\n$/],
      ['unix:/nowhere/echo.sock', 1, /^\S.*\/nowhere\/echo\.sock.*\n$/],
    ];
    for (const [description, status, line] of wrongs) {
      const child = new Child(t, 'anywhere', 'tcp:0:interface=127.0.0.1', description);
      assert.equal(await child.ended(), status);
      assert.match(child.errors, line);
      assert.equal(child.output, '');
    }
  });
});
