import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import process from 'node:process';
import { before, describe, test } from 'node:test';
import { connect, createServer as createServerTLS } from 'node:tls';
import { ClientTLS, ServerTLS } from 'couplet';
import { runtime } from 'couplet-test/runtime';
import { Authority } from './certificates.ts';
import { numberOf, Party, TLSStage } from './tls-stage.ts';

const ONLY_NODE = { skip: runtime !== 'node' && 'it is about Node' };

// What docs/runtimes.md says that Node cannot. When one of these fails it can, and the page is to be changed.
describe('what Node cannot do', { timeout: 30_000 }, () => {
  let authority: Authority;

  before(async () => {
    authority = await Authority.create();
  });

  test('Node 20 pads the names of abstract UNIX sockets', {
    skip: ONLY_NODE.skip || process.platform !== 'linux',
  }, async (t) => {
    const name = `couplet-${process.pid}`;
    const server = createServer().listen(`\0${name}`);
    t.after(() => server.close());
    await once(server, 'listening');
    const bound = readFileSync('/proc/net/unix', 'latin1')
      .split('\n')
      .map((row) => row.slice(row.indexOf('@')))
      .find((row) => row.startsWith(`@${name}`));
    const padded = `@${name}`.padEnd(108, '@');
    assert.equal(bound, process.versions.node.startsWith('20.') ? padded : `@${name}`);
  });

  /** What a client hears when a server refuses its certificate. */
  async function refusalOf(port: number): Promise<string[]> {
    const foreign = await (await Authority.create('a stranger')).certify(['client.example']);
    const heard: string[] = [];
    const socket = connect({ host: '127.0.0.1', port, ca: authority.ca, minVersion: 'TLSv1.3', ...foreign });
    socket.on('secureConnect', () => heard.push('secured'));
    socket.on('end', () => heard.push('ended'));
    socket.on('error', (error: NodeJS.ErrnoException) => heard.push(`${error.code}`));
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
    return heard;
  }

  test(
    'a TLS server of Node does not tell a client of TLS 1.3 why its certificate is refused',
    ONLY_NODE,
    async (t) => {
      const identity = await authority.certify(['127.0.0.1']);
      const options = { ...identity, ca: authority.ca, requestCert: true, rejectUnauthorized: true };
      const server = createServerTLS(options).listen(0, '127.0.0.1');
      t.after(() => server.close());
      await once(server, 'listening');
      const address = server.address();
      assert.ok(address !== null && typeof address === 'object');
      assert.deepEqual(await refusalOf(address.port), ['secured', 'ended']);
    },
  );

  test('nor does one of Couplet: it resets', ONLY_NODE, async (t) => {
    const identity = await authority.certify(['127.0.0.1']);
    const stage = new TLSStage();
    const port = await stage.listen(new ServerTLS({ ...identity, ca: authority.ca, clientAuth: 'require' }));
    t.after(() => port.stopListening());
    assert.deepEqual(await refusalOf(numberOf(port)), ['secured', 'ECONNRESET']);
  });

  test('a certificate without names, but with a common name, is accepted, and can be told', ONLY_NODE, async (t) => {
    const stage = new TLSStage();
    const port = await stage.listen(new ServerTLS(await authority.certifyCommonName('poem.test')));
    t.after(() => port.stopListening());
    const tls = new ClientTLS({ ca: authority.ca, serverName: 'poem.test' });
    const client = await stage.connect(numberOf(port), tls, new Party());
    const { verified, peerCertificate } = client.transport.tls ?? {};
    assert.deepEqual([verified, peerCertificate?.subjectAltName], [true, '']);
    client.transport.abortConnection();
    await client.until(() => client.reason !== undefined);
  });
});
